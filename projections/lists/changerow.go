// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ChangeRow is a row of the table "timeline": one event in the stream of changes, and the people who may know of it.
type ChangeRow struct {
	Position int64
	Ticket   ticket.ID
	Type     string
	At       time.Time
	Author   catalog.EntityCode
	// Entities are the entities that the event concerns: those that had the ticket before or after it. Of their operators those with one of
	// Readers may know of it: those who may read the ticket after it, and those who could before. The author's entity may know at once, the
	// others from EntitiesFrom on: of a note when they may read it, of everything else at once.
	Entities     []catalog.EntityCode
	EntitiesFrom time.Time
	// Citizen is the account that may know of the event from CitizenFrom on, or "". The events of an act are hidden until its note may be
	// read.
	Citizen     string
	CitizenFrom time.Time
	Readers     []ticket.ReaderTag // of operators, and that of Citizen
}

// newChangeRow returns the change row of an event; before and after are the ticket's rows before and after the event.
func newChangeRow(before, after Row, r ticket.Recorded) ChangeRow {
	e := ChangeRow{
		Position: r.Position, Ticket: r.Ticket, Type: codec.EventName(r.Event), At: r.At, Author: r.By.Entity,
		Entities: entitiesSeeing(before.State.UndoableState, after.State.UndoableState), EntitiesFrom: r.At, CitizenFrom: r.At,
	}
	if after.Identity == ticket.Verified && ticket.CitizenKnows(r.Event) {
		e.Citizen = after.State.Citizen
	}
	if held := after.State.Last.HeldUntil; held.After(r.At) {
		e.CitizenFrom = held
	}
	if held := ticketview.HeldUntil(r.Event); held.After(r.At) {
		e.EntitiesFrom = held
	}
	switch n := r.Event.(type) {
	case ticket.InternalNote:
		e.Entities = []catalog.EntityCode{n.Entity}
	case ticket.RegionalNote:
		e.Entities = []catalog.EntityCode{n.ASR, catalog.Region}
	case ticket.PlaybookEvent:
		e.Entities = []catalog.EntityCode{after.State.Run.Entity} // only while that entity has the ticket
	case ticket.FormerViewEnded:
		e.Entities = []catalog.EntityCode{n.Entity}
	case ticket.AccessRestricted, ticket.RestrictionLifted:
	case ticket.Reclassified:
		e.Citizen = "" // its act may be held by a note after it
	case ticket.Opened, ticket.CitizenNote, ticket.AssignmentEvent, ticket.ProgressEvent, ticket.CompetenceEvent, ticket.ResolutionEvent,
		ticket.Reopened, ticket.ActWithdrawn, ticket.AutoClosed, ticket.HandoverAlertEvent, ticket.CitizenReminded,
		ticket.ContactEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
	}
	e.Readers = append(readersAt(before.State, e.Entities), readersAt(after.State, e.Entities)...)
	if e.Citizen != "" {
		e.Readers = append(e.Readers, ticket.CitizenTag(e.Citizen))
	}
	slices.Sort(e.Readers)
	e.Readers = slices.Compact(e.Readers)
	return e
}

// readersAt returns the tags of those who may read a ticket at some entities, whether they have the ticket yet or not: the note of a hand-over comes
// before it.
func readersAt(s ticket.State, entities []catalog.EntityCode) (tags []ticket.ReaderTag) {
	for _, e := range entities {
		switch {
		case s.Status == "":
		case s.ViewEnded(e):
			tags = append(tags, ticket.TraceTag(e))
		case !s.Restricted:
			tags = append(tags, ticket.EntityTag(e))
		default:
			if tags = append(tags, ticket.SupervisorTag(e)); e == s.Entity && s.Assignee.Operator != "" {
				tags = append(tags, ticket.OperatorTag(e, s.Assignee.Operator))
			}
		}
	}
	return tags
}

// VisibleFrom returns the moment from which a viewer may know of the event, and false if the viewer may never know of it. It decides as
// the policy of the table and visibleFromSQL do. A personal link gives no access to changes, so only the viewer's actor counts.
func (e ChangeRow) VisibleFrom(v ticketview.Viewer) (time.Time, bool) {
	by := v.Actor
	known := func(tag ticket.ReaderTag) bool { return slices.Contains(e.Readers, tag) }
	switch {
	case policy.ReadsEverything(by):
		return e.At, true
	case !slices.ContainsFunc(ticket.ViewerTags(by), known):
		return time.Time{}, false
	case by.Role == person.Citizen:
		return e.CitizenFrom, true
	case e.Author == by.Entity:
		return e.At, true
	default:
		return e.EntitiesFrom, true
	}
}

// ChangeFor returns the event as a viewer gets it, and false if the viewer may never know of it.
func (e ChangeRow) ChangeFor(v ticketview.Viewer) (Change, bool) {
	from, ok := e.VisibleFrom(v)
	if !ok {
		return Change{}, false
	}
	kind := e.Type
	if v.Actor.Role == person.Citizen {
		kind = ticketview.EventNameForCitizen(kind)
	}
	return Change{Position: e.Position, Ticket: e.Ticket, Type: kind, At: e.At.UTC(), VisibleFrom: from.UTC()}, true
}

// HeldUntil returns the moment from which everybody who may know of the event may do so: At, or later if it is held from somebody.
func (e ChangeRow) HeldUntil() time.Time {
	until := e.At
	for _, from := range []time.Time{e.EntitiesFrom, e.CitizenFrom} {
		if from.After(until) {
			until = from
		}
	}
	return until
}

// entitiesSeeing returns the entities that see the ticket in one of two states, each once.
func entitiesSeeing(before, after ticket.UndoableState) []catalog.EntityCode {
	all := append([]catalog.EntityCode{before.Entity, after.Entity}, before.Traces...)
	all = append(all, after.Traces...)
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(e catalog.EntityCode) bool { return e == "" })
}
