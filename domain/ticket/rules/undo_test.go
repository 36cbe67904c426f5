// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"

	. "github.com/sol-assistenza/sol/domain/ticket"
)

func TestUndo(t *testing.T) {
	asked := inOneAct("ask", noon,
		by(operator, CitizenNote{Note: noteID, VisibleFrom: heldUntil}, CitizenAsked{Note: noteID, Status: StatusWaiting}))
	handed := heldHandover()
	withdrawn := func(act ID) Event {
		return ActWithdrawn{Act: act, Notes: []ID{noteID}, Service: "ritiro-documenti", Problem: "referto-non-trovato",
			Entity: torino, Assignee: Assignee{Operator: operator.ID}, Status: StatusInProgress}
	}
	for name, c := range map[string]struct {
		given State
		by    person.Actor
		at    time.Time
		then  expectation
	}{
		"an act can be undone while its note is held": {
			given(opened(), taken(operator), asked),
			operator, heldUntil.Add(-time.Microsecond),
			then(withdrawn("ask")),
		},
		"a hand-over can be undone while its note is held": {
			given(opened(), taken(operator), handed),
			operator, noon,
			then(withdrawn("hand")),
		},
		"an act cannot be undone once its note is visible": {
			given(opened(), taken(operator), asked),
			operator, heldUntil,
			notAllowed(MoveUndo, StatusWaiting),
		},
		"the act of a colleague cannot be undone": {
			given(opened(), taken(operator), asked),
			colleague, noon,
			notAllowed(MoveUndo, StatusWaiting),
		},
		"an act cannot be undone from another placement": {
			given(opened(), taken(operator), asked),
			person.Actor{ID: operator.ID, Role: person.ASROperator, Entity: to3}, noon,
			notVisible(),
		},
		"an act cannot be undone after a reply": {
			given(opened(), taken(operator), asked, by(citizen, CitizenReplied{Status: StatusInProgress})),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"an act without a note cannot be undone": {
			given(opened(), taken(operator)),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"an undo cannot be undone": {
			given(opened(), taken(operator), asked, by(operator, withdrawn("ask"))),
			operator, noon,
			notAllowed(MoveUndo, StatusInProgress),
		},
		"a citizen cannot undo": {
			given(opened(), by(citizen, CitizenReplied{Status: StatusNew})),
			citizen, noon,
			forbidden(),
		},
		"an operator of another entity does not see the ticket": {
			given(opened(), taken(operator), asked),
			neighbour, noon,
			notVisible(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, Undo{}, c.by, c.at)
			c.then(t, events, err)
		})
	}
}

func TestUndoRestoresState(t *testing.T) {
	before := given(opened(), taken(operator))
	handed := heldHandover()
	undone := given(opened(), taken(operator), handed, by(operator, ActWithdrawn{Act: "hand"}))
	if !reflect.DeepEqual(undone.UndoableState, before.UndoableState) {
		t.Fatalf("got\n %+v\nwant\n %+v", undone.UndoableState, before.UndoableState)
	}
	if undone.Handovers != 1 {
		t.Fatalf("got %d hand-overs, want 1: a withdrawn hand-over keeps its number", undone.Handovers)
	}
}
