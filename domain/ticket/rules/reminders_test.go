// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules_test

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	. "github.com/sol-assistenza/sol/domain/ticket"
)

func TestSystemCommands(t *testing.T) {
	redirected := by(regional, Redirected{Handover: 2, To: to3, Note: noteID, Status: StatusNew})
	recalled := by(operator, Recalled{Handover: 1, Entity: torino, Status: StatusInProgress})
	again := by(neighbour, Escalated{Handover: 3, From: to3, Note: noteID, Status: StatusHandedOver})
	yes := by(citizen, CitizenReplied{Kind: ReplyAnswer, Status: StatusInProgress})
	for name, c := range map[string]struct {
		given State
		when  Command
		then  expectation
	}{
		"a hand-over that nobody took is warned of": {
			given(opened(), escalated()),
			WarnHandover{Handover: 1, Due: noon},
			then(HandoverWarned{Handover: 1, Entity: catalog.Region, Due: noon}),
		},
		"a hand-over that nobody took is breached": {
			given(opened(), escalated()),
			BreachHandover{Handover: 1, Due: noon},
			then(HandoverBreached{Handover: 1, Entity: catalog.Region, Due: noon}),
		},
		"a redirect that nobody took is breached": {
			given(opened(), escalated(), redirected),
			BreachHandover{Handover: 2, Due: noon},
			then(HandoverBreached{Handover: 2, Entity: to3, Due: noon}),
		},
		"a hand-over is warned of once": {
			given(opened(), escalated(), by(system, HandoverWarned{Handover: 1, Entity: catalog.Region, Due: noon})),
			WarnHandover{Handover: 1, Due: noon},
			notAllowed(MoveWarnHandover, StatusHandedOver),
		},
		"a hand-over is breached once": {
			given(opened(), escalated(), by(system, HandoverBreached{Handover: 1, Entity: catalog.Region, Due: noon})),
			BreachHandover{Handover: 1, Due: noon},
			notAllowed(MoveBreachHandover, StatusHandedOver),
		},
		"a ping-pong is noticed once": {
			given(opened(), escalated(), redirected, again, by(system, PingPongNoticed{Handover: 3, ASR: to3})),
			NoticePingPong{Handover: 3},
			notAllowed(MoveNoticePingPong, StatusHandedOver),
		},
		"the citizen of an erased ticket is not reminded": {
			given(opened(), citizenAsked("q"), erased()),
			RemindCitizen{Question: "q", N: 1},
			notAllowed(MoveRemindCitizen, StatusWaiting),
		},
		"a hand-over that was taken is not warned of": {
			given(opened(), escalated(), taken(regional)),
			WarnHandover{Handover: 1, Due: noon},
			notAllowed(MoveWarnHandover, StatusInProgress),
		},
		"a hand-over that was recalled is not breached": {
			given(opened(), escalated(), recalled),
			BreachHandover{Handover: 1, Due: noon},
			notAllowed(MoveBreachHandover, StatusInProgress),
		},
		"an earlier hand-over is not warned of": {
			given(opened(), escalated(), redirected),
			WarnHandover{Handover: 1, Due: noon},
			notAllowed(MoveWarnHandover, StatusNew),
		},
		"a third hand-over is a ping-pong": {
			given(opened(), escalated(), redirected, again),
			NoticePingPong{Handover: 3},
			then(PingPongNoticed{Handover: 3, ASR: to3}),
		},
		"an earlier hand-over is not a ping-pong": {
			given(opened(), escalated(), redirected, again),
			NoticePingPong{Handover: 2},
			notAllowed(MoveNoticePingPong, StatusHandedOver),
		},
		"the citizen is reminded of a question": {
			given(opened(), citizenAsked("q")),
			RemindCitizen{Question: "q", N: 1},
			then(CitizenReminded{Question: "q", N: 1}),
		},
		"each reminder is sent once": {
			given(opened(), citizenAsked("q"), by(system, CitizenReminded{Question: "q", N: 1})),
			RemindCitizen{Question: "q", N: 1},
			notAllowed(MoveRemindCitizen, StatusWaiting),
		},
		"an answered question is not reminded of": {
			given(opened(), citizenAsked("q"), yes),
			RemindCitizen{Question: "q", N: 1},
			notAllowed(MoveRemindCitizen, StatusInProgress),
		},
		"an earlier question is not reminded of": {
			given(opened(), citizenAsked("q"), citizenAsked("r")),
			RemindCitizen{Question: "q", N: 1},
			notAllowed(MoveRemindCitizen, StatusWaiting),
		},
		"an answered question does not expire": {
			given(opened(), citizenAsked("q"), yes),
			ExpireQuestion{Question: "q", Note: "n"},
			notAllowed(MoveExpireQuestion, StatusInProgress),
		},
		"an earlier question does not expire": {
			given(opened(), citizenAsked("q"), citizenAsked("r")),
			ExpireQuestion{Question: "q", Note: "n"},
			notAllowed(MoveExpireQuestion, StatusWaiting),
		},
		"a failed contact is recorded": {
			given(opened()),
			ReportContact{Message: "m", Why: DeliveryBounced},
			then(ContactFailed{Message: "m", Why: DeliveryBounced}),
		},
		"a failed contact is recorded once": {
			given(opened(), by(system, ContactFailed{Message: "m", Why: DeliveryBounced})),
			ReportContact{Message: "n", Why: DeliveryRefused},
			then(),
		},
		"a failed contact is recorded again after a reply": {
			given(opened(), by(system, ContactFailed{Message: "m", Why: DeliveryBounced}), yes),
			ReportContact{Message: "n", Why: DeliveryRefused},
			then(ContactFailed{Message: "n", Why: DeliveryRefused}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, c.when, system, noon)
			c.then(t, events, err)
			_, err = engine.Decide(c.given, c.when, supervisor, noon)
			if err == nil {
				t.Error("got no error for a supervisor, want a refusal: only the system gives the command")
			}
		})
	}
}

// TestExpiredQuestionResolves checks that an expired question resolves the ticket with a note that the citizen reads at once, and an erased
// ticket without a note.
func TestExpiredQuestionResolves(t *testing.T) {
	waiting := given(opened(), citizenAsked("q"))
	events, err := engine.Decide(waiting, ExpireQuestion{Question: "q", Note: "n"}, system, noon)
	if err != nil || len(events) != 2 {
		t.Fatalf("got %+v and error %v, want two events", events, err)
	}
	note, ok := events[0].(CitizenNote)
	if !ok || note.Note != "n" || note.VisibleFrom != noon || note.Personal == nil || note.Personal.Text == "" {
		t.Errorf("got %+v, want a note with a text that is visible at once", events[0])
	}
	want := Resolved{Resolution: 1, Note: "n", EffectFrom: noon, Status: StatusResolved}
	if events[1] != want {
		t.Errorf("got %+v, want %+v", events[1], want)
	}
	withoutKeys := given(opened(), citizenAsked("q"), erased())
	want.Note = ""
	events, err = engine.Decide(withoutKeys, ExpireQuestion{Question: "q", Note: "n"}, system, noon)
	then(want)(t, events, err)
}

// TestBackgroundEventsDoNotPreventUndo checks that events of the system after an act do not prevent its undo and are not undone with it.
func TestBackgroundEventsDoNotPreventUndo(t *testing.T) {
	before := given(opened(), citizenAsked("q"), by(system, CitizenReminded{Question: "q", N: 1}))
	handed := heldHandover()
	withReminders := given(opened(), citizenAsked("q"), handed,
		by(system, CitizenReminded{Question: "q", N: 1}, HandoverWarned{Handover: 1, Entity: catalog.Region, Due: noon}))
	events, err := engine.Decide(withReminders, Undo{}, operator, noon)
	if err != nil || len(events) != 1 {
		t.Fatalf("got %+v and error %v, want one event", events, err)
	}
	undone := Evolve(withReminders, Recorded{Event: events[0], Ticket: id, By: operator, Act: "undo", At: noon})
	if !reflect.DeepEqual(undone.UndoableState, before.UndoableState) {
		t.Errorf("got\n %+v\nwant\n %+v", undone.UndoableState, before.UndoableState)
	}
}
