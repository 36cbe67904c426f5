// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// formerViewState holds the views of the entities that had a ticket. It is zero for a ticket that only one entity has had.
type formerViewState struct {
	Entity catalog.EntityCode `json:"entity,omitempty"` // the competent entity
	Views  string             `json:"views,omitempty"`  // ticket.FormerViews as JSON: the runner compares states
}

// FormerView returns the saga that ends the view of an entity that had a ticket, ticket.FormerViewTime after the ticket closed or another ASR
// accepted it. Then the entity sees its trace alone. The rule is our own, not the FAQ's.
func FormerView() runtime.Saga[undoState[formerViewState]] {
	pending := func(u undoState[formerViewState]) (all []runtime.Schedule) {
		for _, v := range u.Current.views() {
			if ends, known := v.EndsAt(); known {
				all = append(all, runtime.Schedule{Key: "end/" + string(v.Entity), At: ends, Command: ticket.EndFormerView{Entity: v.Entity, Since: v.Since},
					Why: fmt.Sprintf("30 days after the ticket closed or another ASR accepted it (%s)", v.Since.In(calendar.Rome()).Format("2006-01-02 15:04"))})
			}
		}
		return all
	}
	return runtime.NewTimerSaga("former-view", 1, applyFormerView, pending)
}

// applyFormerView folds an event. Other than undoState it goes on after the closing, and stores nothing for a ticket that only one entity has had.
func applyFormerView(u undoState[formerViewState], r ticket.Recorded) (undoState[formerViewState], string) {
	var why string
	if _, closed := r.Event.(ticket.AutoClosed); closed {
		u.Current, why = u.Current.apply(r)
		u.BeforeAct, u.Act = u.Current, r.Act
	} else {
		u, why = u.apply(r, formerViewState.apply)
	}
	if u.Current.Views == "" && u.BeforeAct.Views == "" {
		return undoState[formerViewState]{}, why
	}
	return u, why
}

// apply folds an event. why is the reason for the timers that the event cancels.
func (s formerViewState) apply(r ticket.Recorded) (_ formerViewState, why string) {
	competent := cmp.Or(s.Entity, catalog.Region) // before the first transfer it matters to none of the events that follow
	views := s.views().Apply(competent, r)
	if ended, ok := r.Event.(ticket.FormerViewEnded); ok {
		views = slices.DeleteFunc(views, func(v ticket.FormerView) bool { return v.Entity == ended.Entity })
	} else {
		why = "the entity has the ticket again"
	}
	if len(views) == 0 {
		return formerViewState{}, why
	}
	return formerViewState{Entity: competentEntity(competent, r.Event), Views: string(mustMarshal(views))}, why
}

// views returns the views, without those that have ended.
func (s formerViewState) views() (all ticket.FormerViews) {
	if s.Views == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s.Views), &all); err != nil {
		panic("views of a saga's state: " + err.Error())
	}
	return all
}
