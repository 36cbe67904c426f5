// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch

import "github.com/sol-assistenza/sol/eventstore"

// NewWithCapacity returns a dispatcher that keeps at most capacity states.
func NewWithCapacity[S, C, E any](s *eventstore.Store, d Decider[S, C, E], capacity int) *Dispatcher[S, C, E] {
	return newDispatcher(s, d, capacity)
}
