// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Viewer is the person for whom a ticket or list is read, with the role and entity chosen after login.
type Viewer struct {
	Actor person.Actor
	// Ticket is set when the viewer uses the personal link to this ticket, logged in or not. The holder of the link counts as the ticket's
	// citizen, and the link shows no other ticket.
	Ticket ticket.ID
}

// IsCitizen reports whether the viewer reads as a citizen.
func (v Viewer) IsCitizen() bool { return v.Ticket != "" || v.Actor.Role == person.Citizen }

// actor returns the actor with which the rules decide. The holder of a personal link acts under the ticket's id.
func (v Viewer) actor() person.Actor {
	if v.Ticket != "" {
		return person.Actor{ID: string(v.Ticket), Role: person.Citizen}
	}
	return v.Actor
}

// sees reports whether the viewer may see the ticket in a state: operators of the competent entity, operators of an entity that had the
// ticket and keeps a trace, its citizen, and the auditor. For all others the ticket must seem not to exist.
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

// Tags returns the reader tags of the viewer; none for the auditor, who reads every ticket, and for the holder of a personal link.
func (v Viewer) Tags() []ticket.ReaderTag {
	switch {
	case v.Ticket != "":
	case v.Actor.Role == person.Citizen && v.Actor.ID != "":
		return []ticket.ReaderTag{ticket.CitizenTag(v.Actor.ID)}
	case v.Actor.Role.Operates() && v.Actor.Entity != "":
		return []ticket.ReaderTag{ticket.EntityTag(v.Actor.Entity)}
	}
	return nil
}

// WorksAt reports whether the viewer works at the entity. It is false for an empty entity.
func (v Viewer) WorksAt(e catalog.EntityCode) bool { return e != "" && v.Actor.Operates(e) }

// IsAuditor reports whether the viewer is an auditor, who sees everything and may change nothing.
func (v Viewer) IsAuditor() bool { return v.Ticket == "" && v.Actor.Role == person.Auditor }
