// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"reflect"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// TestFormerViewReacts gives one event an hour, and checks the actions of the last one.
func TestFormerViewReacts(t *testing.T) {
	noon := sagastest.Rome(t, "2026-11-13 12:00")
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	ends := func(e catalog.EntityCode, since time.Time) runtime.Action {
		return runtime.Schedule{Key: "end/" + string(e), At: since.AddDate(0, 0, 30), Command: ticket.EndFormerView{Entity: e, Since: since},
			Why: "30 days after the ticket closed or another ASR accepted it (" + since.In(calendar.Rome()).Format("2006-01-02 15:04") + ")"}
	}
	regained := func(e catalog.EntityCode) runtime.Action {
		return runtime.Cancel{Key: "end/" + string(e), Why: "the entity has the ticket again"}
	}
	var (
		opened     = ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew}
		escalated  = ticket.Escalated{Handover: 1, From: sagastest.Torino, Status: ticket.StatusHandedOver}
		taken      = ticket.Taken{Status: ticket.StatusInProgress}
		redirected = ticket.Redirected{Handover: 2, To: sagastest.TO3, Status: ticket.StatusNew}
		resolved   = ticket.Resolved{Resolution: 1, Status: ticket.StatusResolved}
		closed     = ticket.AutoClosed{Resolution: 1, Status: ticket.StatusClosed}
		back       = ticket.Redirected{Handover: 4, To: sagastest.Torino, Status: ticket.StatusNew}
		again      = ticket.Escalated{Handover: 3, From: sagastest.TO3, Status: ticket.StatusHandedOver}
		ended      = ticket.FormerViewEnded{Entity: sagastest.Torino}
		nobody     []runtime.Action
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []runtime.Action
	}{
		"the Region takes it: the ASR goes on":         {[]ticket.Event{opened, escalated, taken}, nobody},
		"another ASR has it, not yet accepted":         {[]ticket.Event{opened, escalated, redirected}, nobody},
		"another ASR accepts it":                       {[]ticket.Event{opened, escalated, redirected, taken}, []runtime.Action{ends(sagastest.Torino, at(3)), ends(catalog.Region, at(3))}},
		"it answers without taking":                    {[]ticket.Event{opened, escalated, redirected, resolved}, []runtime.Action{ends(sagastest.Torino, at(3)), ends(catalog.Region, at(3))}},
		"the time counts from the first acceptance":    {[]ticket.Event{opened, escalated, redirected, taken, resolved, closed}, nobody},
		"closed at the Region":                         {[]ticket.Event{opened, escalated, taken, resolved, closed}, []runtime.Action{ends(sagastest.Torino, at(4))}},
		"closed where it was opened":                   {[]ticket.Event{opened, taken, resolved, closed}, nobody},
		"back at the Region":                           {[]ticket.Event{opened, escalated, redirected, taken, again}, []runtime.Action{regained(catalog.Region)}},
		"back at the former holder":                    {[]ticket.Event{opened, escalated, redirected, taken, again, back}, []runtime.Action{regained(sagastest.Torino)}},
		"recalled":                                     {[]ticket.Event{opened, escalated, ticket.Recalled{Entity: sagastest.Torino}, resolved, closed}, nobody},
		"the successor of a ceased entity":             {[]ticket.Event{opened, escalated, redirected, taken, ticket.TransferredToSuccessor{From: sagastest.TO3, To: sagastest.Torino}}, []runtime.Action{regained(sagastest.Torino)}},
		"ended: the timer has served its purpose":      {[]ticket.Event{opened, escalated, redirected, taken, ended}, []runtime.Action{runtime.Cancel{Key: "end/" + string(sagastest.Torino)}}},
		"ended after the closing":                      {[]ticket.Event{opened, escalated, taken, resolved, closed, ended}, []runtime.Action{runtime.Cancel{Key: "end/" + string(sagastest.Torino)}}},
		"ended, and lost again: the time counts again": {[]ticket.Event{opened, escalated, redirected, taken, ended, again, back, taken, escalated, redirected, taken}, []runtime.Action{ends(sagastest.Torino, at(10)), ends(catalog.Region, at(10))}},
	} {
		t.Run(name, func(t *testing.T) {
			var s undoState[formerViewState]
			var got []runtime.Action
			for i, e := range c.given {
				by := sagastest.Operator
				switch e.(type) {
				case ticket.AutoClosed, ticket.FormerViewEnded, ticket.TransferredToSuccessor:
					by = person.Actor{Role: person.System}
				}
				s, got = FormerView().React(s, ticket.Recorded{Event: e, Version: i + 1, At: at(i), By: by, Act: ticket.ID(rune('a' + i))})
			}
			if !reflect.DeepEqual(got, c.then) {
				t.Errorf("got actions\n%+v, want\n%+v", got, c.then)
			}
		})
	}
}

// TestFormerViewStoresNothingWithoutFormerHolder: most tickets have one entity and cost the saga no row.
func TestFormerViewStoresNothingWithoutFormerHolder(t *testing.T) {
	for name, given := range map[string][]ticket.Event{
		"one entity": {ticket.Opened{Entity: sagastest.Torino}, ticket.Taken{}, ticket.Resolved{Resolution: 1}, ticket.AutoClosed{Resolution: 1}},
		"all ended": {ticket.Opened{Entity: sagastest.Torino}, ticket.Escalated{From: sagastest.Torino}, ticket.Resolved{Resolution: 1},
			ticket.AutoClosed{Resolution: 1}, ticket.FormerViewEnded{Entity: sagastest.Torino}},
	} {
		var s undoState[formerViewState]
		for i, e := range given {
			by := sagastest.Operator
			if _, ended := e.(ticket.FormerViewEnded); ended {
				by = person.Actor{Role: person.System}
			}
			s, _ = FormerView().React(s, ticket.Recorded{Event: e, Version: i + 1, At: sagastest.Rome(t, "2026-11-13 12:00"), By: by, Act: ticket.ID(rune('a' + i))})
		}
		if s != (undoState[formerViewState]{}) {
			t.Errorf("%s: got state %+v, want none", name, s)
		}
	}
}

// TestFormerViewFollowsAnUndo: an escalation that is withdrawn leaves no former holder, and a withdrawn acceptance no timer.
func TestFormerViewFollowsAnUndo(t *testing.T) {
	noon := sagastest.Rome(t, "2026-11-13 12:00")
	var s undoState[formerViewState]
	var got []runtime.Action
	for i, e := range []ticket.Event{
		ticket.Opened{Entity: sagastest.Torino}, ticket.Escalated{From: sagastest.Torino}, ticket.Redirected{To: sagastest.TO3},
		ticket.CitizenAsked{}, ticket.ActWithdrawn{Act: "d", Entity: sagastest.TO3},
	} {
		s, got = FormerView().React(s, ticket.Recorded{Event: e, Version: i + 1, At: noon, By: sagastest.Operator, Act: ticket.ID(rune('a' + i))})
	}
	if len(got) != 2 || len(FormerView().Pending(s)) != 0 {
		t.Errorf("got actions %+v and timers %+v, want two cancellations and none", got, FormerView().Pending(s))
	}
}
