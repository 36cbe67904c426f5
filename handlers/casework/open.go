// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package casework

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
)

// Request is a request for help as typed into a form: the citizen's, or the operators' own (FAQ 2.2).
type Request struct {
	Service     catalog.ServiceID
	Problem     catalog.ProblemID
	Entity      catalog.EntityCode
	Requester   ticket.RequesterRole // empty: for oneself, or as an operator in the operators' own form
	Facilitated bool
	Channel     ticket.Channel // for operators, who open for a citizen at the desk or on the telephone
	Form        ticket.Form    // without the files' names
	Files       []attachment.File
}

// Open opens a ticket. Who calls decides how sure we are of the citizen. Errors: the rules', *ticket.InvalidError for all
// that is wrong with form and files together.
func (c *Cases) Open(ctx context.Context, by Caller, r Request, said Said) (desk.Outcome, error) {
	if by.Link != "" { // the link is to one ticket: for another its holder is anybody
		by.Actor = person.Actor{Role: person.Anonymous}
	}
	if r.Channel != "" && !by.Actor.Role.Operates() {
		return desk.Outcome{}, refused("channel", "is for operators", "leave it out")
	}
	return c.open(ctx, by, r.command(by.Actor), r.Files, said)
}

// Refusal tells what would be said to a request now, of form and files together; nil: it is good. For doors that ask for
// more than the rules do, and name everything at once.
func (c *Cases) Refusal(ctx context.Context, by Caller, r Request) error {
	_, err := attachment.Check("attachments", r.Files)
	return both(c.Desk.Refusal(ctx, desk.Request{Command: r.command(by.Actor), By: by.Actor}), err)
}

func (c *Cases) open(ctx context.Context, by Caller, form ticket.Open, files []attachment.File, said Said) (desk.Outcome, error) {
	request := desk.Request{Command: form, By: by.Actor, From: by.From, Key: said.Key, Body: said.Body}
	checked, err := attachment.Check("attachments", files)
	if err := both(c.Desk.Refusal(ctx, request), err); err != nil {
		return c.Desk.Refused(ctx, request, err)
	}
	if request.Ticket, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	if form.Number, err = c.Desk.Number(ctx); err != nil {
		return desk.Outcome{}, err
	}
	form.Subject = c.Desk.Subject(form.Form.TaxCode)
	if form.Attachments, form.Form.FileNames, err = attachment.Store(ctx, c.Store, request.Ticket, checked); err != nil {
		return desk.Outcome{}, err
	}
	request.Command = form
	return c.Desk.Dispatch(ctx, request)
}

// both joins the fields that two checks refused.
func both(first, second error) error {
	var a, b *ticket.InvalidError
	if errors.As(first, &a) && errors.As(second, &b) {
		return &ticket.InvalidError{Fields: append(append([]ticket.FieldError{}, a.Fields...), b.Fields...)}
	}
	if first != nil {
		return first
	}
	return second
}

// command is the form as the rules want it.
func (r Request) command(by person.Actor) ticket.Open {
	form := ticket.Open{
		Service: r.Service, Problem: r.Problem, Entity: r.Entity, Channel: ticket.Web, Identity: ticket.Declared,
		Requester: r.Requester, Facilitated: r.Facilitated, Form: r.Form,
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
		form.Channel = ticket.System
	case by.Role.Operates() && r.Service != ticket.OperatorsForm:
		form.Channel = ticket.Desk
		if r.Channel != "" {
			form.Channel = r.Channel
		}
	}
	return form
}
