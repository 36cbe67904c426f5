// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// NewTimerSaga returns a saga whose timers follow from its state alone. React and Pending use the same function pending, so they always
// agree. fold returns the state after an event and, in English, the reason for the timers that it cancels, or "" if these have served
// their purpose.
func NewTimerSaga[S comparable](name string, version int,
	fold func(S, ticket.Recorded) (S, string), pending func(S) []Schedule,
) Saga[S] {
	react := func(before S, r ticket.Recorded) (S, []Action) {
		after, why := fold(before, r)
		if after == before {
			return before, nil
		}
		return after, DiffTimers(pending(before), pending(after), why)
	}
	return Saga[S]{Name: name, Version: version, React: react, Pending: pending}
}

// DiffTimers returns the actions that turn the timers of one state into those of the next. why is the reason of the cancellations.
func DiffTimers(before, after []Schedule, why string) []Action {
	var actions []Action
	for _, b := range before {
		if !slices.ContainsFunc(after, func(a Schedule) bool { return a.Key == b.Key }) {
			actions = append(actions, Cancel{Key: b.Key, Why: why})
		}
	}
	for _, a := range after {
		if !slices.ContainsFunc(before, a.equal) {
			actions = append(actions, a)
		}
	}
	return actions
}

// equal compares two schedules; the same time in different time zones is equal.
func (s Schedule) equal(o Schedule) bool {
	return s.Key == o.Key && s.At.Equal(o.At) && s.Command == o.Command && s.Why == o.Why
}
