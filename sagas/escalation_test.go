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

// keys returns kind and key of each action, in order.
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
		opened     = ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew}
		friday     = sagastest.Rome(t, "2026-11-13 10:00")
		note       = ticket.RegionalNote{Handover: 1, ASR: sagastest.Torino, VisibleFrom: friday}
		escalated  = ticket.Escalated{Handover: 1, From: sagastest.Torino, Status: ticket.StatusHandedOver}
		redirected = ticket.Redirected{Handover: 2, To: sagastest.Cuneo, Status: ticket.StatusNew}
		again      = ticket.Escalated{Handover: 3, From: sagastest.Cuneo, Status: ticket.StatusHandedOver}
		clock      = []string{"schedule warn/1", "schedule breach/1"}
		stopped    = []string{"cancel warn/1", "cancel breach/1"}
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []string
	}{
		"a hand-over starts the Region's clock": {[]ticket.Event{opened, note, escalated}, clock},
		"taking it stops the clock":             {[]ticket.Event{opened, note, escalated, ticket.Taken{}}, stopped},
		"so does an answer":                     {[]ticket.Event{opened, note, escalated, ticket.Resolved{}}, stopped},
		"an assignment alone does not":          {[]ticket.Event{opened, note, escalated, ticket.Assigned{}}, nil},
		"nor does a message":                    {[]ticket.Event{opened, note, escalated, note}, nil},
		"nor does a reply of the citizen": {[]ticket.Event{opened, note, escalated, ticket.CitizenReplied{Status: ticket.StatusHandedOver}},
			nil},
		"redirected, the ASR's clock runs": {[]ticket.Event{opened, note, escalated, redirected},
			[]string{"cancel warn/1", "cancel breach/1", "schedule warn/2", "schedule breach/2"}},
		"a recall stops the clock": {[]ticket.Event{opened, note, escalated, ticket.Recalled{Entity: sagastest.Torino}},
			stopped},
		"a withdrawal stops the clock": {[]ticket.Event{opened, escalated, ticket.ActWithdrawn{Entity: sagastest.Torino}}, stopped},
		"a message withdrawn leaves the clock alone": {[]ticket.Event{opened, escalated, note, ticket.ActWithdrawn{Status: ticket.StatusHandedOver}},
			nil},
		"the third hand-over is ping-pong": {[]ticket.Event{opened, escalated, redirected, again},
			[]string{"cancel warn/2", "cancel breach/2", "schedule warn/3", "schedule breach/3", "schedule ping-pong/3"}},
		"ping-pong is recorded once": {[]ticket.Event{opened, escalated, redirected, again, ticket.PingPongNoticed{Handover: 3}},
			[]string{"cancel ping-pong/3"}},
		"after the warning the breach remains": {[]ticket.Event{opened, note, escalated, ticket.HandoverWarned{Handover: 1}},
			[]string{"cancel warn/1"}},
		"after the breach no timer remains": {[]ticket.Event{opened, note, escalated, ticket.HandoverWarned{Handover: 1},
			ticket.HandoverBreached{Handover: 1}}, []string{"cancel breach/1"}},
		"withdrawn hand-overs do not count": {[]ticket.Event{opened, escalated, ticket.ActWithdrawn{Entity: sagastest.Torino},
			ticket.Escalated{Handover: 2, From: sagastest.Torino}, ticket.ActWithdrawn{Entity: sagastest.Torino},
			ticket.Escalated{Handover: 3, From: sagastest.Torino}}, []string{"schedule warn/3", "schedule breach/3"}},
		"nor do recalled ones": {[]ticket.Event{opened, escalated, ticket.Recalled{Entity: sagastest.Torino},
			ticket.Escalated{Handover: 2, From: sagastest.Torino}, ticket.Recalled{Entity: sagastest.Torino},
			ticket.Escalated{Handover: 3, From: sagastest.Torino}}, []string{"schedule warn/3", "schedule breach/3"}},
		"a closed ticket has no clock": {[]ticket.Event{opened, escalated, ticket.Resolved{}, ticket.AutoClosed{}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Escalation(catalog.Default()), c.given...); !reflect.DeepEqual(keys(got), c.then) {
				t.Errorf("got actions %q, want %q", keys(got), c.then)
			}
		})
	}
}

// The target time counts the receiver's working hours and holidays, from the moment at which it can read the note.
func TestHandoverIsDueInWorkingHours(t *testing.T) {
	act := record(ticket.Opened{Entity: sagastest.Torino}, ticket.RegionalNote{VisibleFrom: sagastest.Rome(t, "2026-12-04 15:00")},
		ticket.Escalated{Handover: 1, From: sagastest.Torino})
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
		t.Errorf("got actions\n%+v, want\n%+v", actions, want)
	}
}

func TestWaitingReacts(t *testing.T) {
	var (
		opened   = ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew}
		asked    = ticket.CitizenAsked{Note: "q", Status: ticket.StatusWaiting}
		other    = ticket.CitizenAsked{Note: "r", Status: ticket.StatusWaiting}
		set      = []string{"schedule remind/q/1", "schedule remind/q/2"}
		canceled = []string{"cancel remind/q/1", "cancel remind/q/2"}
		answered = ticket.CitizenReplied{Kind: ticket.ReplyAnswer, Status: ticket.StatusInProgress}
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []string
	}{
		"a question sets its reminders": {[]ticket.Event{opened, asked}, set},
		"the answer cancels them":       {[]ticket.Event{opened, asked, answered}, canceled},
		"a message that leaves the status does not": {[]ticket.Event{opened, asked,
			ticket.CitizenReplied{Kind: ticket.ReplyMessage, Status: ticket.StatusWaiting}}, nil},
		"nor does a note": {[]ticket.Event{opened, asked, ticket.CitizenNote{}}, nil},
		"a reminder is sent once": {[]ticket.Event{opened, asked, ticket.CitizenReminded{Question: "q", N: 1}},
			[]string{"cancel remind/q/1"}},
		"a reminder of another question changes nothing": {[]ticket.Event{opened, asked, ticket.CitizenReminded{Question: "p", N: 1}},
			nil},
		"an erased ticket has no reminders": {[]ticket.Event{opened, asked, ticket.PersonalDataErased{}}, canceled},
		"another question starts afresh": {[]ticket.Event{opened, asked, other},
			append(canceled, "schedule remind/r/1", "schedule remind/r/2")},
		"a hand-over cancels the reminders": {[]ticket.Event{opened, asked, ticket.Escalated{}}, canceled},
		"a recall opens the question again": {[]ticket.Event{opened, asked, ticket.Escalated{},
			ticket.Recalled{Entity: sagastest.Torino, Status: ticket.StatusWaiting}}, set},
		"a withdrawn question has no reminders": {[]ticket.Event{opened, asked, ticket.ActWithdrawn{}}, canceled},
		"after a withdrawn hand-over the question is open again": {[]ticket.Event{opened, asked, ticket.Escalated{},
			ticket.ActWithdrawn{Status: ticket.StatusWaiting}}, set},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(Waiting(catalog.Default()), c.given...); !reflect.DeepEqual(keys(got), c.then) {
				t.Errorf("got actions %q, want %q", keys(got), c.then)
			}
		})
	}
}

// A recall opens the question again and its days count anew, so the citizen does not get two reminders at once.
func TestDaysCountAnewAfterARecall(t *testing.T) {
	s, state, actions := Waiting(catalog.Default()), undoState[waitingState]{}, []runtime.Action(nil)
	events := record(ticket.Opened{Entity: sagastest.Torino}, ticket.CitizenAsked{Note: "q", Status: ticket.StatusWaiting}, ticket.Escalated{},
		ticket.Recalled{Entity: sagastest.Torino, Status: ticket.StatusWaiting})
	events[3].At = sagastest.Rome(t, "2026-03-23 10:00") // three weeks later
	for _, r := range events {
		state, actions = s.React(state, r)
	}
	if first, ok := actions[0].(runtime.Schedule); !ok || len(actions) != 2 || !first.At.Equal(sagastest.Rome(t, "2026-03-26 09:00")) {
		t.Errorf("got actions %+v, want two, the first a timer for 2026-03-26 09:00", actions)
	}
}

// By default a question without an answer is never resolved; a setting of the entity turns it on.
func TestWaitingResolvesIfTheSettingSaysSo(t *testing.T) {
	c, err := catalog.Default().WithSettings(func(_ *catalog.AutoCloseRule, _ *catalog.HandoverRule, w *catalog.WaitingRule) {
		w.ResolveAfterDays = 20
	}, sagastest.Torino)
	if err != nil {
		t.Fatal(err)
	}
	_, got := react(Waiting(c), ticket.Opened{Entity: sagastest.Torino}, ticket.CitizenAsked{Note: "q", Status: ticket.StatusWaiting})
	last, ok := got[len(got)-1].(runtime.Schedule)
	if want := (ticket.ExpireQuestion{Question: "q", Note: expiryNoteID("q")}); !ok || last.Command != want ||
		!last.At.Equal(sagastest.Rome(t, "2026-03-30 09:00")) {
		t.Errorf("got actions %+v, want %+v for 2026-03-30 09:00 as the last", got, want)
	}
}
