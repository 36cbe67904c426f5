// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// Command is what someone wants to do with a ticket. Who and when come beside it.
//
//sumtype:decl
type Command interface{ command() }

// PersonCommand is a command that a person gives.
//
//sumtype:decl
type PersonCommand interface {
	Command
	personCommand()
}

// AdapterCommand is a command with which an adapter reports what it has learned. The system alone gives it.
//
//sumtype:decl
type AdapterCommand interface {
	Command
	adapterCommand()
}

// SagaCommand is a command that a saga gives. The system alone gives it, and a timer can store it.
//
//sumtype:decl
type SagaCommand interface {
	Command
	sagaCommand()
}

// Open asks for help: the citizen's form, the operators' own, or an operator for a citizen (FAQ 2.2).
type Open struct {
	Number      string
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Entity      catalog.EntityCode // as chosen in the form
	Channel     Channel
	Identity    Identity
	Citizen     string
	Subject     string
	Requester   RequesterRole
	Facilitated bool
	LinkedTo    ID // the closed ticket that this one goes on from; the door takes the fields over from it
	Form        Form
	Attachments []Attachment
}

// Update is «Aggiorna»: everything that an operator's click sends, one act (FAQ 2.3–2.6). Zero fields are not asked for.
type Update struct {
	Changes
	Note        *NoteInput
	Assignee    *AssigneeInput // nil: unchanged
	DuplicateOf *OriginalTicket
	Answers     []AnswerInput // to checks of the playbook, in the order in which they count
	OutcomeNote ID            // for the note that the outcome writes when Note is nil; chosen by the caller
}

// Changes holds the fields of an update that mean the same on the wire and to the rules: the request of the API, the form of the
// pages and the command embed it. Zero fields stay as they are.
type Changes struct {
	Status  Status             `json:"status,omitempty" example:"in_attesa_utente" doc:"Target of the move"`
	Entity  catalog.EntityCode `json:"entity,omitempty" doc:"The ASR that the Region sends the ticket to"`
	Reason  string             `json:"reason,omitempty" doc:"For resume, reopen, recall; spam, prova or duplicato for discard; non_della_mia_azienda or an override for a hand-over that the checks do not come to"`
	Service catalog.ServiceID  `json:"service,omitempty" doc:"What the ticket is really about"` // with Problem
	Problem catalog.ProblemID  `json:"problem,omitempty"`
}

// AnswerInput is an operator's answer to a check. Evidence that it leaves out stays as it was if the answer does.
type AnswerInput struct {
	Check    playbook.CheckID
	Yes      bool
	Evidence playbook.Evidence
}

// NoteInput is a note as typed, its ids chosen by the door.
type NoteInput struct {
	ID          ID
	Text        string
	Visibility  Visibility
	FileNames   []string
	Attachments []Attachment
}

// Visibility is the padlock as the operator set it. Who «public» means depends on the act: the Region and one ASR when
// the act escalates or redirects (FAQ 2.6), the citizen in every other. «regional» is a labelled message between
// the Region and the ASR of the hand-over, outside such an act.
type Visibility string

// The positions of the padlock; a note starts internal.
const (
	Internal Visibility = "internal"
	Public   Visibility = "public"
	Regional Visibility = "regional"
)

// AssigneeInput is a choice in the operator menu. The zero value leaves the ticket without anyone.
type AssigneeInput struct {
	Operator    string             // the account's UUID
	Entity      catalog.EntityCode // where that operator works tickets, resolved by the door; empty: nowhere
	Supervisors bool
	Region      bool // «Regione Piemonte» in the menu: opens the hand-over (FAQ 2.3, 2.6)
}

// OriginalTicket is the ticket that a duplicate repeats, as the door found it.
type OriginalTicket struct {
	Ticket  ID
	Subject string
}

// Reply is the citizen's answer (FAQ 2.4), or their word on a resolution. On a resolved ticket it reopens, unless Solved
// is true: «Solo un messaggio», or it is a mere courtesy.
type Reply struct {
	ID          ID
	Text        string
	FileNames   []string
	Attachments []Attachment
	Solved      *bool
	Courtesy    bool // it holds nothing but a "grazie": it changes no status, and is flagged
}

// Undo withdraws the actor's last act while its note is held.
type Undo struct{}

// Close ends a resolution whose waiting time has passed; stale when the ticket has moved on. The system alone.
type Close struct {
	Resolution int `json:"resolution"`
}

// TransferToSuccessor moves a ticket of a ceased entity to its successor. The system alone.
type TransferToSuccessor struct {
	From catalog.EntityCode `json:"from"`
	To   catalog.EntityCode `json:"to"`
}

// Release takes a ticket from an operator whose placement ended. The system alone.
type Release struct {
	Operator string `json:"operator"`
}

// Erase destroys the keys of the ticket's personal data. The administrator alone.
type Erase struct{}

// BeginPlaybook starts the run that the ticket calls for, if another one or none is going on. The system alone.
type BeginPlaybook struct{}

// RecordQueryResult takes what a connected system said about a check, or that it said nothing. A person's answer is never
// overwritten, and an answer for another run is stale. The system alone.
type RecordQueryResult struct {
	Run      int
	Query    playbook.Query
	Check    playbook.CheckID
	Answer   *bool // nil: not known
	Why      QueryFailure
	Evidence playbook.Evidence
}

// RemindPlaybook tells the operators that the run still waits; stale when it has moved on. The system alone.
type RemindPlaybook struct {
	Run int `json:"run"`
	N   int `json:"n"`
}

// WarnHandover says that a hand-over's time is nearly over, Breach that it is. Stale once the receiver has taken the ticket.
// The system alone.
type (
	WarnHandover struct {
		Handover int       `json:"handover"`
		Due      time.Time `json:"due"`
	}
	BreachHandover struct {
		Handover int       `json:"handover"`
		Due      time.Time `json:"due"`
	}
)

// NoticePingPong says that a ticket goes to and fro. The system alone.
type NoticePingPong struct {
	Handover int `json:"handover"`
}

// RemindCitizen reminds of a question; stale when it was answered or another one was asked. The system alone.
type RemindCitizen struct {
	Question ID  `json:"asked"`
	N        int `json:"n"`
}

// ExpireQuestion resolves a ticket whose question was never answered, with a note that says so. The system alone.
type ExpireQuestion struct {
	Question ID `json:"asked"`
	Note     ID `json:"note"` // for the note to the citizen
}

// ReportContact says that a message to the citizen could not be delivered. The system alone.
type ReportContact struct {
	Message string          `json:"message"`
	Why     DeliveryFailure `json:"why"`
}

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

func (Open) command()                {}
func (Update) command()              {}
func (Reply) command()               {}
func (Undo) command()                {}
func (Erase) command()               {}
func (Release) command()             {}
func (RecordQueryResult) command()   {}
func (ReportContact) command()       {}
func (Close) command()               {}
func (TransferToSuccessor) command() {}
func (BeginPlaybook) command()       {}
func (RemindPlaybook) command()      {}
func (WarnHandover) command()        {}
func (BreachHandover) command()      {}
func (NoticePingPong) command()      {}
func (RemindCitizen) command()       {}
func (ExpireQuestion) command()      {}

func (Open) personCommand()   {}
func (Update) personCommand() {}
func (Reply) personCommand()  {}
func (Undo) personCommand()   {}
func (Erase) personCommand()  {}

func (Release) adapterCommand()           {}
func (RecordQueryResult) adapterCommand() {}
func (ReportContact) adapterCommand()     {}

func (Close) sagaCommand()               {}
func (TransferToSuccessor) sagaCommand() {}
func (BeginPlaybook) sagaCommand()       {}
func (RemindPlaybook) sagaCommand()      {}
func (WarnHandover) sagaCommand()        {}
func (BreachHandover) sagaCommand()      {}
func (NoticePingPong) sagaCommand()      {}
func (RemindCitizen) sagaCommand()       {}
func (ExpireQuestion) sagaCommand()      {}

// FieldValue tells whether the update sets the field, and to what. Whoever updates should have read every note.
func (u Update) FieldValue(field string) (string, bool) {
	switch field {
	case "status":
		return string(u.Status), u.Status != ""
	case "assignee":
		if u.Assignee == nil {
			return "", false
		}
		return u.Assignee.wireName(), true
	case "entity":
		return string(u.Entity), true // competence decides what every act means
	case "problem":
		return string(u.Problem), u.Problem != "" || u.Service != ""
	case "answers":
		return "", len(u.Answers) > 0
	default:
		return "", true
	}
}

func (n AssigneeInput) wireName() string {
	return Assignee{Operator: n.Operator, Supervisors: n.Supervisors}.WireName()
}
