// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	. "github.com/sol-assistenza/sol/domain/ticket"
)

func asking(note ID) []fact {
	return by(anna, CitizenNote{Note: note, VisibleFrom: noon}, CitizenAsked{Note: note, Status: Waiting})
}

func TestWhatTheClocksMayDo(t *testing.T) {
	redirected := by(rita, Redirected{Handover: 2, To: to3, Note: noteID, Status: New})
	recalled := by(anna, Recalled{Handover: 1, Entity: torino, Status: InProgress})
	again := by(carla, Escalated{Handover: 3, From: to3, Note: noteID, Status: HandedOver})
	yes := by(citizen, CitizenReplied{Kind: Answer, Status: InProgress})
	for name, c := range map[string]struct {
		given State
		when  Command
		then  verdict
	}{
		"a hand-over nobody has taken is warned of": {given(opened(), escalated()), Warn{1, noon}, then(HandoverWarned{1, catalog.Region, noon})},
		"and breached":                                           {given(opened(), escalated()), Breach{1, noon}, then(HandoverBreached{1, catalog.Region, noon})},
		"so is one that came back":                               {given(opened(), escalated(), redirected), Breach{2, noon}, then(HandoverBreached{2, to3, noon})},
		"but once":                                               {given(opened(), escalated(), by(saga, HandoverWarned{1, catalog.Region, noon})), Warn{1, noon}, notAllowed(MoveWarn, HandedOver)},
		"a breach once":                                          {given(opened(), escalated(), by(saga, HandoverBreached{1, catalog.Region, noon})), Breach{1, noon}, notAllowed(MoveBreach, HandedOver)},
		"to and fro is noticed once":                             {given(opened(), escalated(), redirected, again, by(saga, PingPongNoticed{3, to3})), NoticePingPong{3}, notAllowed(MovePingPong, HandedOver)},
		"nobody is reminded whose data was erased":               {given(opened(), asking("q"), by(admin, PersonalDataErased{})), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"not once it was taken":                                  {given(opened(), escalated(), taken(rita)), Warn{1, noon}, notAllowed(MoveWarn, InProgress)},
		"not once it was recalled":                               {given(opened(), escalated(), recalled), Breach{1, noon}, notAllowed(MoveBreach, InProgress)},
		"not when another hand-over followed":                    {given(opened(), escalated(), redirected), Warn{1, noon}, notAllowed(MoveWarn, New)},
		"to and fro":                                             {given(opened(), escalated(), redirected, again), NoticePingPong{3}, then(PingPongNoticed{3, to3})},
		"not of one that is past":                                {given(opened(), escalated(), redirected, again), NoticePingPong{2}, notAllowed(MovePingPong, HandedOver)},
		"a question is reminded of":                              {given(opened(), asking("q")), RemindCitizen{"q", 1}, then(CitizenReminded{"q", 1})},
		"each reminder once":                                     {given(opened(), asking("q"), by(saga, CitizenReminded{"q", 1})), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"not of one that was answered":                           {given(opened(), asking("q"), yes), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, InProgress)},
		"not when another one was asked":                         {given(opened(), asking("q"), asking("r")), RemindCitizen{"q", 1}, notAllowed(MoveRemindCitizen, Waiting)},
		"a question in vain resolves, not one that was answered": {given(opened(), asking("q"), yes), Expire{"q", "n"}, notAllowed(MoveExpire, InProgress)},
		"nor an older one":                                       {given(opened(), asking("q"), asking("r")), Expire{"q", "n"}, notAllowed(MoveExpire, Waiting)},
		"an address that takes no mail":                          {given(opened()), ReportContact{"m", Bounced}, then(ContactFailed{"m", Bounced})},
		"is told once":                                           {given(opened(), by(saga, ContactFailed{"m", Bounced})), ReportContact{"n", Refused}, then()},
		"until the citizen has written again":                    {given(opened(), by(saga, ContactFailed{"m", Bounced}), yes), ReportContact{"n", Refused}, then(ContactFailed{"n", Refused})},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := rules.Decide(c.given, c.when, saga, noon)
			c.then(t, events, err)
			_, err = rules.Decide(c.given, c.when, capo, noon)
			if err == nil {
				t.Error("a person may do it too")
			}
		})
	}
}

// A question that nobody answered resolves with a note that the citizen reads at once; without keys there is none to write.
func TestExpire(t *testing.T) {
	waiting := given(opened(), asking("q"))
	events, err := rules.Decide(waiting, Expire{"q", "n"}, saga, noon)
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
	erased := given(opened(), asking("q"), by(admin, PersonalDataErased{}))
	resolved.Note = ""
	events, err = rules.Decide(erased, Expire{"q", "n"}, saga, noon)
	then(resolved)(t, events, err)
}

// What the system notes while an act can still be withdrawn stands neither in the way of that nor goes with it.
func TestNotesOfTheSystemDisturbNoUndo(t *testing.T) {
	before := given(opened(), asking("q"), by(saga, CitizenReminded{"q", 1}))
	handed := together("hand", noon, by(anna, RegionalNote{Note: noteID, Handover: 1, ASR: torino, VisibleFrom: held},
		Escalated{Handover: 1, From: torino, Note: noteID, Status: HandedOver}))
	noted := given(opened(), asking("q"), handed, by(saga, CitizenReminded{"q", 1}, HandoverWarned{1, catalog.Region, noon}))
	events, err := rules.Decide(noted, Undo{}, anna, noon)
	if err != nil || len(events) != 1 {
		t.Fatalf("undo: %+v, %v", events, err)
	}
	undone := Evolve(noted, Recorded{Event: events[0], Ticket: id, By: anna, Act: "undo", At: noon})
	if !reflect.DeepEqual(undone.Standing, before.Standing) {
		t.Errorf("stands\n %+v\nwant\n %+v", undone.Standing, before.Standing)
	}
}
