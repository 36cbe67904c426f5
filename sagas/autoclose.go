// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// resolution is what auto-close remembers of a ticket: where it is, and its latest resolution.
type resolution struct {
	Entity  catalog.EntityCode `json:"entity"`            // competent
	N       int                `json:"n,omitempty"`       // 0: there was none
	From    time.Time          `json:"from,omitzero"`     // since when it is in effect
	Waiting bool               `json:"waiting,omitempty"` // to be closed
}

// AutoClose closes a resolved ticket when its waiting time has passed: the step from Risolto to Chiuso that FAQ 2.5
// forbids to people. The time comes from the rule and calendar of the competent entity. A reopening cancels it;
// the command names its resolution and is refused for any later one.
func AutoClose(c *catalog.Catalog) Saga[resolution] {
	pending := func(s resolution) []Schedule {
		if !s.Waiting {
			return nil
		}
		at, why := c.AutoCloseAt(s.Entity, s.From)
		return []Schedule{{Key: s.key(), At: at, Command: ticket.Close{Resolution: s.N}, Why: why}}
	}
	return timed("auto-close", 1, resolution.after, pending)
}

func (s resolution) key() string { return fmt.Sprintf("close/%d", s.N) }

// after folds an event; why is for a timer that goes with it.
func (s resolution) after(r ticket.Recorded) (_ resolution, why string) {
	s.Entity = competent(s.Entity, r.Event) // after a succession the clocks go on by the successor's calendar
	switch e := r.Event.(type) {
	case ticket.Resolved:
		s.N, s.From, s.Waiting = e.Resolution, e.EffectFrom, true
	case ticket.Discarded:
		s.N, s.From, s.Waiting = e.Resolution, e.EffectFrom, true
	case ticket.MarkedDuplicate:
		s.N, s.From, s.Waiting = e.Resolution, e.EffectFrom, true
	case ticket.Reopened:
		s.Waiting, why = false, "the ticket was reopened"
	case ticket.ActWithdrawn:
		// The act was the resolution, or it was a reopening, or neither: the status after it tells.
		s.Waiting, why = e.Status == ticket.Solved, "the act that resolved the ticket was withdrawn"
	case ticket.AutoClosed:
		return resolution{}, ""
	case ticket.Opened, ticket.Assigned, ticket.Unassigned, ticket.Taken, ticket.CitizenNote, ticket.InternalNote,
		ticket.RegionalNote, ticket.CitizenAsked, ticket.Resumed, ticket.CitizenReplied, ticket.Escalated, ticket.Recalled,
		ticket.Redirected, ticket.Succeeded, ticket.Reclassified, ticket.PlaybookStarted, ticket.CheckAnswered,
		ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut, ticket.PlaybookReminded,
		ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed, ticket.CitizenReminded,
		ticket.ContactFailed, ticket.PersonalDataErased: // closing goes on without a name
	}
	return s, why
}
