// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Viewer is who looks, in the role and at the entity chosen after login.
type Viewer struct {
	Actor person.Actor
	// Ticket is set when the viewer holds the personal link to this one ticket, logged in or not. Whoever holds it
	// is the ticket's citizen, and sees no other ticket by it.
	Ticket ticket.ID
}

// IsCitizen tells whether the viewer looks as a citizen.
func (v Viewer) IsCitizen() bool { return v.Ticket != "" || v.Actor.Role == person.Citizen }

// actor is the viewer as the rules know them: a personal link acts under the ticket's own id.
func (v Viewer) actor() person.Actor {
	if v.Ticket != "" {
		return person.Actor{ID: string(v.Ticket), Role: person.Citizen}
	}
	return v.Actor
}

// sees tells whether the ticket is there for the viewer: competent operators, operators of an entity that had it
// and keeps a trace, its citizen, and the auditor. To all others it must look as if it did not exist.
func (v Viewer) sees(s ticket.State) bool {
	switch {
	case v.Ticket != "":
		return v.Ticket == s.ID
	case v.Actor.Role == person.Auditor:
		return true
	case v.Actor.Role == person.Citizen:
		return v.Actor.ID != "" && v.Actor.ID == s.Citizen
	case v.Actor.Role.Operates():
		return v.WorksAt(s.Entity) || slices.ContainsFunc(s.Traces, v.WorksAt)
	default:
		return false
	}
}

// WorksAt tells whether the viewer works at the entity. An empty placement is at none.
func (v Viewer) WorksAt(e catalog.EntityCode) bool { return e != "" && v.Actor.Operates(e) }

// IsAuditor tells whether the viewer sees everything, and may do nothing.
func (v Viewer) IsAuditor() bool { return v.Ticket == "" && v.Actor.Role == person.Auditor }
