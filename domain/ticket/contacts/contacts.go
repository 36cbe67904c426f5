// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package contacts reads a citizen's contacts from the history of a ticket, with the corrections of operators.
package contacts

import "github.com/sol-assistenza/sol/domain/ticket"

// Of returns the form of a ticket with its contacts as they were corrected last, and the number of the e-mail address. It returns false
// if the personal data was erased.
func Of(history []ticket.Recorded) (form ticket.Form, address int, ok bool) {
	for _, r := range history {
		switch e := r.Event.(type) {
		case ticket.Opened:
			if e.Personal == nil {
				return ticket.Form{}, 0, false
			}
			form = *e.Personal
		case ticket.ContactsCorrected:
			form, address = Corrected(form, e), e.Address
		case ticket.CitizenInformed, ticket.ContactFailed, ticket.MailKept, ticket.LinksRevoked, ticket.ReplyForwarded:
		case ticket.AssignmentEvent, ticket.NoteEvent, ticket.ProgressEvent, ticket.CompetenceEvent, ticket.ResolutionEvent, ticket.Reopened,
			ticket.ActWithdrawn, ticket.AutoClosed, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent, ticket.CitizenReminded,
			ticket.ReaderEvent, ticket.RepresentationEvent, ticket.PersonalDataErased:
		}
	}
	return form, address, len(history) > 0
}

// Corrected returns a form with the contacts of a correction.
func Corrected(f ticket.Form, e ticket.ContactsCorrected) ticket.Form {
	if e.Personal == nil {
		return f
	}
	if e.EmailChanged {
		f.Email = e.Personal.Email
	}
	if e.PhoneChanged {
		f.Phone = e.Personal.Phone
	}
	return f
}
