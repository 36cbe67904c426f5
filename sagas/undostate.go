// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// undoState holds the current state and the state before the last act of a person, which that person may still withdraw. Events of the
// system are not part of the act; they change both states.
//
// The rules keep the same pair in ticket.State.Last, but a saga stores only the few fields that it needs, so it folds them itself. It
// applies every event of the system except the start of a run to both states. ticket.IsBackground is narrower: it leaves out events of the
// system that end the undo, for example a transfer to a successor. No withdrawal follows those, so both definitions restore the same state.
type undoState[S comparable] struct {
	Current   S         `json:"now"`
	BeforeAct S         `json:"was"`
	Act       ticket.ID `json:"act,omitempty"`
}

// apply folds an event with fold, except a withdrawal: that restores the state before the act. It also returns the reason of fold.
func (u undoState[S]) apply(r ticket.Recorded, fold func(S, ticket.Recorded) (S, string)) (undoState[S], string) {
	if _, withdrawn := r.Event.(ticket.ActWithdrawn); withdrawn {
		return undoState[S]{Current: u.BeforeAct, BeforeAct: u.BeforeAct, Act: r.Act}, "the act was withdrawn"
	}
	if r.Act != u.Act && r.By.Role != person.System {
		u.BeforeAct, u.Act = u.Current, r.Act
	}
	if _, started := r.Event.(ticket.PlaybookStarted); r.By.Role == person.System && !started {
		u.BeforeAct, _ = fold(u.BeforeAct, r) // a withdrawal does not undo it; the start of a run follows from the act and is undone
	}
	now, why := fold(u.Current, r)
	if _, closed := r.Event.(ticket.AutoClosed); closed {
		return undoState[S]{}, why
	}
	u.Current = now
	return u, why
}
