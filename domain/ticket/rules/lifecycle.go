// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/looplab/fsm"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// notAllowed returns the error for a move that the lifecycle does not have from the status of the ticket.
func notAllowed(s ticket.State, m ticket.Move) error {
	e := &ticket.NotAllowedError{Move: m, Status: s.Status}
	switch {
	case s.Status == "":
		e.Reason = refusal.TicketMissing.With()
	case m == ticket.MoveOpen:
		e.Reason = refusal.TicketExists.With()
	case s.Status == ticket.StatusClosed:
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

// transitionRule is a row of the lifecycle: the move is possible from each status in from, when the ticket's state admits it. The policy says
// who may make it. An empty to leaves the status as it is. With several statuses in to, the move leads to the one that the ticket had before.
type transitionRule struct {
	move ticket.Move
	when condition
	from []ticket.Status
	to   []ticket.Status
}

// nonexistent is the status of a ticket that does not exist yet, in the state machine and in the diagram.
const nonexistent ticket.Status = "inesistente"

var (
	openStatuses = []ticket.Status{ticket.StatusNew, ticket.StatusInProgress, ticket.StatusWaiting, ticket.StatusHandedOver} // HandedOver: at the Region only
	asrStatuses  = []ticket.Status{ticket.StatusNew, ticket.StatusInProgress, ticket.StatusWaiting}
	notClosed    = []ticket.Status{ticket.StatusNew, ticket.StatusInProgress, ticket.StatusWaiting, ticket.StatusHandedOver, ticket.StatusResolved}
)

// lifecycle is the complete table of moves. Most are from the FAQ (2.2–2.12), the others are this project's. Other conditions of a move,
// such as a note or a reason, are checked where the move is decided.
var lifecycle = []transitionRule{
	{ticket.MoveOpen, always, []ticket.Status{nonexistent}, []ticket.Status{ticket.StatusNew}},
	{ticket.MoveTake, always, []ticket.Status{ticket.StatusNew, ticket.StatusHandedOver}, []ticket.Status{ticket.StatusInProgress}},
	{ticket.MoveTake, unassigned, []ticket.Status{ticket.StatusInProgress}, nil},
	{ticket.MoveAssign, always, notClosed, nil},
	{ticket.MoveUnassign, always, notClosed, nil},
	{ticket.MoveNote, always, notClosed, nil},
	{ticket.MoveRegionalMessage, always, openStatuses, nil},
	{ticket.MoveReclassify, always, notClosed, nil},
	{ticket.MoveAsk, always, openStatuses, []ticket.Status{ticket.StatusWaiting}},
	{ticket.MoveResume, always, []ticket.Status{ticket.StatusNew, ticket.StatusWaiting, ticket.StatusHandedOver}, []ticket.Status{ticket.StatusInProgress}},
	{ticket.MoveAnswer, always, []ticket.Status{ticket.StatusWaiting}, []ticket.Status{ticket.StatusInProgress}},
	{ticket.MoveAnswer, always, []ticket.Status{ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver}, nil},
	{ticket.MoveNotSolved, always, []ticket.Status{ticket.StatusResolved}, []ticket.Status{ticket.StatusInProgress}},
	{ticket.MoveCitizenMessage, always, []ticket.Status{ticket.StatusResolved}, nil},
	{ticket.MoveEscalate, always, asrStatuses, []ticket.Status{ticket.StatusHandedOver}},
	{ticket.MoveRecall, always, []ticket.Status{ticket.StatusHandedOver}, asrStatuses},
	{ticket.MoveRedirect, always, openStatuses, []ticket.Status{ticket.StatusNew}},
	{ticket.MoveResolve, always, openStatuses, []ticket.Status{ticket.StatusResolved}},
	{ticket.MoveDiscard, always, []ticket.Status{ticket.StatusNew, ticket.StatusInProgress}, []ticket.Status{ticket.StatusResolved}},
	{ticket.MoveDuplicate, always, asrStatuses, []ticket.Status{ticket.StatusResolved}},
	{ticket.MoveReopen, always, []ticket.Status{ticket.StatusResolved}, []ticket.Status{ticket.StatusInProgress}},
	{ticket.MoveUndo, always, notClosed, notClosed},
	{ticket.MoveClose, always, []ticket.Status{ticket.StatusResolved}, []ticket.Status{ticket.StatusClosed}},
	{ticket.MoveTransferToSuccessor, always, notClosed, nil},
	{ticket.MoveRelease, always, notClosed, nil},
	{ticket.MoveErase, always, ticket.Statuses(), nil},
	{ticket.MoveAnswerCheck, always, asrStatuses, nil},
	{ticket.MoveBeginPlaybook, always, asrStatuses, nil},
	{ticket.MoveRecordQueryResult, always, asrStatuses, nil},
	{ticket.MoveRemindPlaybook, always, asrStatuses, nil},
	{ticket.MoveWarnHandover, always, []ticket.Status{ticket.StatusNew, ticket.StatusHandedOver}, nil},
	{ticket.MoveBreachHandover, always, []ticket.Status{ticket.StatusNew, ticket.StatusHandedOver}, nil},
	{ticket.MoveNoticePingPong, always, openStatuses, nil},
	{ticket.MoveRemindCitizen, always, []ticket.Status{ticket.StatusWaiting}, nil},
	{ticket.MoveExpireQuestion, always, []ticket.Status{ticket.StatusWaiting}, []ticket.Status{ticket.StatusResolved}},
	{ticket.MoveReportContact, always, ticket.Statuses(), nil},
	{ticket.MoveKeepMail, always, ticket.Statuses(), nil},
	{ticket.MoveRevokeLinks, always, ticket.Statuses(), nil},
	{ticket.MoveCorrectContacts, always, notClosed, nil},
	{ticket.MoveInformCitizen, toBeInformed, notClosed, nil},
	{ticket.MoveEndFormerView, always, ticket.Statuses(), nil},
	{ticket.MoveRestrictAccess, isOpen, ticket.Statuses(), nil},
	{ticket.MoveLiftRestriction, isRestricted, ticket.Statuses(), nil},
	{ticket.MoveCheckRepresentation, namesAnother, notClosed, nil},
	{ticket.MoveForwardReply, always, []ticket.Status{ticket.StatusResolved, ticket.StatusClosed}, nil},
}

// transitions returns the lifecycle in the type of looplab/fsm.
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

// eventName returns the name of the move in the state machine. A move with several targets has a name for each target.
func (r transitionRule) eventName(to ticket.Status) string {
	if len(r.to) < 2 {
		return string(r.move)
	}
	return string(r.move) + " to " + string(to)
}

// machines holds a state machine for each status. Its methods that change the machine are not called, so it may be used concurrently.
var machines = func() map[ticket.Status]*fsm.FSM {
	events, all := transitions(), map[ticket.Status]*fsm.FSM{}
	for _, s := range append(ticket.Statuses(), nonexistent) {
		all[s] = fsm.NewFSM(string(s), events, nil)
	}
	return all
}()

// targets holds, for each status and name of a move, the status after the move. It is computed once, by making each move.
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

// nextStatus returns the status after a move, or *ticket.NotAllowedError if the move is not possible in the status of the ticket. back is
// the target of a move that has several, as undo and recall do.
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

// rulesFor returns the rows of a move.
func rulesFor(m ticket.Move) []transitionRule {
	var rows []transitionRule
	for _, r := range lifecycle {
		if r.move == m {
			rows = append(rows, r)
		}
	}
	return rows
}

// MoveStatuses returns, for each move of the lifecycle, the statuses from which it is possible. The opening of a ticket has none.
func MoveStatuses() map[ticket.Move][]ticket.Status {
	all := map[ticket.Move][]ticket.Status{}
	for _, r := range lifecycle {
		all[r.move] = append(all[r.move], slices.DeleteFunc(slices.Clone(r.from), func(s ticket.Status) bool { return s == nonexistent })...)
	}
	return all
}

// Moves returns the moves that an actor may make on the ticket now, in the order of the table. It does not check what depends on the
// command or on the time: a missing note, an assignee of another entity, the end of a hold.
func Moves(s ticket.State, by person.Actor) []ticket.Move {
	var moves []ticket.Move
	for _, r := range lifecycle {
		possible := slices.Contains(r.from, s.Status) && r.when(s) && mayMove(s, r.move, by) && !(s.Erased && writesPersonalText[r.move])
		if possible && !slices.Contains(moves, r.move) {
			moves = append(moves, r.move)
		}
	}
	return moves
}

// Diagram returns the moves that change the status as a Mermaid diagram, without undo, which is possible from almost every status.
func Diagram() (string, error) {
	var shown fsm.Events
	for _, e := range transitions() {
		if e.Src[0] != e.Dst && !strings.HasPrefix(e.Name, string(ticket.MoveUndo)) {
			shown = append(shown, e)
		}
	}
	return fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(string(nonexistent), shown, nil), fsm.StateDiagram)
}
