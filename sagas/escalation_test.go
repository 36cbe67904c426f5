// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"reflect"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// keys are what the actions name, in order.
func keys(actions []runtime.Action) (all []string) {
	for _, a := range actions {
		switch a := a.(type) {
		case runtime.Schedule:
			all = append(all, "schedule "+a.Key)
		case runtime.Cancel:
			all = append(all, "cancel "+a.Key)
		case runtime.Dispatch:
			all = append(all, "dispatch "+a.Key)
		case runtime.Send:
			all = append(all, "send "+a.Key)
		case runtime.SendLater:
			all = append(all, "later "+a.Key)
		}
	}
	return all
}

func TestEscalationReacts(t *testing.T) {
	var (
		opened     = ticket.Opened{Entity: sagastest.Torino, Status: ticket.New}
		friday     = sagastest.Rome(t, "2026-11-13 10:00")
		note       = ticket.RegionalNote{Handover: 1, ASR: sagastest.Torino, VisibleFrom: friday}
		escalated  = ticket.Escalated{Handover: 1, From: sagastest.Torino, Status: ticket.HandedOver}
		redirected = ticket.Redirected{Handover: 2, To: sagastest.Cuneo, Status: ticket.New}
		again      = ticket.Escalated{Handover: 3, From: sagastest.Cuneo, Status: ticket.HandedOver}
		clock      = []string{"schedule warn/1", "schedule breach/1"}
		stopped    = []string{"cancel warn/1", "cancel breach/1"}
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []string
	}{
		"a hand-over starts the Region's clock":      {[]ticket.Event{opened, note, escalated}, clock},
		"taking it stops the clock":                  {[]ticket.Event{opened, note, escalated, ticket.Taken{}}, stopped},
		"so does an answer":                          {[]ticket.Event{opened, note, escalated, ticket.Resolved{}}, stopped},
		"to assign it alone does not":                {[]ticket.Event{opened, note, escalated, ticket.Assigned{}}, nil},
		"nor does a message":                         {[]ticket.Event{opened, note, escalated, note}, nil},
		"nor the citizen's":                          {[]ticket.Event{opened, note, escalated, ticket.CitizenReplied{Status: ticket.HandedOver}}, nil},
		"sent on, the ASR's clock runs":              {[]ticket.Event{opened, note, escalated, redirected}, []string{"cancel warn/1", "cancel breach/1", "schedule warn/2", "schedule breach/2"}},
		"recalled, there is none":                    {[]ticket.Event{opened, note, escalated, ticket.Recalled{Entity: sagastest.Torino}}, stopped},
		"withdrawn, there is none":                   {[]ticket.Event{opened, escalated, ticket.ActWithdrawn{Entity: sagastest.Torino}}, stopped},
		"a message withdrawn leaves the clock alone": {[]ticket.Event{opened, escalated, note, ticket.ActWithdrawn{Status: ticket.HandedOver}}, nil},
		"the third hand-over goes to and fro":        {[]ticket.Event{opened, escalated, redirected, again}, []string{"cancel warn/2", "cancel breach/2", "schedule warn/3", "schedule breach/3", "schedule ping-pong/3"}},
		"which is noticed once":                      {[]ticket.Event{opened, escalated, redirected, again, ticket.PingPongNoticed{Handover: 3}}, []string{"cancel ping-pong/3"}},
		"warned, the breach is left":                 {[]ticket.Event{opened, note, escalated, ticket.HandoverWarned{Handover: 1}}, []string{"cancel warn/1"}},
		"breached, nothing is":                       {[]ticket.Event{opened, note, escalated, ticket.HandoverWarned{Handover: 1}, ticket.HandoverBreached{Handover: 1}}, []string{"cancel breach/1"}},
		"what was withdrawn does not count":          {[]ticket.Event{opened, escalated, ticket.ActWithdrawn{Entity: sagastest.Torino}, ticket.Escalated{Handover: 2, From: sagastest.Torino}, ticket.ActWithdrawn{Entity: sagastest.Torino}, ticket.Escalated{Handover: 3, From: sagastest.Torino}}, []string{"schedule warn/3", "schedule breach/3"}},
		"nor what was recalled":                      {[]ticket.Event{opened, escalated, ticket.Recalled{Entity: sagastest.Torino}, ticket.Escalated{Handover: 2, From: sagastest.Torino}, ticket.Recalled{Entity: sagastest.Torino}, ticket.Escalated{Handover: 3, From: sagastest.Torino}}, []string{"schedule warn/3", "schedule breach/3"}},
		"closed is the end":                          {[]ticket.Event{opened, escalated, ticket.Resolved{}, ticket.AutoClosed{}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Escalation(catalog.Default()), c.given...); !reflect.DeepEqual(keys(got), c.then) {
				t.Errorf("leads to %q, want %q", keys(got), c.then)
			}
		})
	}
}

// The clock is the receiver's: its working hours, its holidays, from when it may read the note.
func TestAHandoverIsDueInWorkingHours(t *testing.T) {
	act := record(ticket.Opened{Entity: sagastest.Torino}, ticket.RegionalNote{VisibleFrom: sagastest.Rome(t, "2026-12-04 15:00")}, ticket.Escalated{Handover: 1, From: sagastest.Torino})
	act[2].Act, act[1].At, act[2].At = act[1].Act, sagastest.Rome(t, "2026-12-04 14:59"), sagastest.Rome(t, "2026-12-04 14:59")
	s, state, actions := Escalation(catalog.Default()), undoState[escalationState]{}, []runtime.Action(nil)
	for _, r := range act {
		state, actions = s.React(state, r)
	}
	const why = "16 working hours (08:30-16:30) after 2026-12-04 15:00 end on Wed 9 Dec 2026 at 15:00, calendar of Regione Piemonte"
	due := sagastest.Rome(t, "2026-12-09 15:00")
	want := []runtime.Action{
		runtime.Schedule{Key: "warn/1", At: sagastest.Rome(t, "2026-12-09 11:00"), Command: ticket.WarnHandover{Handover: 1, Due: due}, Why: why},
		runtime.Schedule{Key: "breach/1", At: due, Command: ticket.BreachHandover{Handover: 1, Due: due}, Why: why},
	}
	if !reflect.DeepEqual(actions, want) {
		t.Errorf("leads to\n%+v, want\n%+v", actions, want)
	}
}

func TestWaitingReacts(t *testing.T) {
	var (
		opened   = ticket.Opened{Entity: sagastest.Torino, Status: ticket.New}
		asked    = ticket.CitizenAsked{Note: "q", Status: ticket.Waiting}
		other    = ticket.CitizenAsked{Note: "r", Status: ticket.Waiting}
		set      = []string{"schedule remind/q/1", "schedule remind/q/2"}
		gone     = []string{"cancel remind/q/1", "cancel remind/q/2"}
		answered = ticket.CitizenReplied{Kind: ticket.ReplyAnswer, Status: ticket.InProgress}
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []string
	}{
		"a question sets its reminders":     {[]ticket.Event{opened, asked}, set},
		"the answer cancels them":           {[]ticket.Event{opened, asked, answered}, gone},
		"a courtesy does not":               {[]ticket.Event{opened, asked, ticket.CitizenReplied{Kind: ticket.ReplyMessage, Status: ticket.Waiting}}, nil},
		"nor does a note":                   {[]ticket.Event{opened, asked, ticket.CitizenNote{}}, nil},
		"a reminder is sent once":           {[]ticket.Event{opened, asked, ticket.CitizenReminded{Question: "q", N: 1}}, []string{"cancel remind/q/1"}},
		"nor does one of another question":  {[]ticket.Event{opened, asked, ticket.CitizenReminded{Question: "p", N: 1}}, nil},
		"erased, there is nobody to remind": {[]ticket.Event{opened, asked, ticket.PersonalDataErased{}}, gone},
		"another question starts afresh":    {[]ticket.Event{opened, asked, other}, append(gone, "schedule remind/r/1", "schedule remind/r/2")},
		"handed over, nobody waits":         {[]ticket.Event{opened, asked, ticket.Escalated{}}, gone},
		"recalled, the question is open":    {[]ticket.Event{opened, asked, ticket.Escalated{}, ticket.Recalled{Entity: sagastest.Torino, Status: ticket.Waiting}}, set},
		"a withdrawn question is not asked": {[]ticket.Event{opened, asked, ticket.ActWithdrawn{}}, gone},
		"a withdrawn hand-over waits again": {[]ticket.Event{opened, asked, ticket.Escalated{}, ticket.ActWithdrawn{Status: ticket.Waiting}}, set},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Waiting(catalog.Default()), c.given...); !reflect.DeepEqual(keys(got), c.then) {
				t.Errorf("leads to %q, want %q", keys(got), c.then)
			}
		})
	}
}

// A question that comes back with a recalled hand-over is not reminded of twice at once: its days count anew.
func TestARecalledQuestionCountsAnew(t *testing.T) {
	s, state, actions := Waiting(catalog.Default()), undoState[waitingState]{}, []runtime.Action(nil)
	events := record(ticket.Opened{Entity: sagastest.Torino}, ticket.CitizenAsked{Note: "q", Status: ticket.Waiting}, ticket.Escalated{}, ticket.Recalled{Entity: sagastest.Torino, Status: ticket.Waiting})
	events[3].At = sagastest.Rome(t, "2026-03-23 10:00") // three weeks later
	for _, r := range events {
		state, actions = s.React(state, r)
	}
	if first, ok := actions[0].(runtime.Schedule); !ok || len(actions) != 2 || !first.At.Equal(sagastest.Rome(t, "2026-03-26 09:00")) {
		t.Errorf("leads to %+v", actions)
	}
}

// Resolving without an answer is off until a setting turns it on.
func TestWaitingResolvesWhereTheSettingSaysSo(t *testing.T) {
	c, err := catalog.Default().WithSettings(func(_ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) {
		w.ResolveAfterDays = 20
	}, sagastest.Torino)
	if err != nil {
		t.Fatal(err)
	}
	_, got := react(Waiting(c), ticket.Opened{Entity: sagastest.Torino}, ticket.CitizenAsked{Note: "q", Status: ticket.Waiting})
	last, ok := got[len(got)-1].(runtime.Schedule)
	if want := (ticket.ExpireQuestion{Question: "q", Note: expiryNoteID("q")}); !ok || last.Command != want || !last.At.Equal(sagastest.Rome(t, "2026-03-30 09:00")) {
		t.Errorf("leads to %+v", got)
	}
}
