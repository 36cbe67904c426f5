// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// OpenRequest holds the fields of the form that opens a ticket: the citizens' form or the operators' form (FAQ 2.2).
type OpenRequest struct {
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Entity      catalog.EntityCode
	Requester   ticket.RequesterRole // empty: ForSelf, or AsOperator in the operators' form
	Facilitated bool
	Statement   int            // version of the entity's privacy statement that was shown; 0: none
	MustShow    bool           // the form shows the statement, if the entity has one
	Channel     ticket.Channel // only for operators who open a ticket for a citizen; empty: the counter
	Form        ticket.Form    // without FileNames, which Open sets
	Files       []attachment.FileUpload
}

// Open opens a ticket. The citizen's identity is verified if the caller is a logged-in citizen, and declared otherwise. Errors: those of
// the rules; one *ticket.InvalidError for all invalid fields of the form and all invalid files;
// *formlimit.ExceededError for an anonymous caller.
func (s *Service) Open(ctx context.Context, by Caller, r OpenRequest, idempotency Idempotency) (CommandResult, error) {
	if by.Link != "" { // a personal link gives rights on its own ticket only
		by.Actor = person.Actor{Role: person.Anonymous}
	}
	if r.Channel != "" && !by.Actor.Role.Operates() {
		return CommandResult{}, ticket.NewInvalidField("channel", refusal.OperatorsOnly.With(), "leave it out")
	}
	id, err := NewID()
	if err != nil {
		return CommandResult{}, err
	}
	shown := s.Statements.CheckShown(ctx, r.Entity, r.Statement, r.MustShow)
	return s.openTicketAs(ctx, by, id, r.openCommand(by.Actor), ReplyRequest{Files: r.Files}, idempotency, shown)
}

// ValidateOpen returns the error that Open would return for a request now, or nil. Adapters that require more than the rules do use it
// to show all invalid fields at once.
func (s *Service) ValidateOpen(ctx context.Context, by Caller, r OpenRequest) error {
	_, err := attachment.Check("attachments", r.Files)
	err = joinInvalid(err, s.Statements.CheckShown(ctx, r.Entity, r.Statement, r.MustShow))
	return joinInvalid(s.Validate(ctx, CommandRequest{Command: r.openCommand(by.Actor), By: by.Actor}), err)
}

// openTicketAs opens a ticket with an id, the files of in and, if in came by mail, the mail. invalid refuses what the rules do not check; nil: nothing.
func (s *Service) openTicketAs(ctx context.Context, by Caller, id ticket.ID, form ticket.Open, in ReplyRequest, idempotency Idempotency,
	invalid error,
) (CommandResult, error) {
	if in.Mail != nil {
		form.Form.MailContent = in.Mail.Content
	}
	request := CommandRequest{Command: form, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body}
	checked, err := attachment.Check("attachments", in.Files)
	if err := joinInvalid(s.Validate(ctx, request), joinInvalid(err, invalid)); err != nil {
		return s.RefuseUnlessRepeated(ctx, request, err)
	}
	if by.Actor.Role == person.Anonymous { // a repetition counts too, and gets its first result even over the bound
		if err := s.Forms.Take(ctx, form.Form.Email, form.Form.TaxCode); err != nil {
			return s.RefuseUnlessRepeated(ctx, request, err)
		}
	}
	if form.Citizen != "" {
		own, err := s.isOwnTaxCode(ctx, form.Citizen, form.Form.TaxCode)
		if err != nil {
			return CommandResult{}, err
		}
		form.OtherPerson = !own
	}
	request.Ticket = id
	if form.Number, err = s.NextNumber(ctx); err != nil {
		return CommandResult{}, err
	}
	if form.Attachments, form.Form.FileNames, err = attachment.Store(ctx, s.Store, request.Ticket, checked); err != nil {
		return CommandResult{}, err
	}
	if form.Original, err = s.storeOriginal(ctx, id, in.Mail); err != nil {
		return CommandResult{}, err
	}
	request.Command = form
	return s.Dispatch(ctx, request)
}

// isOwnTaxCode reports whether a tax code is that of a citizen's account. A citizen who logged in can type that of another person, whom nobody
// has verified: a child, or anybody.
func (s *Service) isOwnTaxCode(ctx context.Context, account, taxCode string) (bool, error) {
	p, err := s.PersonOf(ctx, taxCode)
	if err != nil || p.ID == "" {
		return false, err
	}
	return s.Identity.IsPerson(ctx, account, p.ID)
}

// joinInvalid returns one error with the fields of both if both are *ticket.InvalidError. Otherwise it returns the first that is not nil.
func joinInvalid(first, second error) error {
	var a, b *ticket.InvalidError
	if errors.As(first, &a) && errors.As(second, &b) {
		return &ticket.InvalidError{Fields: append(append([]ticket.FieldError{}, a.Fields...), b.Fields...)}
	}
	if first != nil {
		return first
	}
	return second
}

// openCommand returns the command for a request of an actor, with channel, requester and identity set.
func (r OpenRequest) openCommand(by person.Actor) ticket.Open {
	form := ticket.Open{
		Service: r.Service, Problem: r.Problem, Entity: r.Entity, Channel: ticket.ChannelWeb, Identity: ticket.Declared,
		Requester: r.Requester, Facilitated: r.Facilitated, Statement: r.Statement, Form: r.Form,
	}
	if form.Requester == "" {
		form.Requester = ticket.ForSelf
		if r.Service == ticket.OperatorsForm {
			form.Requester = ticket.AsOperator
		}
	}
	switch {
	case by.Role == person.Citizen:
		form.Identity, form.Citizen = ticket.Verified, by.ID
	case by.Role == person.Integration:
		form.Channel = ticket.ChannelIntegration
	case by.Role.Operates() && r.Service != ticket.OperatorsForm:
		form.Channel = ticket.ChannelCounter
		if r.Channel != "" {
			form.Channel = r.Channel
		}
	}
	return form
}
