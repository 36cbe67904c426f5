// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// dial opens an SMTP session.
func (w *fixture) dial() *smtp.Client {
	w.Helper()
	c, err := smtp.Dial(w.address)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = c.Close() })
	return c
}

// replyCode returns the SMTP code of an error; 0 for no error.
func replyCode(err error) int {
	var answer *smtp.SMTPError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return 0
}

// A message has one recipient, so that the answer "nothing was stored" is true of the whole message. Peers send it again for further
// recipients.
func TestMessageHasOneRecipient(t *testing.T) {
	w := newFixture(t)
	c, one, other := w.dial(), w.open(ticket.StatusWaiting), w.open(ticket.StatusWaiting)
	if err := c.Mail("prova@example.it", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt(w.addresses.Reply(one), nil); err != nil {
		t.Fatal(err)
	}
	if got := replyCode(c.Rcpt(w.addresses.Reply(other), nil)); got != 452 {
		t.Errorf("second recipient: got code %d, want 452", got)
	}
}

func TestServerAnnouncesMaxSize(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.MaxBytes = 1000 })
	c := w.dial()
	if ok, size := c.Extension("SIZE"); !ok || size != "1000" {
		t.Errorf("got SIZE %q, want 1000", size)
	}
	if ok, _ := c.Extension("AUTH"); ok {
		t.Error("got extension AUTH, want none")
	}
	if got := replyCode(c.Mail("prova@example.it", &smtp.MailOptions{Size: 1001})); got != 552 {
		t.Errorf("too large a message: got code %d, want 552", got)
	}
}

func TestServerAcceptsMailOverTLS(t *testing.T) {
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	defer certified.Close()
	w := newFixture(t, func(c *Config) {
		c.TLS = &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	})
	roots := certified.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c, err := smtp.DialStartTLS(w.address, &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	id := w.open(ticket.StatusWaiting)
	if err := c.SendMail("prova@example.it", []string{w.addresses.Reply(id)}, strings.NewReader(plain("Era il 3 novembre"))); err != nil {
		t.Fatal(err)
	}
	if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
		t.Errorf("got status %s, want %s", s.Status, ticket.StatusInProgress)
	}
	if ok, _ := newFixture(t).dial().Extension("STARTTLS"); ok {
		t.Error("without certificate: got extension STARTTLS, want none")
	}
}

// At the end of the service the server closes open sessions without an error.
func TestOpenSessionEndsWithTheService(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.ShutdownGrace = time.Millisecond })
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil { // after the greeting the session is served
		t.Fatal(err)
	}
	if err := w.stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	var late net.Error
	if _, err := io.Copy(io.Discard, conn); errors.As(err, &late) && late.Timeout() {
		t.Errorf("got %v, want a closed connection", err)
	}
}

// A mail that the server gives up when it stops comes again: it is no error.
func TestMailGivenUpAtTheStopIsNoError(t *testing.T) {
	var log storetest.LogBuffer
	begun, sent := make(chan struct{}), make(chan error, 1)
	w := newFixture(t, func(c *Config) {
		c.ShutdownGrace, c.Log = time.Millisecond, slog.New(slog.NewJSONHandler(&log, nil))
		c.RecordBounce = func(ctx context.Context, _ string) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	go func() { sent <- w.mail(w.addresses.Bounce(uuid.NewString()), failedDelivery("failed")) }()
	<-begun
	if err := w.stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	if err := <-sent; err == nil {
		t.Error("got an accepted mail, want none")
	}
	if text := log.String(); !strings.Contains(text, "given up at the stop") || strings.Contains(text, `"level":"ERROR"`) {
		t.Errorf("got log %s, want a mail that was given up and no error", text)
	}
}

// The server closes an active session too after MaxDuration.
func TestActiveSessionEndsAfterMaxDuration(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.MaxDuration = 300 * time.Millisecond })
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	for err == nil {
		if _, err = conn.Write([]byte("NOOP\r\n")); err == nil {
			_, err = r.ReadString('\n')
		}
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Errorf("got %v, want a closed connection", err)
	}
}
