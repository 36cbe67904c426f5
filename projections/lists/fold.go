// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

// folder folds events into rows.
type folder struct {
	hash searchterms.Hash // nil: the rows are not searched
}

// foldEvent returns a ticket's row after one more event. Live runs and rebuilds both use it. An event that the row holds already changes
// nothing, so an event may be delivered twice.
func (fold folder) foldEvent(row Row, r ticket.Recorded) Row {
	if r.Version <= row.Version {
		return row
	}
	actual := row.State
	actual.Known = row.Known
	row.State = ticket.Evolve(actual, r)
	row.Known, row.Version, row.Position = row.State.Known, r.Version, r.Position
	if ticket.OnlyFor(row.State, r.Event) == nil {
		row.UpdatedAt = r.At
	}
	if traceChanged(actual, row.State) {
		row.TraceAt = r.At
	}
	from := r.At
	if held := row.State.Last.HeldUntil; held.After(from) { // the citizen sees nothing of an act before its note
		from = held
	}
	switch e := r.Event.(type) {
	case ticket.Opened:
		row.OpenedAt, row.Channel, row.Identity = r.At, e.Channel, e.Identity
		row = fold.withForm(row, e.Personal)
	case ticket.CitizenNote:
		row = row.addText(e.Note, e.Personal, e.VisibleFrom)
	case ticket.CitizenReplied:
		row = row.addText(e.Reply, e.Personal, r.At)
	case ticket.ContactsCorrected: // the former contacts still find the ticket
		if e.Personal != nil && fold.hash != nil {
			corrected := ticket.Form{Email: e.Personal.Email, Phone: e.Personal.Phone}
			row.Terms = append(row.Terms[:len(row.Terms):len(row.Terms)], searchterms.ForForm(&corrected, fold.hash)...)
		}
	case ticket.ActWithdrawn:
		row = row.removeTexts(e.Notes).removeCitizenStates(e.Act)
	case ticket.PersonalDataErased:
		row.GivenName, row.FamilyName, row.Form, row.SearchableTexts = "", "", "", nil
		row.Terms = searchterms.ForNumber(row.State.Number)
	case ticket.InternalNote, ticket.RegionalNote, ticket.AssignmentEvent, ticket.Reclassified, ticket.PlaybookEvent,
		ticket.HandoverAlertEvent, ticket.ContactFailed, ticket.MailKept, ticket.LinksRevoked, ticket.CitizenInformed, ticket.ReplyForwarded, ticket.ReaderEvent, ticket.RepresentationEvent, ticket.Taken, ticket.CitizenAsked, ticket.Resumed, ticket.CompetenceEvent,
		ticket.ResolutionEvent, ticket.Reopened, ticket.AutoClosed, ticket.CitizenReminded:
	}
	if _, reclassified := r.Event.(ticket.Reclassified); ticket.CitizenKnows(r.Event) && !reclassified { // its act may be held by a note after it
		row = row.addCitizenState(r, actual, from)
	}
	if row.State.Erased {
		row = row.withoutPerson()
	}
	return row
}

// withoutPerson returns the row without the person id: an erased ticket is not found by tax code. The log keeps the id.
func (row Row) withoutPerson() Row {
	row.State.Person = ""
	row.CitizenStates = slices.Clone(row.CitizenStates)
	for i := range row.CitizenStates {
		row.CitizenStates[i].State.Person = ""
	}
	return row
}

// withForm returns the row of a new ticket with the names, texts and search terms of its form; f is nil for an erased form.
func (fold folder) withForm(row Row, f *ticket.Form) Row {
	row.Terms = searchterms.ForNumber(row.State.Number)
	if f == nil {
		return row
	}
	row.GivenName, row.FamilyName = validText(f.GivenName), validText(f.FamilyName)
	form := searchterms.Words(strings.Join(append([]string{f.IUV, f.Description}, f.FileNames...), " "))
	row.Form = strings.ToValidUTF8(form[:min(len(form), maxSearchableBytes)], "")
	if fold.hash != nil {
		row.Terms = append(row.Terms, searchterms.ForForm(f, fold.hash)...)
	}
	return row
}

// validText returns a text that Postgres can store: valid UTF-8 without NUL.
func validText(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// foldHistory returns the row of a ticket after its whole history.
func (fold folder) foldHistory(history []ticket.Recorded) Row {
	var row Row
	for _, r := range history {
		row = fold.foldEvent(row, r)
	}
	return row
}
