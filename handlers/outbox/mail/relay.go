// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Relay is the mail server that takes our mails.
type Relay struct {
	host     string
	port     int
	tls      bool // from the first byte; otherwise STARTTLS where it is offered
	user     string
	password string
}

// ParseRelay reads smtp://user:password@host:port or smtps://…; no error repeats a password.
func ParseRelay(text string) (Relay, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return Relay{}, errors.New("mail server: want smtp://user:password@host:port or smtps://…")
	}
	p := Relay{host: u.Hostname(), tls: u.Scheme == "smtps", port: map[bool]int{true: 465, false: 25}[u.Scheme == "smtps"]}
	if u.Port() != "" {
		if p.port, err = strconv.Atoi(u.Port()); err != nil || p.port < 1 || p.port > 65535 {
			return Relay{}, errors.New("mail server: the port is none from 1 to 65535")
		}
	}
	if u.User != nil {
		p.user = u.User.Username()
		p.password, _ = u.User.Password()
	}
	return p, nil
}

// deliveryResult is what came of handing a mail over.
type deliveryResult int

const (
	accepted    deliveryResult = iota // the peer said 250
	unreachable                       // it does not answer at all: no mail needs trying now
	deferred                          // it did not get it: again later
	rejected                          // it will not take it, however often it is asked
	uncertain                         // it may have got it: the line broke at the end
)

// recipientError is an answer that says something about the address that the mail is for, and not about us or the mail.
type recipientError struct{ error }

// classifyReply reads what the peer said at a stage of the conversation.
func classifyReply(stage gomail.SendErrReason, code int, enhanced string) (deliveryResult, error) {
	status := fmt.Errorf("%d %s", code, enhanced)
	if blamesRecipient(stage, code, enhanced) {
		status = recipientError{status}
	}
	switch {
	case code < 500:
		return deferred, fmt.Errorf("put off with %w", status)
	case stage == gomail.ErrSMTPMailFrom, stage == gomail.ErrSMTPRcptTo && !errors.As(status, new(recipientError)):
		return deferred, fmt.Errorf("the mail server does not let us send: %w", status) // until somebody mends the configuration
	default:
		return rejected, fmt.Errorf("refused with %w", status)
	}
}

// blamesRecipient tells whether an answer is about the recipient. What is said to RCPT is, unless it is about our session or rights
// (RFC 5321 4.2.2; RFC 3463: subjects 3, 5, 6 and 7, and 1.7 and 1.8, which are the sender's address); what is said to the
// text is only if it says so.
func blamesRecipient(stage gomail.SendErrReason, code int, enhanced string) bool {
	subject := ""
	if _, rest, ok := strings.Cut(enhanced, "."); ok {
		subject = rest
	}
	switch {
	case subject == "1.7", subject == "1.8", stage == gomail.ErrSMTPMailFrom:
		return false
	case strings.HasPrefix(subject, "1."), strings.HasPrefix(subject, "2."):
		return true
	case stage != gomail.ErrSMTPRcptTo:
		return false
	case subject == "":
		return code%100 >= 50 // 450 to 459, 550 to 559: the mail system; below are syntax, connection and rights
	default:
		return strings.HasPrefix(subject, "0.") || strings.HasPrefix(subject, "4.")
	}
}

// send gives one mail to the peer.
func (p Relay) send(ctx context.Context, m *gomail.Msg, timeout time.Duration) (deliveryResult, error) {
	options := []gomail.Option{gomail.WithPort(p.port), gomail.WithTimeout(timeout), gomail.WithoutNoop(), gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	if p.tls {
		options = append(options, gomail.WithSSL())
	}
	if p.user != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(p.user), gomail.WithPassword(p.password))
	}
	c, err := gomail.NewClient(p.host, options...)
	if err != nil {
		return deferred, err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return unreachable, fmt.Errorf("the mail server cannot be reached: %w", err)
	}
	err = c.Send(m)
	_ = c.Close() // the outcome is known
	var failed *gomail.SendError
	switch {
	case err == nil:
		return accepted, nil
	case !errors.As(err, &failed):
		return uncertain, errors.New("the line broke")
	case failed.Reason == gomail.ErrSMTPReset:
		return accepted, nil // it was taken before
	case failed.ErrorCode() >= 400:
		return classifyReply(failed.Reason, failed.ErrorCode(), failed.EnhancedStatusCode())
	case failed.Reason == gomail.ErrSMTPDataClose:
		return uncertain, errors.New("the line broke after the text")
	default:
		return deferred, errors.New("the line broke before the text was through")
	}
}
