// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// foldEvent takes one event into a ticket's row. It is the same live and in a rebuild. An event that the row has
// already taken changes nothing, so a redelivery is harmless.
func foldEvent(row Row, r ticket.Recorded) Row {
	if r.Version <= row.Version {
		return row
	}
	truth := row.State
	row.State = ticket.Evolve(truth, r)
	row.Version, row.Position, row.UpdatedAt = r.Version, r.Position, r.At
	from := r.At
	if held := row.State.Last.HeldUntil; held.After(from) { // the note stands before what its act does
		from = held
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		row.OpenedAt, row.Channel, row.Identity = r.At, e.Channel, e.Identity
		row = row.withForm(e.Personal)
	case ticket.CitizenNote:
		row = row.addText(e.Note, e.Personal, e.VisibleFrom)
	case ticket.CitizenReplied:
		row = row.addText(e.Reply, e.Personal, r.At)
	case ticket.InternalNote, ticket.RegionalNote, ticket.AssignmentEvent, ticket.Reclassified, ticket.PlaybookEvent,
		ticket.HandoverAlertEvent, ticket.ContactEvent:
		return row
	case ticket.ActWithdrawn:
		if row = row.removeTexts(e.Notes).removeCitizenStates(e.Act); len(row.CitizenStates) > 0 {
			return row
		} // or it had been shown already by the time its withdrawal was recorded
	case ticket.PersonalDataErased:
		row.GivenName, row.FamilyName, row.Form, row.SearchableTexts = "", "", "", nil
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened,
		ticket.AutoClosed, ticket.CitizenReminded:
	}
	row = row.addCitizenState(r, truth, from)
	if row.State.Erased {
		row = row.withoutSubject()
	}
	return row
}

// withoutSubject drops the keyed hash of the codice fiscale, which would still tell whose ticket it was to who knows it. The
// log keeps it, for the rules.
func (row Row) withoutSubject() Row {
	row.State.Subject = ""
	row.CitizenStates = slices.Clone(row.CitizenStates)
	for i := range row.CitizenStates {
		row.CitizenStates[i].State.Subject = ""
	}
	return row
}

// withForm takes in the form, where it can still be read.
func (row Row) withForm(f *ticket.Form) Row {
	if f == nil {
		return row
	}
	row.GivenName, row.FamilyName = normalizeForSearch(f.GivenName), normalizeForSearch(f.FamilyName)
	form := strings.Join([]string{f.GivenName, f.FamilyName, f.OnBehalfOf, f.IUV, f.Description}, " ")
	row.Form = normalizeForSearch(form[:min(len(form), maxSearchableBytes)])
	return row
}

// foldHistory folds one ticket's events from its beginning.
func foldHistory(history []ticket.Recorded) Row {
	var row Row
	for _, r := range history {
		row = foldEvent(row, r)
	}
	return row
}
