// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

const testTicket ticket.ID = "01930000-0000-7000-8000-000000000001"

// record returns the events with versions and positions from 1, one minute apart, each in its own act: act-1, act-2, …
func record(events ...ticket.Event) []ticket.Recorded {
	all := make([]ticket.Recorded, len(events))
	for i, e := range events {
		all[i] = ticket.Recorded{
			Event: e, Ticket: testTicket, Version: i + 1, Position: int64(i + 1),
			At: time.Date(2026, 3, 2, 8, i, 0, 0, time.UTC), Act: ticket.ID(fmt.Sprintf("act-%d", i+1)),
		}
	}
	return all
}

// react folds all events and returns the state and the actions of the last one.
func react[S comparable](s runtime.Saga[S], events ...ticket.Event) (state S, actions []runtime.Action) {
	for _, r := range record(events...) {
		state, actions = s.React(state, r)
	}
	return state, actions
}
