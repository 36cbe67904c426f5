// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// mailServer is the demo's mail server. It accepts each message and writes it to a file of its own in a directory. It sends nothing.
type mailServer struct {
	dir      string
	server   *smtp.Server
	listen   net.Listener
	received atomic.Int64
}

// startMailServer listens on a free port of 127.0.0.1. serve accepts connections.
func startMailServer(dir string) (*mailServer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo's mail server: %w", err)
	}
	m := &mailServer{dir: dir, listen: listener}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &smtpSession{mailServer: m}, nil }))
	m.server.Domain, m.server.ReadTimeout, m.server.WriteTimeout = "localhost", time.Minute, time.Minute
	return m, nil
}

// serve serves until close is called, which is no error.
func (m *mailServer) serve() error {
	if err := m.server.Serve(m.listen); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("demo's mail server: %w", err)
	}
	return nil
}

// close stops the server. It closes the listener as well, because a server that does not serve yet does not know its listener.
func (m *mailServer) close() error {
	err := m.server.Close()
	if closeErr := m.listen.Close(); !errors.Is(closeErr, net.ErrClosed) {
		err = errors.Join(err, closeErr)
	}
	return err
}

// refusedAddress is the address that nobody has at the demo's mail server: it shows what becomes of a mail that is not delivered.
const refusedAddress = "rifiutata@example.it"

// smtpSession is the session of one SMTP connection. It accepts every sender, and every recipient except refusedAddress.
type smtpSession struct {
	*mailServer
	from string // sender of the present message
}

func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *smtpSession) Reset()                                      { s.from = "" }
func (s *smtpSession) Logout() error                               { return nil }

// Rcpt refuses refusedAddress as an unknown mailbox.
func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == refusedAddress {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

// Data writes the message to a file whose name is the time and a sequence number, so that a listing shows the order of arrival. Like each
// mail server that delivers, it adds the field Return-Path: reports about the message go to that address.
func (s *smtpSession) Data(r io.Reader) error {
	name := fmt.Sprintf("%s-%06d.eml", time.Now().UTC().Format("20060102T150405"), s.received.Add(1))
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, name), append(fmt.Appendf(nil, "Return-Path: <%s>\r\n", s.from), text...), 0o600)
}
