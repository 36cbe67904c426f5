// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package inbound is the door through which citizens answer by e-mail, and by which mails come back that could not be
// delivered. It takes mail for the addresses that package mailaddr made, and for no others.
package inbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"golang.org/x/net/netutil"

	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// Config is what the door is made of.
type Config struct {
	App       *app.Service
	Addresses *mailaddress.Addresses
	Domain    string // announced in the greeting
	// RecordBounce takes note of a mail of ours that came back. Nil: nothing is done.
	RecordBounce func(ctx context.Context, messageID string) error

	MaxBytes      int64         // of a message; 0: 8 MB
	MaxConns      int           // at a time, more wait; 0: 50
	Timeout       time.Duration // for a command, and for carrying a message out; 0: 1 min
	MaxDuration   time.Duration // a conversation may last; 0: 10 min
	ShutdownGrace time.Duration // for conversations under way when the service stops; 0: 5 s
	TLS           *tls.Config   // for STARTTLS; nil: not offered
	Log           *slog.Logger
	Metrics       prometheus.Registerer
}

// Server takes mail in.
type Server struct {
	Config
	smtp       *smtp.Server
	workCtx    context.Context // what is carried out; it ends with the service
	cancelWork context.CancelFunc
	outcomes   *prometheus.CounterVec
}

// New checks the configuration.
func New(c Config) (*Server, error) {
	if c.App == nil || c.Addresses == nil || c.Domain == "" {
		return nil, errors.New("inbound: App, Addresses and Domain are required")
	}
	c.MaxBytes, c.MaxConns = cmp.Or(c.MaxBytes, 8<<20), cmp.Or(c.MaxConns, 50)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.MaxDuration = cmp.Or(c.MaxDuration, 10*time.Minute)
	c.ShutdownGrace = cmp.Or(c.ShutdownGrace, 5*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Config: c, outcomes: promauto.With(c.Metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "sol_inbound_mail_total", Help: "Inbound mails, by result: reply, courtesy, automatic, bounce, refused or failed.",
	}, []string{"outcome"})}
	s.workCtx, s.cancelWork = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	s.smtp.Domain, s.smtp.MaxMessageBytes, s.smtp.MaxRecipients, s.smtp.MaxLineLength = c.Domain, c.MaxBytes, 1, 8000
	s.smtp.ReadTimeout, s.smtp.WriteTimeout, s.smtp.EnableSMTPUTF8, s.smtp.TLSConfig = c.Timeout, c.Timeout, true, c.TLS
	s.smtp.ErrorLog = slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn)
	return s, nil
}

// Run takes mail in on the listener until ctx ends, once. Conversations under way then are given a little time, and are cut
// off: whoever was not answered comes again, and is known by the mail's key. Nothing of them goes on when it returns.
func (s *Server) Run(ctx context.Context, on net.Listener) error {
	defer s.cancelWork()
	conversations := &boundedListener{Listener: netutil.LimitListener(on, s.MaxConns), maxDuration: s.MaxDuration, open: map[*boundedConn]bool{}}
	ended, down := make(chan error, 1), make(chan error, 1)
	go func() { ended <- s.smtp.Serve(conversations) }()
	select {
	case err := <-ended:
		return fmt.Errorf("take mail in: %w", err)
	case <-ctx.Done():
	}
	go func() { down <- s.smtp.Shutdown(context.WithoutCancel(ctx)) }()
	grace := time.NewTimer(s.ShutdownGrace)
	defer grace.Stop()
	var err error
	select {
	case err = <-down:
	case <-grace.C: // not smtp's Close: after Shutdown it closes nothing
		s.cancelWork()
		conversations.closeAll()
		err = <-down
	}
	if closed := on.Close(); !errors.Is(closed, net.ErrClosed) { // it had not begun to serve yet
		err = errors.Join(err, closed)
	}
	if served := <-ended; !errors.Is(served, smtp.ErrServerClosed) && !errors.Is(served, net.ErrClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// boundedListener ends conversations that last too long, however lively they are, and all of them when it is told to.
type boundedListener struct {
	net.Listener
	maxDuration time.Duration

	mu     sync.Mutex
	open   map[*boundedConn]bool
	closed bool
}

func (b *boundedListener) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &boundedConn{c, b, time.Now().Add(b.maxDuration)}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		_ = c.Close()
	}
	b.open[conn] = true
	return conn, nil
}

func (b *boundedListener) closeAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for c := range b.open {
		_ = c.Conn.Close() // whoever serves it notices
	}
}

type boundedConn struct {
	net.Conn
	listener *boundedListener
	deadline time.Time
}

func (c *boundedConn) Close() error {
	c.listener.mu.Lock()
	delete(c.listener.open, c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

func (c *boundedConn) SetReadDeadline(t time.Time) error {
	if t.IsZero() || t.After(c.deadline) {
		t = c.deadline
	}
	return c.Conn.SetReadDeadline(t)
}
