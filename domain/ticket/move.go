// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

// Move names a row of the lifecycle.
type Move string

// The moves. Those that stand in no FAQ paragraph are ours (mission.md, "The lifecycle").
const (
	MoveOpen                Move = "open"
	MoveTake                Move = "take"
	MoveAssign              Move = "assign"
	MoveUnassign            Move = "unassign"
	MoveNote                Move = "note"
	MoveRegionalMessage     Move = "regional-message"
	MoveReclassify          Move = "reclassify"
	MoveAsk                 Move = "ask"
	MoveResume              Move = "resume"
	MoveAnswer              Move = "answer"
	MoveNotSolved           Move = "not-solved"
	MoveCitizenMessage      Move = "message"
	MoveEscalate            Move = "escalate"
	MoveRecall              Move = "recall"
	MoveRedirect            Move = "redirect"
	MoveResolve             Move = "resolve"
	MoveDiscard             Move = "discard"
	MoveDuplicate           Move = "duplicate"
	MoveReopen              Move = "reopen"
	MoveUndo                Move = "undo"
	MoveClose               Move = "close"
	MoveTransferToSuccessor Move = "succession"
	MoveRelease             Move = "release"
	MoveErase               Move = "erase"

	MoveAnswerCheck       Move = "check" // an answer to a check of the playbook
	MoveBeginPlaybook     Move = "begin-playbook"
	MoveRecordQueryResult Move = "learn"
	MoveRemindPlaybook    Move = "remind"
	MoveWarnHandover      Move = "warn"
	MoveBreachHandover    Move = "breach"
	MoveNoticePingPong    Move = "notice-ping-pong"
	MoveRemindCitizen     Move = "remind-citizen"
	MoveExpireQuestion    Move = "expire"
	MoveReportContact     Move = "report-contact"
)
