// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/contacts"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/app/mailsender"
)

// KeepMail records a mail that changes nothing at its ticket: an automatic reply, or thanks about a closed ticket. Errors: those of the store.
func (s *Service) KeepMail(ctx context.Context, id ticket.ID, why receivedmail.MailEffect, text string, mail ReceivedMail, idempotency Idempotency) error {
	request := CommandRequest{Ticket: id, By: person.Actor{ID: "inbound-mail", Role: person.System}, Key: idempotency.Key}
	keep := ticket.KeepMail{Why: why, Text: text, Mail: mail.Content}
	var err error
	if keep.ID, err = NewID(); err != nil {
		return err
	}
	request.Command = keep
	if err := s.Validate(ctx, request); err != nil {
		return err
	}
	if keep.Original, err = s.storeOriginal(ctx, id, &mail); err != nil {
		return err
	}
	request.Command = keep
	_, err = s.Dispatch(ctx, request)
	return err
}

// CitizenAddress returns the e-mail address on a ticket; "" if it has none, or it was erased.
func CitizenAddress(history []ticket.Recorded) string {
	form, _, _ := contacts.Of(history)
	return form.Email
}

// storeOriginal seals and stores the original of a mail, before the append of the event that names it. It returns nil without a mail.
func (s *Service) storeOriginal(ctx context.Context, id ticket.ID, mail *ReceivedMail) (*ticket.Attachment, error) {
	if mail == nil || len(mail.Raw) == 0 {
		return nil, nil
	}
	stored, _, err := attachment.Store(ctx, s.Store, id, []attachment.FileUpload{{Content: mail.Raw, MediaType: receivedmail.OriginalMediaType}})
	if err != nil {
		return nil, err
	}
	return &stored[0], nil
}

// maxLinked bounds the number of linked tickets that follow each other.
const maxLinked = 1000

// replyToClosed adds a reply to the open ticket that is linked to a closed one, or opens that ticket. The id of a linked ticket follows from
// the closed one, so that two replies at the same time open one ticket.
func (s *Service) replyToClosed(ctx context.Context, by Caller, closed ticket.ID, in ReplyRequest, idempotency Idempotency) (CommandResult, error) {
	var notRepeated error = &ticket.NotVisibleError{} // stands for "no repetition"
	for range maxLinked {
		first, err := s.RefuseUnlessRepeated(ctx, CommandRequest{Ticket: closed, By: by.Actor, Key: idempotency.Key, Body: idempotency.Body}, notRepeated)
		if !errors.Is(err, notRepeated) {
			return first, err
		}
		linked := linkedID(closed, by.Link != "")
		if in.Mail, err = s.mailFor(ctx, closed, in.Mail); err != nil {
			return CommandResult{}, err
		}
		state, _, err := s.State(ctx, linked)
		if by.Link != "" && state.LinkIssue > 0 { // whoever holds the closed ticket's link may not be who gets the mails of the linked one
			in.Unverified = receivedmail.UnverifiedRevoked
		}
		switch {
		case errors.Is(err, eventstore.ErrNotFound):
			result, err := s.openLinkedTicket(ctx, by, closed, linked, in, idempotency)
			if !s.wasOpened(ctx, linked, err) {
				return result, err
			}
		case err != nil:
			return CommandResult{}, err
		case state.Erased:
			return CommandResult{}, eventstore.ErrErased
		case state.Status != ticket.StatusClosed:
			if by.Link != "" {
				by = LinkHolder(linked, by.From)
			}
			return s.replyToTicket(ctx, by, linked, in, idempotency)
		default:
			closed = linked
			if by.Link != "" {
				by = LinkHolder(linked, by.From)
			}
		}
	}
	return CommandResult{}, fmt.Errorf("more than %d tickets are linked to %s", maxLinked, closed)
}

// checkSender returns the content of a mail with the reason receivedmail.UnverifiedAddress if its sender is not the address on the ticket that keeps it. A mail
// to a closed ticket or a duplicate is kept by another ticket, whose address may be another one.
func (s *Service) checkSender(ctx context.Context, id ticket.ID, mail receivedmail.MailContent) (receivedmail.MailContent, error) {
	if mail.Sender == nil || mail.Sender.From == "" {
		return mail, nil
	}
	history, err := s.History(ctx, id)
	if err == nil && !mailsender.SameAddress(mail.Sender.From, CitizenAddress(history)) {
		mail = mail.WithReason(receivedmail.UnverifiedAddress)
	}
	return mail, err
}

// mailFor returns a mail as the linked ticket keeps it: a mail to the ticket of a verified citizen is not the citizen's on the linked one either.
func (s *Service) mailFor(ctx context.Context, closed ticket.ID, mail *ReceivedMail) (*ReceivedMail, error) {
	if mail == nil {
		return nil, nil
	}
	state, _, err := s.State(ctx, closed)
	if err != nil {
		return nil, err
	}
	return &ReceivedMail{Raw: mail.Raw, Content: ticket.MailFor(state, mail.Content)}, nil
}

// wasOpened reports whether the opening of a ticket was refused because it was opened at the same time.
func (s *Service) wasOpened(ctx context.Context, id ticket.ID, refused error) bool {
	if refused == nil {
		return false
	}
	_, _, err := s.State(ctx, id)
	return err == nil
}

// linkedID returns the id of the ticket that is linked to a closed one: a UUID of version 7 with the time of the closed ticket's id. What the holder
// of a personal link opens is a declared ticket, which the citizen's account does not see, so it has an id of its own.
func linkedID(closed ticket.ID, byLink bool) ticket.ID {
	u := uuid.MustParse(string(closed))
	sum := sha256.Sum256(fmt.Appendf(nil, "linked ticket\n%s\n%t", u, byLink))
	copy(u[6:], sum[:])
	u[6], u[8] = 0x70|u[6]&0x0f, 0x80|u[8]&0x3f
	return ticket.ID(u.String())
}
