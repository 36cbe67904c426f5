// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"encoding/json"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// Nothing counts from a note that a citizen without e-mail was not told.
func TestClocksWaitUntilTheCitizenIsInformed(t *testing.T) {
	opened := ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew, NoEmail: true}
	note := ticket.CitizenNote{Note: "n"}
	asked, resolved := ticket.CitizenAsked{Note: "n", Status: ticket.StatusWaiting}, ticket.Resolved{Resolution: 1, Note: "n", Status: ticket.StatusResolved}
	informed := ticket.CitizenInformed{Note: "n", How: ticket.InformByLetter}
	address := ticket.ContactsCorrected{Address: 1, EmailChanged: true}
	reminded := ticket.CitizenReminded{Question: "n", N: 1}
	autoClose, waiting := AutoClose(catalog.Default()), Waiting(catalog.Default())
	for name, c := range map[string]struct {
		events    []ticket.Event
		pending   func(...ticket.Event) []runtime.Schedule
		schedules int
	}{
		"a resolution that was not told":  {[]ticket.Event{opened, note, resolved}, pendingOf(autoClose), 0},
		"a resolution that was told":      {[]ticket.Event{opened, note, resolved, informed}, pendingOf(autoClose), 1},
		"a reply to what was not told":    {[]ticket.Event{opened, note, resolved, ticket.CitizenReplied{Status: ticket.StatusResolved}}, pendingOf(autoClose), 1},
		"a mail of somebody else":         {[]ticket.Event{opened, note, resolved, ticket.CitizenReplied{Status: ticket.StatusResolved, Unverified: true}}, pendingOf(autoClose), 0},
		"a reply to the duplicate":        {[]ticket.Event{opened, note, resolved, ticket.CitizenReplied{Status: ticket.StatusResolved, Duplicate: "d"}}, pendingOf(autoClose), 0},
		"an address that becomes known":   {[]ticket.Event{opened, note, resolved, address}, pendingOf(autoClose), 1},
		"a question that was not told":    {[]ticket.Event{opened, note, asked}, pendingOf(waiting), 0},
		"a question that was told":        {[]ticket.Event{opened, note, asked, informed}, pendingOf(waiting), 2},
		"a reminder that was not told":    {[]ticket.Event{opened, note, asked, informed, reminded}, pendingOf(waiting), 1},
		"a ticket with an e-mail address": {[]ticket.Event{ticket.Opened{Entity: sagastest.Torino}, note, asked}, pendingOf(waiting), 2},
	} {
		if got := c.pending(c.events...); len(got) != c.schedules {
			t.Errorf("%s: got timers %v, want %d", name, got, c.schedules)
		}
	}
}

// pendingOf returns the timers of a saga after events.
func pendingOf[S comparable](s runtime.Saga[S]) func(...ticket.Event) []runtime.Schedule {
	return func(events ...ticket.Event) []runtime.Schedule {
		state, _ := react(s, events...)
		return s.Pending(state)
	}
}

// A reminder is the operators' if no mail can bring it.
func TestReminderWithoutEmailIsForOperators(t *testing.T) {
	_, actions := react(Notifications(), ticket.Opened{Entity: sagastest.Torino, NoEmail: true}, ticket.CitizenReminded{Question: "n", N: 1})
	if len(actions) != 1 {
		t.Fatalf("got %v, want one message", actions)
	}
	send, _ := actions[0].(runtime.Send)
	var n Notification
	if err := json.Unmarshal(send.Payload, &n); err != nil || n.Kind != KindToInform || n.To != ToOperators {
		t.Errorf("got %+v, want the operators to be notified", actions[0])
	}
}
