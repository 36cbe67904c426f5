// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"errors"
	"io"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// session is one SMTP session. It implements smtp.Session.
type session struct {
	server  *Server
	peer    string // see Limits.peerOf
	from    string
	to      mailaddress.Address
	expired bool // the reply address has expired
	revoked bool // the return address was revoked
}

func (s *session) Reset()        { *s = session{server: s.server, peer: s.peer} }
func (s *session) Logout() error { return nil }

// Mail begins a message.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return s.server.limitMessage(s.peer)
}

// Rcpt refuses addresses of other domains, forged addresses, and addresses of tickets that are unknown or whose personal data are erased.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	err := s.acceptRecipient(to)
	if err == nil {
		return s.server.limitAddress(s.to.ID)
	}
	s.server.outcomes.WithLabelValues("refused").Inc()
	if answer := (*smtp.SMTPError)(nil); errors.As(err, &answer) && !answer.Temporary() {
		return s.server.limitWrongRecipient(s.peer, err)
	}
	return err
}

func (s *session) acceptRecipient(to string) error {
	at, ok := s.server.Addresses.Parse(to)
	switch {
	case !ok && s.server.Addresses.IsOurs(to):
		return refuse(550, smtp.EnhancedCode{5, 1, 1}, "Questo indirizzo non esiste. Risponda all'ultimo messaggio ricevuto, senza cambiare l'indirizzo.")
	case !ok:
		return refuse(550, smtp.EnhancedCode{5, 7, 1}, "Questo servizio non riceve posta per quel dominio.")
	}
	ctx, cancel := context.WithTimeout(s.server.workCtx, s.server.Timeout)
	defer cancel()
	id, err := s.server.ticketOf(ctx, at)
	if err != nil || id == "" {
		s.to = at
		return err
	}
	state, _, err := s.server.App.State(ctx, id)
	if err == nil && at.Kind == mailaddress.Reply && state.Erased {
		return refuseErased()
	}
	if err == nil {
		err = s.server.App.CheckLinkIssue(ctx, id, at.Issue)
	}
	s.expired = errors.Is(err, ticket.ErrLinkExpired)
	s.revoked = errors.Is(err, ticket.ErrLinkRevoked) && at.Kind == mailaddress.Bounce
	switch {
	case s.revoked: // a correction of the address revokes too, and then what fails at the former one is sent again
	case s.expired && at.Kind == mailaddress.Reply: // the words are kept, as those of an unverified sender
	case err == nil:
	case errors.Is(err, eventstore.ErrNotFound):
		return refuseErased()
	case errors.Is(err, ticket.ErrLinkRevoked), s.expired:
		return refuseRevoked()
	default:
		return s.server.temporaryFailure(err)
	}
	s.to = at // the server accepts one recipient per message
	return nil
}

// ticketOf returns the ticket of an address; "" for the return address of a mail that is not known.
func (s *Server) ticketOf(ctx context.Context, at mailaddress.Address) (ticket.ID, error) {
	switch {
	case at.Kind == mailaddress.Reply:
		return ticket.ID(at.ID), nil
	case s.TicketOf == nil:
		return "", nil
	}
	id, err := s.TicketOf(ctx, at.ID)
	if err != nil {
		return "", s.temporaryFailure(err)
	}
	return id, nil
}

// Data processes the whole message, or refuses it and stores nothing.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if errors.Is(err, smtp.ErrDataTooLarge) {
		s.server.outcomes.WithLabelValues("refused").Inc()
		return refuse(552, smtp.EnhancedCode{5, 3, 4}, "Il messaggio e' troppo grande: al massimo %d MB in tutto. Lo divida in piu' messaggi, con al massimo cinque allegati da 1 MB.", s.server.MaxBytes>>20)
	}
	if err != nil {
		return err // the connection failed
	}
	m, err := mailtext.Read(raw)
	if err != nil {
		s.server.outcomes.WithLabelValues("refused").Inc()
		return refuseUnread(err)
	}
	ctx, cancel := context.WithTimeout(s.server.workCtx, s.server.Timeout)
	defer cancel()
	in := received{Message: m, raw: raw, from: s.from, expired: s.expired, revoked: s.revoked}
	outcome, err := s.server.process(ctx, s.to, in)
	s.server.outcomes.WithLabelValues(outcome).Inc()
	return err
}
