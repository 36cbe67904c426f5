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

// autoCloseState holds the competent entity of a ticket and its latest resolution.
type autoCloseState struct {
	Entity        catalog.EntityCode `json:"entity"`             // the competent entity
	Resolution    int                `json:"n,omitempty"`        // number of the resolution; 0: none yet
	EffectiveFrom time.Time          `json:"from,omitzero"`      // start of the waiting time
	Pending       bool               `json:"waiting,omitempty"`  // the ticket is resolved and waits for its closing
	Informing     ticket.Informing   `json:"informing,omitzero"` // the waiting time does not begin before a citizen without e-mail was told
}

// AutoClose returns the saga that closes a resolved ticket after its waiting time: FAQ 2.5 forbids people the step from Risolto to
// Chiuso. The rule and the calendar of the competent entity give the time. A reopening cancels the timer. The command names its
// resolution, so the rules refuse it after a later resolution.
func AutoClose(c *catalog.Catalog) runtime.Saga[autoCloseState] {
	pending := func(s autoCloseState) []runtime.Schedule {
		if !s.Pending || s.Informing.Note != "" {
			return nil
		}
		at, why := c.AutoCloseAt(s.Entity, s.EffectiveFrom)
		return []runtime.Schedule{{Key: s.timerKey(), At: at, Command: ticket.Close{Resolution: s.Resolution}, Why: why}}
	}
	return runtime.NewTimerSaga("auto-close", 1, autoCloseState.apply, pending)
}

// timerKey returns the key of the timer that closes the ticket after its latest resolution.
func (s autoCloseState) timerKey() string { return fmt.Sprintf("close/%d", s.Resolution) }

// apply folds an event. why is the reason for a timer that the event cancels.
func (s autoCloseState) apply(r ticket.Recorded) (_ autoCloseState, why string) {
	toInform := s.Informing.Note
	if s.Informing = s.Informing.Apply(r.Event); s.Informing.Note != toInform {
		why = "the citizen must be told first"
		if s.Informing.Note == "" && r.At.After(s.EffectiveFrom) { // told, or sent to a new address
			s.EffectiveFrom = r.At
		}
	}
	s.Entity = competentEntity(s.Entity, r.Event) // after a succession the successor's calendar applies
	switch e := r.Event.(type) {
	case ticket.ResolutionEvent:
		s.Resolution, s.EffectiveFrom, s.Pending = e.ResolutionNumber(), e.EffectiveFrom(), true
	case ticket.Reopened:
		s.Pending, why = false, "the ticket was reopened"
	case ticket.ActWithdrawn:
		// The withdrawn act may be the resolution, a reopening or another act; the resulting status decides.
		s.Pending, why = e.Status == ticket.StatusResolved, "the act that resolved the ticket was withdrawn"
	case ticket.AutoClosed:
		return autoCloseState{}, ""
	case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.CompetenceEvent,
		ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent:
	case ticket.PersonalDataErased: // the ticket still closes
	}
	return s, why
}
