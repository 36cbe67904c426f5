// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/contacts"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ReplyRequest is a citizen's reply to a ticket (FAQ 2.4); on a resolved ticket it says whether the problem is solved.
//
// It is the body of the API's request.
type ReplyRequest struct {
	Text      string                  `json:"text,omitempty"`
	Files     []attachment.FileUpload `json:"attachments,omitempty"`
	Solved    *bool                   `json:"solved,omitempty" doc:"On a resolved ticket: false or left out reopens it («Il problema non è risolto»), true is only a message"`
	Courtesy  bool                    `json:"-"` // the reply contains only thanks
	Mail      *ReceivedMail           `json:"-"` // the mail that holds the reply; nil for a reply on the web
	Duplicate ticket.ID               `json:"-"` // that of ticket.Reply
	// Unverified says why the reply does not count as the citizen's although a link or a session allows it; empty if it does.
	Unverified receivedmail.UnverifiedReason `json:"-"`
	SeenOpen   bool                          `json:"-"` // the citizen saw the ticket open; if it has closed since, Reply fails with ErrClosed
}

// ReceivedMail is the mail that holds a text, with what was not taken of it.
type ReceivedMail struct {
	Raw     []byte
	Content receivedmail.MailContent
}

// ErrClosed refuses a reply to a ticket that was closed after the citizen saw it open.
var ErrClosed = errors.New("closed since the ticket was read")

// Reply adds a citizen's reply to a ticket. If the ticket is closed, it opens a linked ticket with the data of its form and the reply as
// description; further replies go to the linked ticket while it is open. A reply to a duplicate, thanks
// excepted, goes to its main ticket, and the result is that of the duplicate. Otherwise the result's stream names the ticket that holds the reply. Errors: *ticket.NotVisibleError, eventstore.ErrErased,
// ErrClosed, those of the rules.
func (s *Service) Reply(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, idempotency Idempotency) (CommandResult, error) {
	view, err := s.buildView(ctx, by, id, nil)
	if err != nil {
		return CommandResult{}, err
	}
	if view.DuplicateOf != "" && !in.Courtesy {
		main, state, found, err := s.findMain(ctx, id, view.DuplicateOf)
		if err != nil {
			return CommandResult{}, err
		}
		if found {
			return s.forwardReply(ctx, by, id, main, state, in, idempotency)
		}
	}
	switch {
	case view.Status == ticket.StatusClosed && in.SeenOpen:
		return CommandResult{}, ErrClosed
	case view.Status == ticket.StatusClosed:
		return s.replyToClosed(ctx, by, id, in, idempotency)
	}
	return s.replyToTicket(ctx, by, id, in, idempotency)
}

func (s *Service) replyToTicket(ctx context.Context, by Caller, id ticket.ID, in ReplyRequest, idempotency Idempotency) (CommandResult, error) {
	r := CommandRequest{Ticket: id, By: by.Actor, From: by.From, Key: idempotency.Key, Body: idempotency.Body}
	checked, err := attachment.Check("attachments", in.Files)
	if err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	reply := ticket.Reply{Text: in.Text, Solved: in.Solved, Courtesy: in.Courtesy, Duplicate: in.Duplicate}
	if in.Mail != nil {
		if reply.Mail, err = s.checkSender(ctx, id, in.Mail.Content); err != nil {
			return CommandResult{}, err
		}
	}
	if in.Unverified != "" {
		reply.Mail = reply.Mail.Unverify(in.Unverified)
	}
	if reply.ID, err = NewID(); err != nil {
		return CommandResult{}, err
	}
	reply.Attachments, reply.FileNames = attachment.Describe(checked)
	r.Command = reply
	if reply.Attachments, err = s.storeFiles(ctx, r, checked); err != nil {
		return s.RefuseUnlessRepeated(ctx, r, err)
	}
	if reply.Original, err = s.storeOriginal(ctx, id, in.Mail); err != nil {
		return CommandResult{}, err
	}
	r.Command = reply
	return s.Dispatch(ctx, r)
}

// openLinkedTicket opens a linked ticket, with the id linked, the form data of the closed one and the reply as its description.
func (s *Service) openLinkedTicket(ctx context.Context, by Caller, closed, linked ticket.ID, in ReplyRequest, idempotency Idempotency) (CommandResult, error) {
	history, err := s.History(ctx, closed)
	if err != nil {
		return CommandResult{}, err
	}
	open, err := LinkedTicketForm(closed, history, in.Text, s.Catalog, s.Store.Now())
	if err != nil {
		return CommandResult{}, err
	}
	if by.Link != "" { // the holder of a link is not logged in, so the new ticket's identity is not verified
		open.Identity, open.Citizen = ticket.Declared, ""
	}
	return s.openTicketAs(ctx, by, linked, open, in, idempotency, nil)
}

// VisibleResult returns status and version of the ticket as the caller could see them right after a command: neither reveals an act that
// is still held, or an event that the caller may not know of. For a linked ticket, which the holder of the closed one's personal link does
// not see, VisibleResult returns what the holder of its own link sees. A repetition gets the same.
func (s *Service) VisibleResult(ctx context.Context, by Caller, o CommandResult) (ticket.Status, int, error) {
	version := o.State.Known.VersionFor(by.Actor, o.State.Known.Total.At)
	if !by.Viewer().IsCitizen() || version == o.State.Known.Total.N { // who knows of all events sees the status as it is
		return o.State.Status, version, nil
	}
	history, err := s.History(ctx, ticket.ID(o.Stream))
	if err != nil {
		return "", 0, err
	}
	history = history[:o.Version]
	if by.Link != "" {
		by = LinkHolder(ticket.ID(o.Stream), by.From)
	}
	t, ok := ticketview.Detail(by.Viewer(), history, ticketview.Names{Catalog: s.Catalog}, history[o.Version-1].At)
	if !ok {
		return o.State.Status, version, nil
	}
	return t.Status, t.Version, nil
}

// CurrentVersion returns the version of a ticket for the caller now. Error: eventstore.ErrNotFound.
func (s *Service) CurrentVersion(ctx context.Context, by Caller, id ticket.ID) (int, error) {
	state, _, err := s.State(ctx, id)
	return state.Known.VersionFor(by.Actor, s.Store.Now()), err
}

// LinkedTicketForm returns the command that opens a ticket linked to a closed one, with the form data of the closed one and text as
// description. If the entity is no longer valid at now, its successor takes its place. The caller sets number and files.
// Errors: eventstore.ErrErased; *ticket.InvalidError for an empty text.
func LinkedTicketForm(closed ticket.ID, history []ticket.Recorded, text string, c *catalog.Catalog, now time.Time) (ticket.Open, error) {
	first, ok := history[0].Event.(ticket.Opened)
	if !ok {
		return ticket.Open{}, fmt.Errorf("ticket %s does not begin with its opening", closed)
	}
	form, _, kept := contacts.Of(history)
	if !kept {
		return ticket.Open{}, eventstore.ErrErased
	}
	if strings.TrimSpace(text) == "" { // the old description would add nothing new
		return ticket.Open{}, ticket.NewInvalidField("text", refusal.Required.With(), "what is still to be solved")
	}
	form.FileNames, form.Description, form.MailContent = nil, text, receivedmail.MailContent{}
	entity := first.ChosenEntity
	if e, ok := c.Entity(entity); ok && !e.ValidAt(now) {
		entity = c.Successor(entity)
	}
	return ticket.Open{
		Service: first.Service, Problem: first.Problem, Entity: entity, Channel: ticket.ChannelWeb, Identity: first.Identity,
		Citizen: first.Citizen, Requester: first.Requester, Facilitated: first.Facilitated, LinkedTo: closed, Form: form,
	}, nil
}
