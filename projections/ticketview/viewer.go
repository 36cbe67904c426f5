// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
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

// sees reports whether the viewer may read the ticket in a state, as the policy says. For all others the ticket must seem not to exist, except as
// rules.ReadRefusal says.
func (v Viewer) sees(s ticket.State) bool {
	switch {
	case policy.Off:
		return true
	case v.Ticket != "":
		return v.Ticket == s.ID
	case v.Actor.Role == person.Citizen: // the id of a ticket stands for the holder of its link in commands alone
		return v.Actor.ID != "" && v.Actor.ID == s.Citizen
	}
	return s.Allows(v.Actor, policy.ReadTicket)
}

// ReadsEverything reports whether the viewer reads every ticket with all its texts.
func (v Viewer) ReadsEverything() bool { return v.Ticket == "" && policy.ReadsEverything(v.Actor) }

// Tags returns the reader tags of the viewer; none for those who read every ticket, and for the holder of a personal link.
func (v Viewer) Tags() []ticket.ReaderTag {
	if v.Ticket != "" || v.ReadsEverything() {
		return nil
	}
	return ticket.ViewerTags(v.Actor)
}

// Reader returns the reader for whom the database reads: it shows the streams and rows that the viewer may read.
func (v Viewer) Reader() eventstore.Reader {
	if v.Ticket != "" {
		return eventstore.Reader{Role: string(person.Citizen), Stream: string(v.Ticket)}
	}
	return ticketlog.ReaderOf(v.Actor)
}

// WorksAt reports whether the viewer works at the entity. It is false for an empty entity.
func (v Viewer) WorksAt(e catalog.EntityCode) bool { return e != "" && v.Actor.Operates(e) }

// readsFor reports whether the viewer reads what is for an entity: as one of its operators, as its auditor or as its data protection officer.
func (v Viewer) readsFor(e catalog.EntityCode) bool {
	return e != "" && v.Ticket == "" && v.Actor.Entity == e && (v.Actor.Role.Operates() || v.Actor.Role.Audits())
}

// mayRead asks the policy whether the viewer may read what is for some entities.
func (v Viewer) mayRead(what policy.Action, entities ...catalog.EntityCode) bool {
	var has policy.Relation
	if slices.ContainsFunc(entities, v.readsFor) {
		has |= policy.Addressee
	}
	if v.ReadsEverything() {
		has |= policy.Every
	}
	return policy.Allows(v.Actor, what, has)
}
