// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// ContactsRequest corrects the citizen's contacts. It is the body of the API's request.
type ContactsRequest struct {
	Email  *string `json:"email,omitempty" doc:"The right e-mail address; empty: the citizen has none. Left out: unchanged"`
	Phone  *string `json:"phone,omitempty" doc:"The right telephone number. Left out: unchanged"`
	Reason string  `json:"reason" doc:"Why, for example how the operator learnt it. Only the operator's entity and auditors read it"`
}

// CorrectContacts corrects the citizen's e-mail address or telephone number. What is sent from then on goes to the new address, and so does what
// had failed at the former one. Equal contacts are not corrected. Errors: those of the rules.
func (s *Service) CorrectContacts(ctx context.Context, by Caller, id ticket.ID, in ContactsRequest, idempotency Idempotency) (CommandResult, error) {
	view, err := s.buildView(ctx, by, id, nil)
	if err != nil {
		return CommandResult{}, err
	}
	c := ticket.CorrectContacts{Email: in.Email, Phone: in.Phone, Reason: in.Reason}
	if c.Email != nil {
		if email, err := person.ParseEmail(*c.Email); err == nil && email == view.Requester.Email {
			c.Email = nil
		}
	}
	if c.Phone != nil {
		if phone, err := person.ParsePhone(*c.Phone); err == nil && phone == view.Requester.Phone {
			c.Phone = nil
		}
	}
	return s.Dispatch(ctx, CommandRequest{Ticket: id, Command: c, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body})
}

// InformRequest records how a citizen without an e-mail address was told. It is the body of the API's request.
type InformRequest struct {
	How ticket.InformWay `json:"how" enum:"telefono,lettera"`
}

// InformCitizen records that the citizen of a ticket without e-mail was told what is to be told. Errors: those of the rules.
func (s *Service) InformCitizen(ctx context.Context, by Caller, id ticket.ID, in InformRequest, idempotency Idempotency) (CommandResult, error) {
	return s.Dispatch(ctx, CommandRequest{
		Ticket: id, Command: ticket.InformCitizen(in), By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body,
	})
}
