// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rules

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// decideCorrectContacts records corrected contacts with their reason. The application service leaves out what is not changed.
func decideCorrectContacts(s ticket.State, c ticket.CorrectContacts, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveCorrectContacts, by); err != nil {
		return nil, err
	}
	if err := checkNotErased(s, ticket.MoveCorrectContacts); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	e := ticket.ContactsCorrected{Address: s.Address, Personal: &ticket.Contacts{Reason: strings.TrimSpace(c.Reason)}}
	var err error
	switch {
	case c.Email == nil:
	case strings.TrimSpace(*c.Email) == "":
		e.NoEmail = true
		if e.EmailChanged = !s.Informing.NoEmail; s.Unreachable {
			e.ToInform = s.PublicNote
		}
	default:
		e.EmailChanged = true
		if e.Personal.Email, err = person.ParseEmail(*c.Email); err != nil {
			wrong.addIdentifier("email", err)
		}
	}
	if c.Phone != nil {
		e.PhoneChanged = true
		if e.Personal.Phone, err = person.ParsePhone(*c.Phone); err != nil {
			wrong.addIdentifier("phone", err)
		}
	}
	wrong.requireText("reason", c.Reason, ticket.MaxTextLength)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if !e.EmailChanged && !e.PhoneChanged {
		return nil, nil
	}
	if e.EmailChanged {
		e.Address++
	}
	e.NoEmail = e.NoEmail || !e.EmailChanged && s.Informing.NoEmail
	if !e.EmailChanged {
		return []ticket.Event{e}, nil
	}
	// The former mailbox may be somebody else's: its links and reply addresses end.
	revoked := ticket.LinksRevoked{Issue: s.LinkIssue + 1, Personal: &ticket.Text{Text: e.Personal.Reason}}
	return []ticket.Event{e, revoked}, nil
}

// decideInformCitizen records that the citizen was told. Nothing to tell is no error: somebody else may have told it.
func decideInformCitizen(s ticket.State, c ticket.InformCitizen, by person.Actor) ([]ticket.Event, error) {
	if competent(s, by) && s.Informing.Note == "" {
		return nil, nil
	}
	if err := checkMove(s, ticket.MoveInformCitizen, by); err != nil {
		return nil, err
	}
	var wrong fieldErrors
	wrong.requireOneOf("how", string(c.How), string(ticket.InformByTelephone), string(ticket.InformByLetter))
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.CitizenInformed{Note: s.Informing.Note, How: c.How}}, nil
}

// decideForwardReply records that a reply to a duplicate was added to another ticket.
func decideForwardReply(s ticket.State, c ticket.ForwardReply, by person.Actor) ([]ticket.Event, error) {
	if err := checkMove(s, ticket.MoveForwardReply, by); err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.ReplyForwarded(c)}, nil
}

// requireEmail checks the e-mail address of a form. A citizen at the desk or on the telephone may have none.
func requireEmail(wrong *fieldErrors, c ticket.Open) (email string) {
	mayLack := c.LinkedTo != "" || (c.Channel == ticket.ChannelCounter || c.Channel == ticket.ChannelTelephone) && c.Service != ticket.OperatorsForm
	if mayLack && strings.TrimSpace(c.Form.Email) == "" {
		return ""
	}
	email, err := person.ParseEmail(c.Form.Email)
	if err != nil {
		wrong.addIdentifier("requester.email", err)
	}
	return email
}
