// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// fold takes one event into a ticket's row. It is the same live and in a rebuild. An event that the row has
// already taken changes nothing, so a redelivery is harmless.
func fold(row Row, r ticket.Recorded) Row {
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
		row = row.typed(e.Personal)
	case ticket.CitizenNote:
		row = row.say(e.Note, e.Personal, e.VisibleFrom)
	case ticket.CitizenReplied:
		row = row.say(e.Reply, e.Personal, r.At)
	case ticket.InternalNote, ticket.RegionalNote, ticket.Assigned, ticket.Unassigned, ticket.Reclassified,
		ticket.PlaybookStarted, ticket.CheckAnswered, ticket.CheckTried, ticket.AnswersForgotten, ticket.OutcomeCarriedOut,
		ticket.PlaybookReminded, ticket.HandoverWarned, ticket.HandoverBreached, ticket.PingPongNoticed,
		ticket.ContactFailed:
		return row
	case ticket.ActWithdrawn:
		if row = row.unsay(e.Notes).untell(e.Act); len(row.Shown) > 0 {
			return row
		} // or it had been shown already by the time its withdrawal was recorded
	case ticket.PersonalDataErased:
		row.GivenName, row.FamilyName, row.Form, row.Said = "", "", "", nil
	case ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.Escalated, ticket.Recalled, ticket.Redirected,
		ticket.Resolved, ticket.Discarded, ticket.MarkedDuplicate, ticket.Reopened, ticket.AutoClosed, ticket.Succeeded,
		ticket.CitizenReminded:
	}
	row = row.tell(r, truth, from)
	if row.State.Erased {
		row = row.forget()
	}
	return row
}

// forget drops the keyed hash of the codice fiscale, which would still tell whose ticket it was to who knows it. The
// log keeps it, for the rules.
func (row Row) forget() Row {
	row.State.Subject = ""
	row.Shown = slices.Clone(row.Shown)
	for i := range row.Shown {
		row.Shown[i].State.Subject = ""
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
