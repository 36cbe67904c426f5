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
	MoveOpen       Move = "open"
	MoveTake       Move = "take"
	MoveAssign     Move = "assign"
	MoveUnassign   Move = "unassign"
	MoveNote       Move = "note"
	MoveMessage    Move = "regional-message"
	MoveReclassify Move = "reclassify"
	MoveAsk        Move = "ask"
	MoveResume     Move = "resume"
	MoveAnswer     Move = "answer"
	MoveNotSolved  Move = "not-solved"
	MoveThank      Move = "message"
	MoveEscalate   Move = "escalate"
	MoveRecall     Move = "recall"
	MoveRedirect   Move = "redirect"
	MoveResolve    Move = "resolve"
	MoveDiscard    Move = "discard"
	MoveDuplicate  Move = "duplicate"
	MoveReopen     Move = "reopen"
	MoveUndo       Move = "undo"
	MoveClose      Move = "close"
	MoveSuccession Move = "succession"
	MoveRelease    Move = "release"
	MoveErase      Move = "erase"

	MoveCheck         Move = "check" // an answer to a check of the playbook
	MoveBegin         Move = "begin-playbook"
	MoveLearn         Move = "learn"
	MoveRemind        Move = "remind"
	MoveWarn          Move = "warn"
	MoveBreach        Move = "breach"
	MovePingPong      Move = "notice-ping-pong"
	MoveRemindCitizen Move = "remind-citizen"
	MoveExpire        Move = "expire"
	MoveContact       Move = "report-contact"
)

// rule is a row of the lifecycle as an auditor reads it. An empty to leaves the status as it is; several mean the one
// that the ticket had before.
type rule struct {
	move Move
	by   party
	from []Status
	to   []Status
}

// unborn is the machine's name for a ticket that does not exist yet.
const unborn Status = "inesistente"

var (
	worked       = []Status{New, InProgress, Waiting, HandedOver} // HandedOver is always the Region's
	atTheASR     = []Status{New, InProgress, Waiting}
	anyButClosed = []Status{New, InProgress, Waiting, HandedOver, Solved}
)

// lifecycle is the table of mission.md. What a move needs besides stands with the move's decision.
var lifecycle = []rule{
	{MoveOpen, anyone, []Status{unborn}, []Status{New}},
	{MoveTake, competent, []Status{New, HandedOver}, []Status{InProgress}},
	{MoveAssign, competent, anyButClosed, nil},
	{MoveUnassign, competent, anyButClosed, nil},
	{MoveNote, competent, anyButClosed, nil},
	{MoveMessage, eitherOfThem, worked, nil},
	{MoveReclassify, competent, anyButClosed, nil},
	{MoveAsk, competent, worked, []Status{Waiting}},
	{MoveResume, competent, []Status{New, Waiting, HandedOver}, []Status{InProgress}},
	{MoveAnswer, theCitizen, []Status{Waiting}, []Status{InProgress}},
	{MoveAnswer, theCitizen, []Status{New, InProgress, HandedOver}, nil},
	{MoveNotSolved, theCitizen, []Status{Solved}, []Status{InProgress}},
	{MoveThank, theCitizen, []Status{Solved}, nil},
	{MoveEscalate, competentASR, atTheASR, []Status{HandedOver}},
	{MoveRecall, handedOverBy, []Status{HandedOver}, atTheASR},
	{MoveRedirect, region, worked, []Status{New}},
	{MoveResolve, competent, worked, []Status{Solved}},
	{MoveDiscard, supervisor, []Status{New, InProgress}, []Status{Solved}},
	{MoveDuplicate, competent, atTheASR, []Status{Solved}},
	{MoveReopen, competent, []Status{Solved}, []Status{InProgress}},
	{MoveUndo, author, anyButClosed, anyButClosed},
	{MoveClose, theSystem, []Status{Solved}, []Status{Closed}},
	{MoveSuccession, theSystem, anyButClosed, nil},
	{MoveRelease, theSystem, anyButClosed, nil},
	{MoveErase, administrator, Statuses(), nil},
	{MoveCheck, competentASR, atTheASR, nil},
	{MoveBegin, theSystem, atTheASR, nil},
	{MoveLearn, theSystem, atTheASR, nil},
	{MoveRemind, theSystem, atTheASR, nil},
	{MoveWarn, theSystem, []Status{New, HandedOver}, nil},
	{MoveBreach, theSystem, []Status{New, HandedOver}, nil},
	{MovePingPong, theSystem, worked, nil},
	{MoveRemindCitizen, theSystem, []Status{Waiting}, nil},
	{MoveExpire, theSystem, []Status{Waiting}, []Status{Solved}},
	{MoveContact, theSystem, Statuses(), nil},
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
				events = append(events, fsm.EventDesc{Name: r.name(t), Src: []string{string(from)}, Dst: string(t)})
			}
		}
	}
	return events
}

// name is the machine's event for the move: one a target where the move leads back to one of several.
func (r rule) name(to Status) string {
	if len(r.to) < 2 {
		return string(r.move)
	}
	return string(r.move) + " to " + string(to)
}

// machines holds one machine a status. They are asked and never moved, so they are safe to share.
var machines = func() map[Status]*fsm.FSM {
	events, all := transitions(), map[Status]*fsm.FSM{}
	for _, s := range append(Statuses(), unborn) {
		all[s] = fsm.NewFSM(string(s), events, nil)
	}
	return all
}()

// leadsTo is where the machine goes from a status by one of its events, found out once by making the move.
var leadsTo = func() map[Status]map[string]Status {
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

// next asks the machine whether the move is possible from the state's status, and where it leads. The target is
// given for the moves that lead back to where the ticket was.
func next(s State, m Move, back ...Status) (Status, error) {
	from, name := s.Status, string(m)
	if from == "" {
		from = unborn
	}
	if len(back) == 1 {
		name += " to " + string(back[0])
	}
	if !machines[from].Can(name) {
		return "", refused(s, m)
	}
	return leadsTo[from][name], nil
}

// rules gives the rows of a move.
func rules(m Move) []rule {
	var rows []rule
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
		possible := slices.Contains(r.from, s.Status) && r.by(s, by) && !(s.Erased && writes[r.move])
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
	return fsm.VisualizeForMermaidWithGraphType(fsm.NewFSM(string(unborn), drawn, nil), fsm.StateDiagram)
}
