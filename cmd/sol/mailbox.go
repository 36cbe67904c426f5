// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

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

// mailbox is the demo's mail server: it takes everything in and puts it into a directory, a file a message, where it
// can be read and answered. Nothing leaves the machine.
type mailbox struct {
	dir    string
	server *smtp.Server
	listen net.Listener
	taken  atomic.Int64
}

// openMailbox listens on a free port of this machine.
func openMailbox(dir string) (*mailbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo's mail server: %w", err)
	}
	m := &mailbox{dir: dir, listen: listen}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return delivery{m}, nil }))
	m.server.Domain, m.server.ReadTimeout, m.server.WriteTimeout = "localhost", time.Minute, time.Minute
	return m, nil
}

func (m *mailbox) url() string { return "smtp://" + m.listen.Addr().String() }

// serve ends when the mailbox is closed, which is no error.
func (m *mailbox) serve() error {
	if err := m.server.Serve(m.listen); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("demo's mail server: %w", err)
	}
	return nil
}

// close ends it, also when it has not begun to serve yet: then the server does not know of its listener.
func (m *mailbox) close() error {
	err := m.server.Close()
	if closed := m.listen.Close(); !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// delivery is one conversation with who sends.
type delivery struct{ *mailbox }

func (delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (delivery) Reset()                               {}
func (delivery) Logout() error                        { return nil }

// Data keeps the message under the time and a running number, so that a listing shows them in order.
func (d delivery) Data(r io.Reader) error {
	name := fmt.Sprintf("%s-%06d.eml", time.Now().UTC().Format("20060102T150405"), d.taken.Add(1))
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.dir, name), text, 0o600)
}
