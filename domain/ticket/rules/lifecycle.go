// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/looplab/fsm"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// notAllowed explains why a move is not in the lifecycle from here.
func notAllowed(s ticket.State, m ticket.Move) error {
	e := &ticket.NotAllowedError{Move: m, Status: s.Status}
	switch {
	case s.Status == "":
		e.Reason = refusal.TicketMissing.With()
	case m == ticket.MoveOpen:
		e.Reason = refusal.TicketExists.With()
	case s.Status == ticket.Closed:
		e.Reason = refusal.ClosedIsFinal.With()
	default:
		var from []string
		for _, r := range rulesFor(m) {
			for _, f := range r.from {
				from = append(from, string(f))
			}
		}
		e.Reason = refusal.PossibleFrom.With(from...)
	}
	return e
}

// transitionRule is a row of the lifecycle as an auditor reads it. An empty to leaves the status as it is; several mean the one
// that the ticket had before.
type transitionRule struct {
	move  ticket.Move
	actor actorRule
	from  []ticket.Status
	to    []ticket.Status
}

// nonexistent is the machine's name for a ticket that does not exist yet.
const nonexistent ticket.Status = "inesistente"

var (
	openStatuses = []ticket.Status{ticket.New, ticket.InProgress, ticket.Waiting, ticket.HandedOver} // HandedOver is always the Region's
	asrStatuses  = []ticket.Status{ticket.New, ticket.InProgress, ticket.Waiting}
	notClosed    = []ticket.Status{ticket.New, ticket.InProgress, ticket.Waiting, ticket.HandedOver, ticket.Solved}
)

// lifecycle is the table of mission.md. What a move needs besides stands with the move's decision.
var lifecycle = []transitionRule{
	{ticket.MoveOpen, anyone, []ticket.Status{nonexistent}, []ticket.Status{ticket.New}},
	{ticket.MoveTake, competent, []ticket.Status{ticket.New, ticket.HandedOver}, []ticket.Status{ticket.InProgress}},
	{ticket.MoveAssign, competent, notClosed, nil},
	{ticket.MoveUnassign, competent, notClosed, nil},
	{ticket.MoveNote, competent, notClosed, nil},
	{ticket.MoveRegionalMessage, handoverParty, openStatuses, nil},
	{ticket.MoveReclassify, competent, notClosed, nil},
	{ticket.MoveAsk, competent, openStatuses, []ticket.Status{ticket.Waiting}},
	{ticket.MoveResume, competent, []ticket.Status{ticket.New, ticket.Waiting, ticket.HandedOver}, []ticket.Status{ticket.InProgress}},
	{ticket.MoveAnswer, ticketCitizen, []ticket.Status{ticket.Waiting}, []ticket.Status{ticket.InProgress}},
	{ticket.MoveAnswer, ticketCitizen, []ticket.Status{ticket.New, ticket.InProgress, ticket.HandedOver}, nil},
	{ticket.MoveNotSolved, ticketCitizen, []ticket.Status{ticket.Solved}, []ticket.Status{ticket.InProgress}},
	{ticket.MoveCitizenMessage, ticketCitizen, []ticket.Status{ticket.Solved}, nil},
	{ticket.MoveEscalate, competentASR, asrStatuses, []ticket.Status{ticket.HandedOver}},
	{ticket.MoveRecall, handoverSender, []ticket.Status{ticket.HandedOver}, asrStatuses},
	{ticket.MoveRedirect, region, openStatuses, []ticket.Status{ticket.New}},
	{ticket.MoveResolve, competent, openStatuses, []ticket.Status{ticket.Solved}},
	{ticket.MoveDiscard, supervisor, []ticket.Status{ticket.New, ticket.InProgress}, []ticket.Status{ticket.Solved}},
	{ticket.MoveDuplicate, competent, asrStatuses, []ticket.Status{ticket.Solved}},
	{ticket.MoveReopen, competent, []ticket.Status{ticket.Solved}, []ticket.Status{ticket.InProgress}},
	{ticket.MoveUndo, author, notClosed, notClosed},
	{ticket.MoveClose, system, []ticket.Status{ticket.Solved}, []ticket.Status{ticket.Closed}},
	{ticket.MoveTransferToSuccessor, system, notClosed, nil},
	{ticket.MoveRelease, system, notClosed, nil},
	{ticket.MoveErase, administrator, ticket.Statuses(), nil},
	{ticket.MoveAnswerCheck, competentASR, asrStatuses, nil},
	{ticket.MoveBeginPlaybook, system, asrStatuses, nil},
	{ticket.MoveRecordQueryResult, system, asrStatuses, nil},
	{ticket.MoveRemindPlaybook, system, asrStatuses, nil},
	{ticket.MoveWarnHandover, system, []ticket.Status{ticket.New, ticket.HandedOver}, nil},
	{ticket.MoveBreachHandover, system, []ticket.Status{ticket.New, ticket.HandedOver}, nil},
	{ticket.MoveNoticePingPong, system, openStatuses, nil},
	{ticket.MoveRemindCitizen, system, []ticket.Status{ticket.Waiting}, nil},
	{ticket.MoveExpireQuestion, system, []ticket.Status{ticket.Waiting}, []ticket.Status{ticket.Solved}},
	{ticket.MoveReportContact, system, ticket.Statuses(), nil},
}

// transitions is the lifecycle as looplab/fsm takes it.
func transitions() fsm.Events {
	var events fsm.Events
	for _, r := range lifecycle {
		for _, from := range r.from {
			to := r.to
			if to == nil {
				to = []ticket.Status{from}
			}
			for _, t := range to {
				events = append(events, fsm.EventDesc{Name: r.eventName(t), Src: []string{string(from)}, Dst: string(t)})
			}
		}
	}
	return events
}

// eventName is the machine's event for the move: one a target where the move leads back to one of several.
func (r transitionRule) eventName(to ticket.Status) string {
	if len(r.to) < 2 {
		return string(r.move)
	}
	return string(r.move) + " to " + string(to)
}

// machines holds one machine a status. They are asked and never moved, so they are safe to share.
var machines = func() map[ticket.Status]*fsm.FSM {
	events, all := transitions(), map[ticket.Status]*fsm.FSM{}
	for _, s := range append(ticket.Statuses(), nonexistent) {
		all[s] = fsm.NewFSM(string(s), events, nil)
	}
	return all
}()

// targets is where the machine goes from a status by one of its events, found out once by making the move.
var targets = func() map[ticket.Status]map[string]ticket.Status {
	events, all := transitions(), map[ticket.Status]map[string]ticket.Status{}
	for s, m := range machines {
		all[s] = map[string]ticket.Status{}
		for _, name := range m.AvailableTransitions() {
			moving := fsm.NewFSM(string(s), events, nil)
			if err := moving.Event(context.Background(), name); err != nil && !errors.As(err, &fsm.NoTransitionError{}) {
				panic("lifecycle: " + name + " from " + string(s) + ": " + err.Error())
			}
			all[s][name] = ticket.Status(moving.Current())
		}
	}
	return all
}()

// nextStatus asks the machine whether the move is possible from the state's status, and where it leads. The target is
// given for the moves that lead back to where the ticket was.
func nextStatus(s ticket.State, m ticket.Move, back ...ticket.Status) (ticket.Status, error) {
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
func rulesFor(m ticket.Move) []transitionRule {
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
func Moves(s ticket.State, by person.Actor) []ticket.Move {
	var moves []ticket.Move
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
		if e.Src[0] != e.Dst && !strings.HasPrefix(e.Name, string(ticket.MoveUndo)) {
			drawn = append(drawn, e)
		}
	}
	return fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(string(nonexistent), drawn, nil), fsm.StateDiagram)
}
