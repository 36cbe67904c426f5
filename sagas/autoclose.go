// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// autoCloseState is what auto-close remembers of a ticket: where it is, and its latest resolution.
type autoCloseState struct {
	Entity        catalog.EntityCode `json:"entity"`            // competent
	Resolution    int                `json:"n,omitempty"`       // 0: there was none
	EffectiveFrom time.Time          `json:"from,omitzero"`     // since when it is in effect
	Pending       bool               `json:"waiting,omitempty"` // to be closed
}

// AutoClose closes a resolved ticket when its waiting time has passed: the step from Risolto to Chiuso that FAQ 2.5
// forbids to people. The time comes from the rule and calendar of the competent entity. A reopening cancels it;
// the command names its resolution and is refused for any later one.
func AutoClose(c *catalog.Catalog) runtime.Saga[autoCloseState] {
	pending := func(s autoCloseState) []runtime.Schedule {
		if !s.Pending {
			return nil
		}
		at, why := c.AutoCloseAt(s.Entity, s.EffectiveFrom)
		return []runtime.Schedule{{Key: s.timerKey(), At: at, Command: ticket.Close{Resolution: s.Resolution}, Why: why}}
	}
	return runtime.NewTimerSaga("auto-close", 1, autoCloseState.apply, pending)
}

func (s autoCloseState) timerKey() string { return fmt.Sprintf("close/%d", s.Resolution) }

// apply folds an event; why is for a timer that goes with it.
func (s autoCloseState) apply(r ticket.Recorded) (_ autoCloseState, why string) {
	s.Entity = competentEntity(s.Entity, r.Event) // after a succession the clocks go on by the successor's calendar
	switch e := r.Event.(type) {
	case ticket.ResolutionEvent:
		s.Resolution, s.EffectiveFrom, s.Pending = e.ResolutionNumber(), e.EffectiveFrom(), true
	case ticket.Reopened:
		s.Pending, why = false, "the ticket was reopened"
	case ticket.ActWithdrawn:
		// The act was the resolution, or it was a reopening, or neither: the status after it tells.
		s.Pending, why = e.Status == ticket.Solved, "the act that resolved the ticket was withdrawn"
	case ticket.AutoClosed:
		return autoCloseState{}, ""
	case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.CompetenceEvent,
		ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent:
	case ticket.PersonalDataErased: // closing goes on without a name
	}
	return s, why
}
