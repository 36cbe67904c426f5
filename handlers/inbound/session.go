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
	server *Server
	from   string
	to     mailaddress.Address
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Reset()                                      { s.from, s.to = "", mailaddress.Address{} }
func (s *session) Logout() error                               { return nil }

// Rcpt refuses addresses of other domains, forged addresses, and addresses of tickets that are unknown or whose personal data are erased.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	err := s.acceptRecipient(to)
	if err != nil {
		s.server.outcomes.WithLabelValues("refused").Inc()
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
	if at.Kind == mailaddress.Reply {
		ctx, cancel := context.WithTimeout(s.server.workCtx, s.server.Timeout)
		defer cancel()
		state, _, err := s.server.App.State(ctx, ticket.ID(at.ID))
		switch {
		case errors.Is(err, eventstore.ErrNotFound), err == nil && state.Erased:
			return refuseErased()
		case err != nil:
			return s.server.temporaryFailure(err)
		}
	}
	s.to = at // the server accepts one recipient per message
	return nil
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
	in := received{Message: m, raw: raw, from: s.from}
	outcome, err := s.server.process(ctx, s.to, in)
	s.server.outcomes.WithLabelValues(outcome).Inc()
	return err
}
