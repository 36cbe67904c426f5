// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/looplab/fsm"

	"github.com/sol-assistenza/sol/domain/person"
)

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

// transitionRule is a row of the lifecycle as an auditor reads it. An empty to leaves the status as it is; several mean the one
// that the ticket had before.
type transitionRule struct {
	move  Move
	actor actorRule
	from  []Status
	to    []Status
}

// nonexistent is the machine's name for a ticket that does not exist yet.
const nonexistent Status = "inesistente"

var (
	openStatuses = []Status{New, InProgress, Waiting, HandedOver} // HandedOver is always the Region's
	asrStatuses  = []Status{New, InProgress, Waiting}
	notClosed    = []Status{New, InProgress, Waiting, HandedOver, Solved}
)

// lifecycle is the table of mission.md. What a move needs besides stands with the move's decision.
var lifecycle = []transitionRule{
	{MoveOpen, anyone, []Status{nonexistent}, []Status{New}},
	{MoveTake, competent, []Status{New, HandedOver}, []Status{InProgress}},
	{MoveAssign, competent, notClosed, nil},
	{MoveUnassign, competent, notClosed, nil},
	{MoveNote, competent, notClosed, nil},
	{MoveRegionalMessage, handoverParty, openStatuses, nil},
	{MoveReclassify, competent, notClosed, nil},
	{MoveAsk, competent, openStatuses, []Status{Waiting}},
	{MoveResume, competent, []Status{New, Waiting, HandedOver}, []Status{InProgress}},
	{MoveAnswer, ticketCitizen, []Status{Waiting}, []Status{InProgress}},
	{MoveAnswer, ticketCitizen, []Status{New, InProgress, HandedOver}, nil},
	{MoveNotSolved, ticketCitizen, []Status{Solved}, []Status{InProgress}},
	{MoveCitizenMessage, ticketCitizen, []Status{Solved}, nil},
	{MoveEscalate, competentASR, asrStatuses, []Status{HandedOver}},
	{MoveRecall, handoverSender, []Status{HandedOver}, asrStatuses},
	{MoveRedirect, region, openStatuses, []Status{New}},
	{MoveResolve, competent, openStatuses, []Status{Solved}},
	{MoveDiscard, supervisor, []Status{New, InProgress}, []Status{Solved}},
	{MoveDuplicate, competent, asrStatuses, []Status{Solved}},
	{MoveReopen, competent, []Status{Solved}, []Status{InProgress}},
	{MoveUndo, author, notClosed, notClosed},
	{MoveClose, system, []Status{Solved}, []Status{Closed}},
	{MoveTransferToSuccessor, system, notClosed, nil},
	{MoveRelease, system, notClosed, nil},
	{MoveErase, administrator, Statuses(), nil},
	{MoveAnswerCheck, competentASR, asrStatuses, nil},
	{MoveBeginPlaybook, system, asrStatuses, nil},
	{MoveRecordQueryResult, system, asrStatuses, nil},
	{MoveRemindPlaybook, system, asrStatuses, nil},
	{MoveWarnHandover, system, []Status{New, HandedOver}, nil},
	{MoveBreachHandover, system, []Status{New, HandedOver}, nil},
	{MoveNoticePingPong, system, openStatuses, nil},
	{MoveRemindCitizen, system, []Status{Waiting}, nil},
	{MoveExpireQuestion, system, []Status{Waiting}, []Status{Solved}},
	{MoveReportContact, system, Statuses(), nil},
}

// transitions is the lifecycle as looplab/fsm takes it.
func transitions() fsm.Events {
	var events fsm.Events
	for _, r := range lifecycle {
		for _, from := range r.from {
			to := r.to
			if to == nil {
				to = []Status{from}
			}
			for _, t := range to {
				events = append(events, fsm.EventDesc{Name: r.eventName(t), Src: []string{string(from)}, Dst: string(t)})
			}
		}
	}
	return events
}

// eventName is the machine's event for the move: one a target where the move leads back to one of several.
func (r transitionRule) eventName(to Status) string {
	if len(r.to) < 2 {
		return string(r.move)
	}
	return string(r.move) + " to " + string(to)
}

// machines holds one machine a status. They are asked and never moved, so they are safe to share.
var machines = func() map[Status]*fsm.FSM {
	events, all := transitions(), map[Status]*fsm.FSM{}
	for _, s := range append(Statuses(), nonexistent) {
		all[s] = fsm.NewFSM(string(s), events, nil)
	}
	return all
}()

// targets is where the machine goes from a status by one of its events, found out once by making the move.
var targets = func() map[Status]map[string]Status {
	events, all := transitions(), map[Status]map[string]Status{}
	for s, m := range machines {
		all[s] = map[string]Status{}
		for _, name := range m.AvailableTransitions() {
			moving := fsm.NewFSM(string(s), events, nil)
			if err := moving.Event(context.Background(), name); err != nil && !errors.As(err, &fsm.NoTransitionError{}) {
				panic("lifecycle: " + name + " from " + string(s) + ": " + err.Error())
			}
			all[s][name] = Status(moving.Current())
		}
	}
	return all
}()

// nextStatus asks the machine whether the move is possible from the state's status, and where it leads. The target is
// given for the moves that lead back to where the ticket was.
func nextStatus(s State, m Move, back ...Status) (Status, error) {
	from, name := s.Status, string(m)
	if from == "" {
		from = nonexistent
	}
	if len(back) == 1 {
		name += " to " + string(back[0])
	}
	if !machines[from].Can(name) {
		return "", notAllowed(s, m)
	}
	return targets[from][name], nil
}

// rulesFor gives the rows of a move.
func rulesFor(m Move) []transitionRule {
	var rows []transitionRule
	for _, r := range lifecycle {
		if r.move == m {
			rows = append(rows, r)
		}
	}
	return rows
}

// Moves lists what the actor may do with the ticket now. What the rules see only in the command itself (a missing
// note, another's assignee, an act that is no longer held) is not looked at.
func Moves(s State, by person.Actor) []Move {
	var moves []Move
	for _, r := range lifecycle {
		possible := slices.Contains(r.from, s.Status) && r.actor(s, by) && !(s.Erased && writesPersonalText[r.move])
		if possible && !slices.Contains(moves, r.move) {
			moves = append(moves, r.move)
		}
	}
	return moves
}

// Diagram draws, as Mermaid, the moves that change a status; undo, which leads back from anywhere, is left out.
func Diagram() (string, error) {
	var drawn fsm.Events
	for _, e := range transitions() {
		if e.Src[0] != e.Dst && !strings.HasPrefix(e.Name, string(MoveUndo)) {
			drawn = append(drawn, e)
		}
	}
	return fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(string(nonexistent), drawn, nil), fsm.StateDiagram)
}
