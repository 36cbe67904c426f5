// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Relay is the mail server that takes mail to citizens.
type Relay struct {
	host     string
	port     int
	tls      bool // TLS from the first byte; otherwise STARTTLS if the server offers it
	required bool // no mail without TLS
	user     string
	password string
	roots    *x509.CertPool // that vouch for the server; nil: those of the system
}

// RequireTLS returns the relay, which gets no mail over a connection without TLS and a certificate for its name. A server that does not offer
// STARTTLS, or an attacker who removes the offer, is treated like one that cannot be reached.
func (p Relay) RequireTLS() Relay {
	p.required = true
	return p
}

// Trust returns the relay, whose certificate must be vouched for by one of roots.
func (p Relay) Trust(roots *x509.CertPool) Relay {
	p.roots = roots
	return p
}

// MaySendInClear reports whether mails may leave this machine without TLS.
func (p Relay) MaySendInClear() bool {
	ip := net.ParseIP(p.host)
	return p.host != "" && !p.tls && !p.required && p.host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// ParseRelay reads smtp://user:password@host:port or smtps://…. Without a port it is 25 or 465. Its errors do not contain the password.
func ParseRelay(text string) (Relay, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return Relay{}, errors.New("want smtp://user:password@host:port or smtps://…")
	}
	p := Relay{host: u.Hostname(), port: 25}
	if u.Scheme == "smtps" {
		p.tls, p.port = true, 465
	}
	if u.Port() != "" {
		if p.port, err = strconv.Atoi(u.Port()); err != nil || p.port < 1 || p.port > 65535 {
			return Relay{}, errors.New("want a port from 1 to 65535")
		}
	}
	if u.User != nil {
		p.user = u.User.Username()
		p.password, _ = u.User.Password()
	}
	return p, nil
}

// deliveryResult is the result of an attempt to send a mail to the relay.
type deliveryResult int

const (
	accepted    deliveryResult = iota // the relay answered 250
	unreachable                       // the relay does not answer: no other mail is tried now
	deferred                          // the relay did not take the mail now: retry later
	rejected                          // the relay will never take the mail
	uncertain                         // the relay may have the mail: the connection broke after the text
	interrupted                       // the attempt ended before the relay got anything: the service stops, or its reservation was lost
)

// recipientError is a relay's answer about the recipient's address, not about the sender or the mail.
type recipientError struct{ error }

// classifyReply converts a negative reply of the relay, at a stage of the SMTP dialogue, to a result and an error.
func classifyReply(stage gomail.SendErrReason, code int, enhanced string) (deliveryResult, error) {
	status := fmt.Errorf("%d %s", code, enhanced)
	if blamesRecipient(stage, code, enhanced) {
		status = recipientError{status}
	}
	switch {
	case code < 500:
		return deferred, fmt.Errorf("deferred with %w", status)
	case stage == gomail.ErrSMTPMailFrom, stage == gomail.ErrSMTPRcptTo && !errors.As(status, new(recipientError)):
		return deferred, fmt.Errorf("the mail server does not let us send: %w", status) // until the configuration is corrected
	default:
		return rejected, fmt.Errorf("refused with %w", status)
	}
}

// blamesRecipient reports whether a reply is about the recipient. A reply to RCPT is, unless it is about the session or its rights
// (RFC 5321 4.2.2; RFC 3463: subjects 3, 5, 6 and 7, and 1.7 and 1.8, which are the sender's address). A reply to the text is only
// if its enhanced status code has subject 1 or 2.
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
		return code%100 >= 50 // 450 to 459 and 550 to 559 are about the mail system; lower codes are about syntax, connection and rights
	default:
		return strings.HasPrefix(subject, "0.") || strings.HasPrefix(subject, "4.")
	}
}

// send sends one mail to the relay, within timeout for each step. It returns the result, and an error for each result except accepted. When
// ctx has ended before the relay has got anything of the mail, the result is interrupted: another attempt may have begun. The greeting names the
// domain of the mail, not this machine.
func (p Relay) send(ctx context.Context, m *gomail.Msg, domain string, timeout time.Duration) (deliveryResult, error) {
	options := []gomail.Option{gomail.WithPort(p.port), gomail.WithTimeout(timeout), gomail.WithoutNoop(), gomail.WithHELO(domain), gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	if p.required {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p.tls {
		options = append(options, gomail.WithSSL())
	}
	if p.roots != nil {
		options = append(options, gomail.WithTLSConfig(&tls.Config{ServerName: p.host, MinVersion: tls.VersionTLS12, RootCAs: p.roots}))
	}
	if p.user != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(p.user), gomail.WithPassword(p.password))
	}
	c, err := gomail.NewClient(p.host, options...)
	if err != nil {
		return deferred, err
	}
	err = c.DialWithContext(ctx)
	switch {
	case ctx.Err() != nil:
		if err == nil {
			_ = c.Close() // nothing was sent
		}
		return interrupted, context.Cause(ctx)
	case err != nil:
		return unreachable, fmt.Errorf("the mail server cannot be reached: %w", err)
	}
	err = c.Send(m)
	_ = c.Close() // the result is known
	var sendErr *gomail.SendError
	switch {
	case err == nil:
		return accepted, nil
	case !errors.As(err, &sendErr):
		return uncertain, errors.New("the connection broke")
	case sendErr.Reason == gomail.ErrSMTPReset:
		return accepted, nil // the mail was accepted before the reset
	case sendErr.ErrorCode() >= 400:
		return classifyReply(sendErr.Reason, sendErr.ErrorCode(), sendErr.EnhancedStatusCode())
	case sendErr.Reason == gomail.ErrSMTPDataClose:
		return uncertain, errors.New("the connection broke after the text")
	default:
		return deferred, errors.New("the connection broke before the end of the text")
	}
}
