// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ReplyRequest is the citizen's answer (FAQ 2.4), or their word on a resolution.
//
// It is the body of the API's request.
type ReplyRequest struct {
	Text     string                  `json:"text,omitempty"`
	Files    []attachment.FileUpload `json:"attachments,omitempty"`
	Solved   *bool                   `json:"solved,omitempty" doc:"On a resolved ticket: false or left out reopens it («Il problema non è risolto»), true is only a message"`
	Courtesy bool                    `json:"-"` // the reply contains only thanks
	SeenOpen bool                    `json:"-"` // the citizen saw the ticket open; if it has closed since, Reply fails with ErrClosed
}

// ErrClosed refuses a reply to a ticket that closed since its writer saw it.
var ErrClosed = errors.New("closed since the ticket was read")

// Reply takes an answer in. A closed ticket is answered by a new one that goes on from it, with its form's data: the
// outcome's stream tells which ticket took the reply. Errors: *ticket.NotYoursError, eventstore.ErrErased, ErrClosed, the rules'.
func (c *Service) Reply(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, idempotency Idempotency) (Outcome, error) {
	before, err := c.buildView(ctx, by, id, nil)
	if err != nil {
		return Outcome{}, err
	}
	switch {
	case before.Status == ticket.Closed && in.SeenOpen:
		return Outcome{}, ErrClosed
	case before.Status == ticket.Closed:
		return c.openLinkedTicket(ctx, by, id, in, idempotency)
	}
	return c.replyToTicket(ctx, by, id, in, idempotency)
}

func (c *Service) replyToTicket(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, idempotency Idempotency) (Outcome, error) {
	r := CommandRequest{Ticket: id, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body}
	checked, err := attachment.Check("attachments", in.Files)
	if err != nil {
		return c.Reject(ctx, r, err)
	}
	reply := ticket.Reply{Text: in.Text, Solved: in.Solved, Courtesy: in.Courtesy}
	if reply.ID, err = NewID(); err != nil {
		return Outcome{}, err
	}
	reply.Attachments, reply.FileNames = attachment.Describe(checked)
	r.Command = reply
	if reply.Attachments, err = c.storeFiles(ctx, r, checked); err != nil {
		return c.Reject(ctx, r, err)
	}
	r.Command = reply
	return c.Dispatch(ctx, r)
}

// openLinkedTicket opens the ticket that goes on from a closed one, with its form's data and the reply as its description.
func (c *Service) openLinkedTicket(ctx context.Context, by Caller, closed ticket.ID, in ReplyRequest, idempotency Idempotency) (Outcome, error) {
	history, err := c.History(ctx, closed)
	if err != nil {
		return Outcome{}, err
	}
	open, err := LinkedTicketForm(closed, history, in.Text, c.Catalog, c.Store.Now())
	if err != nil {
		return Outcome{}, err
	}
	if by.Link != "" { // whoever holds a link has not logged in: what they add is nobody's word but theirs
		open.Identity, open.Citizen = ticket.Declared, ""
	}
	return c.openTicket(ctx, by, open, in.Files, idempotency)
}

// VisibleOutcome is where an outcome left the ticket as far as the caller knew at that moment: an act that is held is not
// given away by the answer to a reply. The holder of a personal link does not see a ticket that the reply opened;
// nothing has happened to it yet.
func (c *Service) VisibleOutcome(ctx context.Context, by Caller, o Outcome) (ticket.Status, int, error) {
	history, err := c.History(ctx, ticket.ID(o.Stream))
	if err != nil {
		return "", 0, err
	}
	history = history[:o.Version]
	t, ok := ticketview.Detail(by.Viewer(), history, ticketview.Names{Catalog: c.Catalog}, history[o.Version-1].At)
	if !ok {
		return o.State.Status, o.Version, nil
	}
	return t.Status, t.Version, nil
}

// LinkedTicketForm is the form of the ticket that goes on from a closed one: its data, and what the citizen writes now. Its
// number, subject and files are still to be set. Errors: eventstore.ErrErased, *ticket.InvalidError.
func LinkedTicketForm(closed ticket.ID, history []ticket.Recorded, text string, c *catalog.Catalog, now time.Time) (ticket.Open, error) {
	first, ok := history[0].Event.(ticket.Opened)
	if !ok {
		return ticket.Open{}, fmt.Errorf("ticket %s does not begin with its opening", closed)
	}
	if first.Personal == nil {
		return ticket.Open{}, eventstore.ErrErased
	}
	if strings.TrimSpace(text) == "" { // the old description would open a ticket that says nothing new
		return ticket.Open{}, &ticket.InvalidError{Fields: []ticket.FieldError{
			{Field: "text", Reason: refusal.Required.With(), Allowed: "what is still to be solved"},
		}}
	}
	form := *first.Personal
	form.FileNames, form.Description = nil, text
	at := first.ChosenEntity
	if known, ok := c.Entity(at); ok && !known.ValidAt(now) {
		at = c.Successor(at)
	}
	return ticket.Open{
		Service: first.Service, Problem: first.Problem, Entity: at, Channel: ticket.ChannelWeb, Identity: first.Identity,
		Citizen: first.Citizen, Requester: first.Requester, Facilitated: first.Facilitated, LinkedTo: closed, Form: form,
	}, nil
}
