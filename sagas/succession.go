// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"fmt"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// successionState holds the competent entity of a ticket that is not closed.
type successionState struct {
	Entity catalog.EntityCode `json:"entity"`
}

// Succession returns the saga that transfers the tickets of an entity to its successor at the moment at which the entity ceases, or to
// the Region if there is no successor. Closed tickets stay at the entity. The rule is our own, not the FAQ's.
func Succession(c *catalog.Catalog) runtime.Saga[successionState] {
	pending := func(s successionState) []runtime.Schedule {
		e, known := c.Entity(s.Entity)
		if !known || e.ValidTo.IsZero() {
			return nil
		}
		to := c.Successor(s.Entity)
		return []runtime.Schedule{{
			Key: "succeed/" + string(s.Entity), At: e.ValidTo.UTC(), Command: ticket.TransferToSuccessor{From: s.Entity, To: to},
			Why: fmt.Sprintf("%s is no more from %s on; %s follows it",
				e.Short, e.ValidTo.In(calendar.Rome()).Format("Mon 2 Jan 2006"), entityName(c, to)),
		}}
	}
	return runtime.NewTimerSaga("succession", 1, successionState.apply, pending)
}

// apply folds an event. why is the reason for the timer that the event cancels.
func (s successionState) apply(r ticket.Recorded) (_ successionState, why string) {
	s.Entity = competentEntity(s.Entity, r.Event)
	switch r.Event.(type) {
	case ticket.TransferredToSuccessor:
		return s, ""
	case ticket.Escalated, ticket.Recalled, ticket.Redirected:
	case ticket.AutoClosed:
		return successionState{}, "the ticket is closed"
	case ticket.Opened, ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.ResolutionEvent,
		ticket.Reopened, ticket.ActWithdrawn, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.CitizenReminded, ticket.ContactEvent, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	return s, "the ticket went to another entity"
}

// entityName returns the short name of an entity, or its code if the catalog does not have it.
func entityName(c *catalog.Catalog, code catalog.EntityCode) string {
	if e, ok := c.Entity(code); ok {
		return e.Short
	}
	return string(code)
}
