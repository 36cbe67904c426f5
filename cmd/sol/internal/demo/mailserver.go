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

// mailServer is the demo's mail server: it takes everything in and puts it into a directory, a file a message, where it
// can be read and answered. Nothing leaves the machine.
type mailServer struct {
	dir      string
	server   *smtp.Server
	listen   net.Listener
	received atomic.Int64
}

// startMailServer listens on a free port of this machine.
func startMailServer(dir string) (*mailServer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo's mail server: %w", err)
	}
	m := &mailServer{dir: dir, listen: listen}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return smtpSession{m}, nil }))
	m.server.Domain, m.server.ReadTimeout, m.server.WriteTimeout = "localhost", time.Minute, time.Minute
	return m, nil
}

func (m *mailServer) url() string { return "smtp://" + m.listen.Addr().String() }

// serve ends when the mailbox is closed, which is no error.
func (m *mailServer) serve() error {
	if err := m.server.Serve(m.listen); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("demo's mail server: %w", err)
	}
	return nil
}

// close ends it, also when it has not begun to serve yet: then the server does not know of its listener.
func (m *mailServer) close() error {
	err := m.server.Close()
	if closed := m.listen.Close(); !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// smtpSession is one conversation with who sends.
type smtpSession struct{ *mailServer }

func (smtpSession) Mail(string, *smtp.MailOptions) error { return nil }
func (smtpSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (smtpSession) Reset()                               {}
func (smtpSession) Logout() error                        { return nil }

// Data keeps the message under the time and a running number, so that a listing shows them in order.
func (d smtpSession) Data(r io.Reader) error {
	name := fmt.Sprintf("%s-%06d.eml", time.Now().UTC().Format("20060102T150405"), d.received.Add(1))
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.dir, name), text, 0o600)
}
