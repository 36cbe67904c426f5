// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// undoable is a state together with how it was before the last act of a person, which that person may still withdraw. What
// the system notes in between belongs to no act.
type undoable[S comparable] struct {
	Now S         `json:"now"`
	Was S         `json:"was"`
	Act ticket.ID `json:"act,omitempty"`
}

// after folds an event: fold answers the state that it leads to, but for withdrawals, which are answered here.
func (u undoable[S]) after(r ticket.Recorded, fold func(S, ticket.Recorded) (S, string)) (undoable[S], string) {
	if _, undone := r.Event.(ticket.ActWithdrawn); undone {
		return undoable[S]{Now: u.Was, Was: u.Was, Act: r.Act}, "the act was withdrawn"
	}
	if r.Act != u.Act && r.By.Role != person.System {
		u.Was, u.Act = u.Now, r.Act
	}
	if _, begun := r.Event.(ticket.PlaybookStarted); r.By.Role == person.System && !begun {
		u.Was, _ = fold(u.Was, r) // it holds whether or not the act is withdrawn; a run that was begun belongs to the act
	}
	now, why := fold(u.Now, r)
	if _, closed := r.Event.(ticket.AutoClosed); closed {
		return undoable[S]{}, why
	}
	u.Now = now
	return u, why
}
