// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/mailtext"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// received is a mail with its bytes, its sender in the SMTP envelope, and the state of the address to which it was sent.
type received struct {
	*mailtext.Message
	raw     []byte
	from    string
	expired bool // it was sent to a reply address that has expired
	revoked bool // it was sent to a return address that was revoked: only that our mail failed counts
}

// key returns the same idempotency key for a mail that is delivered again, even by another route, and other keys for other mails. It is a
// hash and reveals nothing of the mail. For a mail without Message-ID (RFC 5322 wants one) it is the hash of all bytes, headers included: the
// same text on another day is another mail.
func (in received) key() string {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	if in.MessageID == "" {
		part(in.raw)
	} else {
		part([]byte(in.MessageID))
		part([]byte(in.Visible()))
		for _, f := range in.Files {
			part([]byte(f.Name))
			part(f.Content)
		}
	}
	return "mail/" + hex.EncodeToString(h.Sum(nil))
}

// process processes a mail for one address. outcome is the value of the metric's label: reply, courtesy, automatic, bounce, refused or failed.
// err is the SMTP answer; nil if the mail was accepted.
func (s *Server) process(ctx context.Context, to mailaddress.Address, in received) (outcome string, err error) {
	if to.Kind == mailaddress.Bounce {
		return s.processReturned(ctx, to.ID, in)
	}
	id := ticket.ID(to.ID)
	if failed, err := s.recordFailure(ctx, id, in); err != nil || failed {
		return "bounce", err
	}
	if reason := in.Automatic(in.from); reason != "" {
		s.Log.InfoContext(ctx, "automatic mail kept", "ticket", to.ID, "reason", reason)
		return s.keep(ctx, id, receivedmail.AutomaticMail, in)
	}
	history, err := s.App.History(ctx, id)
	if err != nil {
		return "failed", s.temporaryFailure(err)
	}
	n := s.read(in, history)
	n.content.Sender = s.senderOf(in, history)
	n.addSubject(in)
	if err := n.refusal(in); err != nil {
		return "refused", err
	}
	state, _, err := s.App.State(ctx, id)
	if err != nil {
		return "failed", s.temporaryFailure(err)
	}
	ended := state.Status == ticket.StatusResolved || state.Status == ticket.StatusClosed
	courtesy := ended && (in.IsReaction(n.text) || len(n.files) == 0 && len(n.content.LeftOut) == 0 && n.isCourtesy(in, history))
	if courtesy && state.Status == ticket.StatusClosed {
		outcome, err := s.keep(ctx, id, receivedmail.CourtesyMail, in)
		if err == nil {
			outcome = "courtesy"
		}
		return outcome, err
	}
	if n.text == "" && ended { // reopening needs a text
		n.text = "(Messaggio senza testo, con allegati.)"
	}
	request := app.ReplyRequest{Text: n.text, Files: n.files, Courtesy: courtesy, Mail: &app.ReceivedMail{Raw: in.raw, Content: n.content}}
	if _, err := s.App.Reply(ctx, app.LinkHolder(id, ""), id, request, app.Idempotency{Key: in.key()}); err != nil {
		var invalid *ticket.InvalidError
		switch {
		case errors.As(err, &invalid):
			return "refused", refuseText() // the files were checked, so only the text can be invalid
		case errors.Is(err, eventstore.ErrErased):
			return "refused", refuseErased()
		}
		return "failed", s.temporaryFailure(err)
	}
	if courtesy {
		return "courtesy", nil
	}
	return "reply", nil
}

// recordFailure records the failure that a report to the reply address tells of one of our mails about the ticket. Some servers send reports
// there. It returns false if the mail is no such report.
func (s *Server) recordFailure(ctx context.Context, id ticket.ID, in received) (failed bool, err error) {
	if s.RecordBounce == nil || s.TicketOf == nil || !in.ReportsFailure(in.from) {
		return false, nil
	}
	for n, message := range s.Addresses.MessagesIn(string(in.raw)) {
		if n == maxReported {
			break
		}
		about, err := s.TicketOf(ctx, message)
		if err != nil {
			return false, s.temporaryFailure(err)
		}
		if about != id {
			continue
		}
		if err := s.RecordBounce(ctx, message); err != nil {
			return false, s.temporaryFailure(err)
		}
		return true, nil
	}
	return false, nil
}

// maxReported is the maximum number of mails of ours that are looked for in a report.
const maxReported = 10

// maxKeptOriginal is the maximum size, in bytes, of the original of a mail without effect: machines may send many.
const maxKeptOriginal = 1 << 20

// keep records a mail that changes nothing.
func (s *Server) keep(ctx context.Context, id ticket.ID, why receivedmail.MailEffect, in received) (outcome string, err error) {
	history, err := s.App.History(ctx, id)
	if err != nil {
		return "failed", s.temporaryFailure(err)
	}
	n := s.read(in, nil)
	n.content.Sender = s.senderOf(in, history)
	if n.text == "" {
		n.text = in.Subject
	}
	n.text = cutText(n.text, ticket.MaxTextLength)
	mail := app.ReceivedMail{Raw: in.raw, Content: n.content}
	if len(mail.Raw) > maxKeptOriginal {
		mail.Raw = nil
	}
	err = s.App.KeepMail(ctx, id, why, n.text, mail, app.Idempotency{Key: in.key()})
	if err != nil && !errors.Is(err, eventstore.ErrErased) {
		return "failed", s.temporaryFailure(err)
	}
	return "automatic", nil
}

// processReturned processes a mail to the return address of a mail of ours: a report about its delivery, or an automatic reply.
func (s *Server) processReturned(ctx context.Context, messageID string, in received) (outcome string, err error) {
	switch in.Delivery(in.from) {
	case mailtext.DeliveryFailed:
		if s.RecordBounce == nil {
			return "automatic", nil
		}
		if err := s.RecordBounce(ctx, messageID); err != nil {
			return "failed", s.temporaryFailure(err)
		}
		return "bounce", nil
	case mailtext.DeliveryPending:
		return "automatic", nil
	case mailtext.DeliveryUnknown:
	}
	if in.revoked {
		return "refused", refuseRevoked()
	}
	if in.Automatic(in.from) == "" {
		return "refused", refuseReturn()
	}
	if s.TicketOf == nil {
		return "automatic", nil
	}
	id, err := s.TicketOf(ctx, messageID)
	if err != nil {
		return "failed", s.temporaryFailure(err)
	}
	if id == "" {
		return "automatic", nil
	}
	return s.keep(ctx, id, receivedmail.AutomaticMail, in)
}

// cutText returns a text with at most n characters.
func cutText(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}
