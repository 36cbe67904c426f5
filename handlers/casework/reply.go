// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package casework

import (
	"context"
	"errors"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/projections"
)

// ReplyRequest is the citizen's answer (FAQ 2.4), or their word on a resolution.
type ReplyRequest struct {
	Text     string
	Files    []attachment.File
	Solved   *bool // on a resolved ticket: false or nil reopens it, true is only a message
	Courtesy bool  // it holds nothing but thanks
	SeenOpen bool  // its writer saw the ticket open: none is opened that they were not told of
}

// ErrClosed refuses a reply to a ticket that closed since its writer saw it.
var ErrClosed = errors.New("closed since the ticket was read")

// Reply takes an answer in. A closed ticket is answered by a new one that goes on from it, with its form's data: the
// outcome's stream tells which ticket took the reply. Errors: *ticket.NotYoursError, eventstore.ErrErased, ErrClosed, the rules'.
func (c *Service) Reply(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, said Idempotency) (desk.Outcome, error) {
	before, err := c.buildView(ctx, by, id, nil)
	if err != nil {
		return desk.Outcome{}, err
	}
	switch {
	case before.Status == ticket.Closed && in.SeenOpen:
		return desk.Outcome{}, ErrClosed
	case before.Status == ticket.Closed:
		return c.openLinkedTicket(ctx, by, id, in, said)
	}
	return c.replyToTicket(ctx, by, id, in, said)
}

func (c *Service) replyToTicket(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, said Idempotency) (desk.Outcome, error) {
	r := desk.CommandRequest{Ticket: id, By: by.Actor, From: by.From, Key: said.Key, Body: said.Body}
	checked, err := attachment.Check("attachments", in.Files)
	if err != nil {
		return c.Dispatcher.Reject(ctx, r, err)
	}
	reply := ticket.Reply{Text: in.Text, Solved: in.Solved, Courtesy: in.Courtesy}
	if reply.ID, err = desk.NewID(); err != nil {
		return desk.Outcome{}, err
	}
	reply.Attachments, reply.FileNames = attachment.Describe(checked)
	r.Command = reply
	if reply.Attachments, err = c.storeFiles(ctx, r, checked); err != nil {
		return c.Dispatcher.Reject(ctx, r, err)
	}
	r.Command = reply
	return c.Dispatcher.Dispatch(ctx, r)
}

// openLinkedTicket opens the ticket that goes on from a closed one, with its form's data and the reply as its description.
func (c *Service) openLinkedTicket(ctx context.Context, by Caller, closed ticket.ID, in ReplyRequest, said Idempotency) (desk.Outcome, error) {
	history, err := c.Dispatcher.History(ctx, closed)
	if err != nil {
		return desk.Outcome{}, err
	}
	open, err := desk.LinkedTicketForm(closed, history, in.Text, c.Catalog, c.Store.Now())
	if err != nil {
		return desk.Outcome{}, err
	}
	if by.Link != "" { // whoever holds a link has not logged in: what they add is nobody's word but theirs
		open.Identity, open.Citizen = ticket.Declared, ""
	}
	return c.openTicket(ctx, by, open, in.Files, said)
}

// VisibleOutcome is where an outcome left the ticket as far as the caller knew at that moment: an act that is held is not
// given away by the answer to a reply. The holder of a personal link does not see a ticket that the reply opened;
// nothing has happened to it yet.
func (c *Service) VisibleOutcome(ctx context.Context, by Caller, o desk.Outcome) (ticket.Status, int, error) {
	history, err := c.Dispatcher.History(ctx, ticket.ID(o.Stream))
	if err != nil {
		return "", 0, err
	}
	history = history[:o.Version]
	t, ok := projections.Detail(by.Viewer(), history, projections.Names{Catalog: c.Catalog}, history[o.Version-1].At)
	if !ok {
		return o.State.Status, o.Version, nil
	}
	return t.Status, t.Version, nil
}
