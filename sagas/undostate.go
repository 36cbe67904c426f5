// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// undoState is a state together with how it was before the last act of a person, which that person may still withdraw. What
// the system notes in between belongs to no act.
type undoState[S comparable] struct {
	Current   S         `json:"now"`
	BeforeAct S         `json:"was"`
	Act       ticket.ID `json:"act,omitempty"`
}

// apply folds an event: fold answers the state that it leads to, but for withdrawals, which are answered here.
func (u undoState[S]) apply(r ticket.Recorded, fold func(S, ticket.Recorded) (S, string)) (undoState[S], string) {
	if _, undone := r.Event.(ticket.ActWithdrawn); undone {
		return undoState[S]{Current: u.BeforeAct, BeforeAct: u.BeforeAct, Act: r.Act}, "the act was withdrawn"
	}
	if r.Act != u.Act && r.By.Role != person.System {
		u.BeforeAct, u.Act = u.Current, r.Act
	}
	if _, begun := r.Event.(ticket.PlaybookStarted); r.By.Role == person.System && !begun {
		u.BeforeAct, _ = fold(u.BeforeAct, r) // it holds whether or not the act is withdrawn; a run that was begun belongs to the act
	}
	now, why := fold(u.Current, r)
	if _, closed := r.Event.(ticket.AutoClosed); closed {
		return undoState[S]{}, why
	}
	u.Current = now
	return u, why
}
