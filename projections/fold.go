// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// fold takes one event into a ticket's row. It is the same live and in a rebuild. An event that the row has
// already taken changes nothing, so a redelivery is harmless.
func fold(row Row, r ticket.Recorded) Row {
	if r.Version <= row.Version {
		return row
	}
	row.State = ticket.Evolve(row.State, r)
	row.Version, row.Position, row.UpdatedAt = r.Version, r.Position, r.At
	stands := shown{
		Act: r.Act, From: r.At, At: r.At, Version: r.Version,
		Status: row.State.Status, Redirected: redirected(row.State), Entity: row.State.Entity,
	}
	if held := row.State.Last.HeldUntil; held.After(r.At) { // the note stands before what its act does
		stands.From = held
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		row.OpenedAt, row.Channel, row.Identity = r.At, e.Channel, e.Identity
		return row.typed(e.Personal).show(stands)
	case ticket.CitizenNote:
		return row.say(e.Note, e.Personal, e.VisibleFrom).touch(stands)
	case ticket.CitizenReplied:
		return row.say(e.Reply, e.Personal, r.At).show(stands)
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.Escalated, ticket.Recalled, ticket.Redirected,
		ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate, ticket.Reopened, ticket.AutoClosed, ticket.Succeeded:
		return row.show(stands)
	case ticket.ActWithdrawn:
		row = row.unsay(e.Notes).unshow(e.Act)
		if len(row.Shown) == 0 { // it had been shown by the time its withdrawal was recorded
			return row.show(stands)
		}
		return row
	case ticket.PersonalDataErased:
		row.GivenName, row.FamilyName, row.Form, row.Said = "", "", "", nil
		return row
	case ticket.Assigned, ticket.Unassigned, ticket.InternalNote, ticket.RegionalNote, ticket.Reclassified:
		return row
	}
	return row
}

// typed takes in the form, where it can still be read.
func (row Row) typed(f *ticket.Form) Row {
	if f == nil {
		return row
	}
	row.GivenName, row.FamilyName = searchable(f.GivenName), searchable(f.FamilyName)
	form := strings.Join([]string{f.GivenName, f.FamilyName, f.Concerns, f.IUV, f.Description}, " ")
	row.Form = searchable(form[:min(len(form), maxSaid)])
	return row
}

// foldAll folds one ticket's events from its beginning.
func foldAll(history []ticket.Recorded) Row {
	var row Row
	for _, r := range history {
		row = fold(row, r)
	}
	return row
}
