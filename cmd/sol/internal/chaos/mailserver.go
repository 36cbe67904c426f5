// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package chaos

import (
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
)

// mailServer accepts every mail and remembers it.
type mailServer struct {
	server   *smtp.Server
	listener net.Listener
	ended    chan struct{}

	mu       sync.Mutex
	received []receivedMail
	tokens   map[string]string // personal link's token by ticket number
}

// receivedMail is one arrival of a mail.
type receivedMail struct{ id, text string }

// startMailServer listens on a free port of 127.0.0.1.
func startMailServer() (*mailServer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	m := &mailServer{listener: listener, ended: make(chan struct{}), tokens: map[string]string{}}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return smtpSession{m}, nil }))
	m.server.Domain, m.server.ReadTimeout, m.server.WriteTimeout = "localhost", time.Minute, time.Minute
	go func() {
		defer close(m.ended)
		_ = m.server.Serve(listener) // it ends with close
	}()
	return m, nil
}

// url returns the value of SOL_SMTP_URL.
func (m *mailServer) url() string { return "smtp://" + m.listener.Addr().String() }

func (m *mailServer) close() error {
	err := m.server.Close()
	if e := m.listener.Close(); !errors.Is(e, net.ErrClosed) {
		err = errors.Join(err, e)
	}
	<-m.ended
	return err
}

// smtpSession is the session of one connection.
type smtpSession struct{ *mailServer }

func (smtpSession) Mail(string, *smtp.MailOptions) error { return nil }
func (smtpSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (smtpSession) Reset()                               {}
func (smtpSession) Logout() error                        { return nil }

// ticketLink matches the line of a mail that holds the ticket's number and the personal link.
var ticketLink = regexp.MustCompile(`n\. (\S+): \S+/richieste/(\S+)`)

// Data remembers a mail.
func (s smtpSession) Data(r io.Reader) error {
	reader, err := mail.CreateReader(r)
	if err != nil {
		return err
	}
	id, err := reader.Header.MessageID()
	if err != nil {
		return err
	}
	var text strings.Builder
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(&text, part.Body); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, receivedMail{id, text.String()})
	if link := ticketLink.FindStringSubmatch(text.String()); link != nil {
		s.tokens[link[1]] = link[2]
	}
	return nil
}

// token returns the token of the personal link of a ticket; "" if no mail with it has arrived.
func (m *mailServer) token(number string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens[number]
}

// all returns the mails that arrived.
func (m *mailServer) all() []receivedMail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]receivedMail{}, m.received...)
}
