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

// session is one SMTP session. It implements smtp.Session.
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
			s.server.logFailure(err)
			return smtpError(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later.")
		}
	}
	s.to = at // the server accepts one recipient per message
	return nil
}

// Data processes the whole message, or refuses it and stores nothing.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // the message is too large, or the connection failed
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

// idempotencyKey returns the same key for a mail that is delivered again, even by another route, and other keys for other mails. The key
// is a hash and reveals nothing of the mail. For a mail without Message-ID (RFC 5322 wants one) it is the hash of all bytes, headers
// included: the same text on another day is another mail.
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

// process processes a message for one address. outcome is the value of the metric's label: reply, courtesy, automatic, bounce, refused or
// failed. err is the SMTP answer; nil if the message was accepted.
func (s *Server) process(ctx context.Context, to mailaddress.Address, l inboundMail, key string) (outcome string, err error) {
	switch {
	case to.Kind == mailaddress.Bounce:
		if !l.deliveryFailed || s.RecordBounce == nil {
			return "automatic", nil // a report of a delay or of a delivery, or no report
		}
		if err := s.RecordBounce(ctx, to.ID); err != nil {
			return "failed", s.temporaryFailure(err)
		}
		return "bounce", nil
	case l.automaticReason != "":
		s.Log.InfoContext(ctx, "automatic mail ignored", "ticket", to.ID, "reason", l.automaticReason)
		return "automatic", nil
	case l.undecodable: // an incomplete answer that counts as complete would be worse than none
		return "refused", smtpError(554, smtp.EnhancedCode{5, 6, 0}, "A part of the message cannot be decoded; nothing was stored. Please send it again.")
	case l.text == "" && len(l.files) == 0: // without an error the citizen would believe that they have answered
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

// senderNames returns the names with which a courtesy may be signed: the display name of the mail and the requester's name in the form.
func (s *Server) senderNames(ctx context.Context, id ticket.ID, l inboundMail) (string, error) {
	history, err := s.App.History(ctx, id)
	if err != nil {
		return "", err
	}
	if opened, ok := history[0].Event.(ticket.Opened); ok && opened.Personal != nil {
		return l.name + " " + opened.Personal.GivenName + " " + opened.Personal.FamilyName, nil
	}
	return l.name, nil
}

// logFailure logs why a mail was not taken. A mail that the server gave up when it stopped comes again, and is no error.
func (s *Server) logFailure(err error) {
	if s.workCtx.Err() != nil {
		s.Log.Info("inbound mail given up at the stop, its server sends it again", "error", err)
		return
	}
	s.Log.Error("inbound mail failed", "error", err)
}

func (s *Server) temporaryFailure(err error) error {
	s.logFailure(err)
	return smtpError(451, smtp.EnhancedCode{4, 3, 0}, "Please try again later; nothing was stored.")
}

// rejection returns the SMTP answer that names the first invalid field and the values that would be accepted.
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

// maxShownName is the maximum length, in characters, of a file name in an SMTP answer. RFC 5321 limits the length of answer lines.
const maxShownName = 60

// reply records the answer as a reply by the holder of the ticket's personal link, to whom the address was sent. A mail that is delivered
// twice is recorded once.
func (s *Server) reply(ctx context.Context, id ticket.ID, l inboundMail, courtesy bool, key string) error {
	state, _, err := s.App.State(ctx, id)
	if err != nil {
		return err
	}
	if courtesy && state.Status == ticket.StatusClosed {
		return nil // a courtesy about a closed ticket must not open a linked ticket
	}
	_, err = s.App.Reply(ctx, app.LinkHolder(id, ""), id, app.ReplyRequest{Text: l.text, Files: l.files, Courtesy: courtesy}, app.Idempotency{Key: key})
	return err
}
