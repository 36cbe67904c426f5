// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// A saga that closes a resolved ticket one week after its resolution, unless it is reopened before.
func ExampleSaga() {
	saga := runtime.Saga[int]{Name: "close-after-a-week", Version: 1, React: func(resolution int, r ticket.Recorded) (int, []runtime.Action) {
		switch e := r.Event.(type) {
		case ticket.Resolved:
			return e.Resolution, []runtime.Action{runtime.Schedule{
				Key: fmt.Sprintf("close/%d", e.Resolution), At: e.EffectFrom.AddDate(0, 0, 7),
				Command: ticket.Close{Resolution: e.Resolution}, Why: "a week has passed",
			}}
		case ticket.Reopened:
			return 0, []runtime.Action{runtime.Cancel{Key: fmt.Sprintf("close/%d", resolution), Why: "the ticket was reopened"}}
		}
		return resolution, nil
	}}

	var state int
	var actions []runtime.Action
	for _, e := range []ticket.Event{
		ticket.Resolved{Resolution: 1, EffectFrom: time.Date(2026, 11, 16, 10, 0, 0, 0, time.UTC), Status: ticket.StatusResolved},
		ticket.Reopened{Status: ticket.StatusInProgress},
	} {
		state, actions = saga.React(state, ticket.Recorded{Event: e})
		for _, a := range actions {
			switch a := a.(type) {
			case runtime.Schedule:
				fmt.Printf("state %d: schedule %s at %s: %T\n", state, a.Key, a.At.Format(time.DateTime), a.Command)
			case runtime.Cancel:
				fmt.Printf("state %d: cancel %s because %s\n", state, a.Key, a.Why)
			}
		}
	}
	// Output:
	// state 1: schedule close/1 at 2026-11-23 10:00:00: ticket.Close
	// state 0: cancel close/1 because the ticket was reopened
}
