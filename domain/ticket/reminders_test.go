// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	. "github.com/sol-assistenza/sol/domain/ticket"
)

func citizenAsked(note ID) []recordedFact {
	return by(anna, CitizenNote{Note: note, VisibleFrom: noon}, CitizenAsked{Note: note, Status: Waiting})
}

func TestSystemCommands(t *testing.T) {
	redirected := by(rita, Redirected{Handover: 2, To: to3, Note: noteID, Status: New})
	recalled := by(anna, Recalled{Handover: 1, Entity: torino, Status: InProgress})
	again := by(carla, Escalated{Handover: 3, From: to3, Note: noteID, Status: HandedOver})
	yes := by(citizen, CitizenReplied{Kind: ReplyAnswer, Status: InProgress})
	for name, c := range map[string]struct {
		given State
		when  Command
		then  expectation
	}{
		"a hand-over nobody has taken is warned of": {given(opened(), escalated()), WarnHandover{1, noon}, then(HandoverWarned{1, catalog.Region, noon})},
		"and breached":                                           {given(opened(), escalated()), BreachHandover{1, noon}, then(HandoverBreached{1, catalog.Region, noon})},
		"so is one that came back":                               {given(opened(), escalated(), redirected), BreachHandover{2, noon}, then(HandoverBreached{2, to3, noon})},
		"but once":                                               {given(opened(), escalated(), by(system, HandoverWarned{1, catalog.Region, noon})), WarnHandover{1, noon}, notAllowed(MoveWarnHandover, HandedOver)},
		"a breach once":                                          {given(opened(), escalated(), by(system, HandoverBreached{1, catalog.Region, noon})), BreachHandover{1, noon}, notAllowed(MoveBreachHandover, HandedOver)},
		"to and fro is noticed once":                             {given(opened(), escalated(), redirected, again, by(system, PingPongNoticed{3, to3})), NoticePingPong{3}, notAllowed(MoveNoticePingPong, HandedOver)},
		"nobody is reminded whose data was erased":               {given(opened(), citizenAsked("q"), by(admin, PersonalDataErased{})), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"not once it was taken":                                  {given(opened(), escalated(), taken(rita)), WarnHandover{1, noon}, notAllowed(MoveWarnHandover, InProgress)},
		"not once it was recalled":                               {given(opened(), escalated(), recalled), BreachHandover{1, noon}, notAllowed(MoveBreachHandover, InProgress)},
		"not when another hand-over followed":                    {given(opened(), escalated(), redirected), WarnHandover{1, noon}, notAllowed(MoveWarnHandover, New)},
		"to and fro":                                             {given(opened(), escalated(), redirected, again), NoticePingPong{3}, then(PingPongNoticed{3, to3})},
		"not of one that is past":                                {given(opened(), escalated(), redirected, again), NoticePingPong{2}, notAllowed(MoveNoticePingPong, HandedOver)},
		"a question is reminded of":                              {given(opened(), citizenAsked("q")), RemindCitizen{"q", 1}, then(CitizenReminded{"q", 1})},
		"each reminder once":                                     {given(opened(), citizenAsked("q"), by(system, CitizenReminded{"q", 1})), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"not of one that was answered":                           {given(opened(), citizenAsked("q"), yes), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, InProgress)},
		"not when another one was asked":                         {given(opened(), citizenAsked("q"), citizenAsked("r")), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"a question in vain resolves, not one that was answered": {given(opened(), citizenAsked("q"), yes), ExpireQuestion{"q", "n"}, notAllowed(MoveExpireQuestion, InProgress)},
		"nor an older one":                                       {given(opened(), citizenAsked("q"), citizenAsked("r")), ExpireQuestion{"q", "n"}, notAllowed(MoveExpireQuestion, Waiting)},
		"an address that takes no mail":                          {given(opened()), ReportContact{"m", DeliveryBounced}, then(ContactFailed{"m", DeliveryBounced})},
		"is told once":                                           {given(opened(), by(system, ContactFailed{"m", DeliveryBounced})), ReportContact{"n", DeliveryRefused}, then()},
		"until the citizen has written again":                    {given(opened(), by(system, ContactFailed{"m", DeliveryBounced}), yes), ReportContact{"n", DeliveryRefused}, then(ContactFailed{"n", DeliveryRefused})},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := engine.Decide(c.given, c.when, system, noon)
			c.then(t, events, err)
			_, err = engine.Decide(c.given, c.when, supervisor, noon)
			if err == nil {
				t.Error("a person may do it too")
			}
		})
	}
}

// A question that nobody answered resolves with a note that the citizen reads at once; without keys there is none to write.
func TestExpire(t *testing.T) {
	waiting := given(opened(), citizenAsked("q"))
	events, err := engine.Decide(waiting, ExpireQuestion{"q", "n"}, system, noon)
	if err != nil || len(events) != 2 {
		t.Fatalf("decided %+v, %v", events, err)
	}
	note, ok := events[0].(CitizenNote)
	if !ok || note.Note != "n" || note.VisibleFrom != noon || note.Personal == nil || note.Personal.Text == "" {
		t.Errorf("the note is %+v", events[0])
	}
	resolved := Resolved{Resolution: 1, Note: "n", EffectFrom: noon, Status: Solved}
	if events[1] != resolved {
		t.Errorf("then %+v", events[1])
	}
	erased := given(opened(), citizenAsked("q"), by(admin, PersonalDataErased{}))
	resolved.Note = ""
	events, err = engine.Decide(erased, ExpireQuestion{"q", "n"}, system, noon)
	then(resolved)(t, events, err)
}

// What the system notes while an act can still be withdrawn stands neither in the way of that nor goes with it.
func TestBackgroundEventsDoNotPreventUndo(t *testing.T) {
	before := given(opened(), citizenAsked("q"), by(system, CitizenReminded{"q", 1}))
	handed := inOneAct("hand", noon, by(anna, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: heldUntil},
		Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver}))
	noted := given(opened(), citizenAsked("q"), handed, by(system, CitizenReminded{"q", 1}, HandoverWarned{1, catalog.Region, noon}))
	events, err := engine.Decide(noted, Undo{}, anna, noon)
	if err != nil || len(events) != 1 {
		t.Fatalf("undo: %+v, %v", events, err)
	}
	undone := Evolve(noted, Recorded{Event: events[0], Ticket: id, By: anna, Act: "undo", At: noon})
	if !reflect.DeepEqual(undone.UndoableState, before.UndoableState) {
		t.Errorf("stands\n %+v\nwant\n %+v", undone.UndoableState, before.UndoableState)
	}
}
