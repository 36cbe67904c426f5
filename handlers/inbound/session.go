// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// session is one conversation with who brings mail.
type session struct {
	server *Server
	from   string
	to     mailaddress.Address
}

func smtpError(code int, enhanced smtp.EnhancedCode, format string, args ...any) *smtp.SMTPError {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: fmt.Sprintf(format, args...)}
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Reset()                                      { s.from, s.to = "", mailaddress.Address{} }
func (s *session) Logout() error                               { return nil }

// Rcpt refuses what is not addressed to us, forged, or of a ticket that takes no replies.
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
		return smtpError(550, smtp.EnhancedCode{5, 1, 1}, "There is no such address here. Reply to the address of our latest message, as it stands.")
	case !ok:
		return smtpError(550, smtp.EnhancedCode{5, 7, 1}, "This server takes no mail for that domain.")
	}
	if at.Kind == mailaddress.Reply {
		ctx, cancel := context.WithTimeout(s.server.workCtx, s.server.Timeout)
		defer cancel()
		state, _, err := s.server.App.State(ctx, ticket.ID(at.ID))
		switch {
		case errors.Is(err, eventstore.ErrNotFound), err == nil && state.Erased:
			return smtpError(550, smtp.EnhancedCode{5, 1, 1}, "This request is no longer here. Please open a new one.")
		case err != nil:
			s.server.Log.Error("inbound mail failed", "error", err)
			return smtpError(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later.")
		}
	}
	s.to = at // the only one: the server takes one recipient a message
	return nil
}

// Data carries the message out whole, or refuses it and stores nothing.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too large, or the line broke
	}
	l, err := parse(raw, s.from)
	if err != nil {
		s.server.outcomes.WithLabelValues("refused").Inc()
		return smtpError(554, smtp.EnhancedCode{5, 6, 0}, "The message cannot be read: %v.", err)
	}
	ctx, cancel := context.WithTimeout(s.server.workCtx, s.server.Timeout)
	defer cancel()
	outcome, err := s.server.process(ctx, s.to, l, idempotencyKey(l, raw))
	s.server.outcomes.WithLabelValues(outcome).Inc()
	return err
}

// idempotencyKey is the same for a mail that is brought again, even by another way, and holds nothing of it. Without a Message-ID
// (RFC 5322 wants one) the same words on another day must not count as brought again, so all of the mail tells.
func idempotencyKey(l inboundMail, raw []byte) string {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	if l.messageID == "" {
		part(raw)
	} else {
		part([]byte(l.messageID))
		part([]byte(l.text))
		for _, f := range l.files {
			part([]byte(f.Name))
			part(f.Content)
		}
	}
	return "mail/" + hex.EncodeToString(h.Sum(nil))
}

// process carries a message out for one address.
func (s *Server) process(ctx context.Context, to mailaddress.Address, l inboundMail, key string) (outcome string, err error) {
	switch {
	case to.Kind == mailaddress.Bounce:
		if !l.deliveryFailed || s.RecordBounce == nil {
			return "automatic", nil // delayed, delivered, or no report
		}
		if err := s.RecordBounce(ctx, to.ID); err != nil {
			return "failed", s.temporaryFailure(err)
		}
		return "bounce", nil
	case l.automaticReason != "":
		s.Log.InfoContext(ctx, "automatic mail ignored", "ticket", to.ID, "reason", l.automaticReason)
		return "automatic", nil
	case l.undecodable: // half an answer taken for the whole would be worse than none
		return "refused", smtpError(554, smtp.EnhancedCode{5, 6, 0}, "A part of the message cannot be decoded; nothing was stored. Please send it again.")
	case l.text == "" && len(l.files) == 0: // silence would leave somebody waiting who thinks that they answered
		return "refused", smtpError(554, smtp.EnhancedCode{5, 6, 0}, "No text was found besides quotations and signature; nothing was stored. Please write above the quoted message.")
	}
	names, err := s.senderNames(ctx, ticket.ID(to.ID), l)
	if err != nil {
		return "failed", s.temporaryFailure(err)
	}
	outcome = "reply"
	if len(l.files) == 0 && isCourtesy(l.text, names) {
		outcome = "courtesy"
	}
	if err := s.reply(ctx, ticket.ID(to.ID), l, outcome == "courtesy", key); err != nil {
		var invalid *ticket.InvalidError
		if errors.As(err, &invalid) {
			return "refused", rejection(err, l.files)
		}
		return "failed", s.temporaryFailure(err)
	}
	return outcome, nil
}

// senderNames are those that a courtesy may be signed with: as the sender's program gives it, and as the form has it.
func (s *Server) senderNames(ctx context.Context, on ticket.ID, l inboundMail) (string, error) {
	history, err := s.App.History(ctx, on)
	if err != nil {
		return "", err
	}
	if opened, ok := history[0].Event.(ticket.Opened); ok && opened.Personal != nil {
		return l.name + " " + opened.Personal.GivenName + " " + opened.Personal.FamilyName, nil
	}
	return l.name, nil
}

func (s *Server) temporaryFailure(err error) error {
	s.Log.Error("inbound mail failed", "error", err)
	return smtpError(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later; nothing was stored.")
}

// rejection says what is wrong with a message, and what would be accepted.
func rejection(err error, files []attachment.FileUpload) error {
	var invalid *ticket.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) == 0 {
		return smtpError(554, smtp.EnhancedCode{5, 6, 0}, "The message was not accepted.")
	}
	f, n := invalid.Fields[0], 0
	if _, err := fmt.Sscanf(f.Field, "attachments[%d]", &n); err != nil || n >= len(files) {
		return smtpError(554, smtp.EnhancedCode{5, 7, 0}, "The message was not accepted, and nothing was stored. Its %s %s; accepted: %s.", f.Field, f.Reason, f.Allowed)
	}
	code, enhanced, name := 554, smtp.EnhancedCode{5, 7, 0}, []rune(files[n].Name)
	if len(files[n].Content) > ticket.MaxAttachmentSize {
		code, enhanced = 552, smtp.EnhancedCode{5, 3, 4}
	}
	return smtpError(code, enhanced, "The message was not accepted, and nothing was stored. Attachment %+q: %s; accepted: %s.", string(name[:min(len(name), maxShownName)]), f.Reason, f.Allowed)
}

// maxShownName is how much of a file's name an answer repeats, in characters: its lines are bounded (RFC 5321).
const maxShownName = 60

// reply brings the answer in as the holder of the ticket's personal link, who got the address. The same mail brought twice
// counts once.
func (s *Server) reply(ctx context.Context, on ticket.ID, l inboundMail, courtesy bool, key string) error {
	state, _, err := s.App.State(ctx, on)
	if err != nil {
		return err
	}
	if courtesy && state.Status == ticket.Closed {
		return nil // thanks for what is closed open nothing
	}
	_, err = s.App.Reply(ctx, app.LinkHolder(on, ""), on, app.ReplyRequest{Text: l.text, Files: l.files, Courtesy: courtesy}, app.Idempotency{Key: key})
	return err
}
