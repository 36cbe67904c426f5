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

func TestAutoCloseReacts(t *testing.T) {
	var (
		opened   = ticket.Opened{Entity: sagastest.Torino, Status: ticket.StatusNew}
		friday   = sagastest.Rome(t, "2026-11-13 10:00")
		june     = sagastest.Rome(t, "2026-06-16 10:00")
		resolved = ticket.Resolved{Resolution: 1, EffectFrom: friday, Status: ticket.StatusResolved}
		again    = ticket.Resolved{Resolution: 2, EffectFrom: friday.AddDate(0, 0, 7), Status: ticket.StatusResolved}
		reopened = ticket.Reopened{Status: ticket.StatusInProgress}
		withdraw = func(to ticket.Status) ticket.ActWithdrawn {
			return ticket.ActWithdrawn{Entity: sagastest.Torino, Status: to}
		}
		closes = func(n int, at, why string) []runtime.Action {
			return []runtime.Action{runtime.Schedule{Key: autoCloseState{Resolution: n}.timerKey(), At: sagastest.Rome(t, at),
				Command: ticket.Close{Resolution: n}, Why: why}}
		}
		first = closes(1, "2026-11-23 09:00", "7 calendar days after 2026-11-13 10:00, then the next working day at 09:00 "+
			"(Mon 23 Nov 2026), calendar of 010301 ASL Città di Torino")
	)
	for name, c := range map[string]struct {
		given []ticket.Event
		then  []runtime.Action
	}{
		"a resolution closes a week later, at nine on a working day": {[]ticket.Event{opened, resolved}, first},
		"a discarded ticket closes too": {
			[]ticket.Event{opened, ticket.Discarded{Resolution: 1, EffectFrom: friday}}, first},
		"and so does a duplicate": {
			[]ticket.Event{opened, ticket.MarkedDuplicate{Resolution: 1, EffectFrom: friday}}, first},
		"San Giovanni is a holiday in Torino": {
			[]ticket.Event{opened, ticket.Resolved{Resolution: 1, EffectFrom: june}},
			closes(1, "2026-06-25 09:00", "7 calendar days after 2026-06-16 10:00, then the next working day at 09:00 "+
				"(Thu 25 Jun 2026), calendar of 010301 ASL Città di Torino; days off on the way: Wed 24 Jun (San Giovanni Battista)")},
		"San Giovanni is a working day in Cuneo: the calendar of the entity competent at the resolution applies": {
			[]ticket.Event{opened, ticket.Redirected{To: sagastest.Cuneo}, ticket.Resolved{Resolution: 1, EffectFrom: june}},
			closes(1, "2026-06-24 09:00", "7 calendar days after 2026-06-16 10:00, then the next working day at 09:00 "+
				"(Wed 24 Jun 2026), calendar of 010210 ASL CN1")},
		"nothing follows from a note":     {[]ticket.Event{opened, resolved, ticket.CitizenNote{}}, nil},
		"an erased ticket closes as well": {[]ticket.Event{opened, resolved, ticket.PersonalDataErased{}}, nil},
		"a reopening cancels": {
			[]ticket.Event{opened, resolved, reopened}, []runtime.Action{runtime.Cancel{Key: "close/1", Why: "the ticket was reopened"}}},
		"a withdrawn resolution is not closed": {
			[]ticket.Event{opened, resolved, withdraw(ticket.StatusNew)},
			[]runtime.Action{runtime.Cancel{Key: "close/1", Why: "the act that resolved the ticket was withdrawn"}}},
		"a withdrawn note leaves the resolution alone": {
			[]ticket.Event{opened, resolved, ticket.CitizenNote{}, withdraw(ticket.StatusResolved)}, nil},
		"a withdrawn reopening lets the resolution close": {
			[]ticket.Event{opened, resolved, reopened, withdraw(ticket.StatusResolved)}, first},
		"a second resolution has its own timer key": {
			[]ticket.Event{opened, resolved, reopened, again},
			closes(2, "2026-11-30 09:00", "7 calendar days after 2026-11-20 10:00, then the next working day at 09:00 "+
				"(Mon 30 Nov 2026), calendar of 010301 ASL Città di Torino")},
		"a successor's calendar moves the day": {
			[]ticket.Event{opened, ticket.Resolved{Resolution: 1, EffectFrom: june},
				ticket.TransferredToSuccessor{From: sagastest.Torino, To: sagastest.Cuneo}},
			closes(1, "2026-06-24 09:00", "7 calendar days after 2026-06-16 10:00, then the next working day at 09:00 "+
				"(Wed 24 Jun 2026), calendar of 010210 ASL CN1")},
		"a closed ticket has no timer": {
			[]ticket.Event{opened, resolved, ticket.AutoClosed{Resolution: 1}}, []runtime.Action{runtime.Cancel{Key: "close/1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := react(AutoClose(catalog.Default()), c.given...); !reflect.DeepEqual(got, c.then) {
				t.Errorf("got actions\n%+v, want\n%+v", got, c.then)
			}
		})
	}
}

func TestAutoCloseKeepsNoStateOfAClosedTicket(t *testing.T) {
	state, _ := react(AutoClose(catalog.Default()), ticket.Opened{Entity: sagastest.Torino},
		ticket.Resolved{Resolution: 1, EffectFrom: sagastest.Rome(t, "2026-11-13 10:00")}, ticket.AutoClosed{Resolution: 1})
	if state != (autoCloseState{}) {
		t.Errorf("got state %+v for a closed ticket, want the zero value", state)
	}
}
