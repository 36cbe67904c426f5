// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package inbound is an SMTP server that receives citizens' replies by e-mail and reports of mails that could not be delivered. It accepts
// mail only for addresses that package mailaddress has made. A mail is processed as a whole or refused. The package sends no mail.
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

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// Config configures a Server. App, Addresses and Domain are required.
type Config struct {
	App       *app.Service
	Addresses *mailaddress.Addresses
	Domain    string // announced in the greeting
	// RecordBounce records that a mail of ours could not be delivered. Nil: bounces are ignored.
	RecordBounce func(ctx context.Context, messageID string) error
	// TicketOf returns the ticket about which a mail of ours was; "" if there is no such mail. Nil: automatic replies to the return address are
	// not kept.
	TicketOf func(ctx context.Context, messageID string) (ticket.ID, error)
	// SenderName and SentTexts are the display name and the fixed sentences of our mails, by which quotations of them are recognised.
	SenderName string
	SentTexts  []string
	// TrustedServers are the names (authserv-id) of the mail servers in front of this one whose Authentication-Results count. Empty: the
	// sender of a mail is compared with the ticket's address and not checked otherwise.
	TrustedServers []string
	// CertifiedMailDomains are domains of managers of certified mail (PEC), whose envelopes vouch for senders at any domain.
	CertifiedMailDomains []string

	MaxBytes      int64         // size of a message; 0: 8 MiB
	MaxConns      int           // simultaneous connections, further ones wait; 0: 50
	Timeout       time.Duration // of an SMTP command, and of processing a message; 0: 1 min
	MaxDuration   time.Duration // of an SMTP session; 0: 10 min
	ShutdownGrace time.Duration // for open SMTP sessions when the service stops; 0: 5 s
	TLS           *tls.Config   // for STARTTLS; nil: not offered
	Log           *slog.Logger
	Metrics       prometheus.Registerer
	Limits        Limits
}

// Server receives mail by SMTP.
type Server struct {
	Config
	smtp       *smtp.Server
	workCtx    context.Context // of processing messages; Run cancels it at its end
	cancelWork context.CancelFunc
	outcomes   *prometheus.CounterVec
	limiters   limiters
}

// maxLine is the maximum length, in bytes, of a line. RFC 5321 wants at most 1000; programs that write HTML in one line do not care.
const maxLine = 1 << 20

// New checks the configuration and returns a server. It returns an error if App, Addresses or Domain is missing.
func New(c Config) (*Server, error) {
	if c.App == nil || c.Addresses == nil || c.Domain == "" {
		return nil, errors.New("inbound: App, Addresses and Domain are required")
	}
	c.MaxBytes, c.MaxConns = cmp.Or(c.MaxBytes, 8<<20), cmp.Or(c.MaxConns, 50)
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.MaxDuration = cmp.Or(c.MaxDuration, 10*time.Minute)
	c.ShutdownGrace, c.Limits = cmp.Or(c.ShutdownGrace, 5*time.Second), c.Limits.withDefaults()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{Config: c, limiters: newLimiters(c.Limits), outcomes: promauto.With(c.Metrics).NewCounterVec(prometheus.CounterOpts{
		Name: "sol_inbound_mail_total", Help: "Inbound mails, by result: reply, courtesy, automatic, bounce, refused, deferred or failed.",
	}, []string{"outcome"})}
	s.workCtx, s.cancelWork = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, peer: c.Limits.peerOf(conn.Conn().RemoteAddr())}, nil
	}))
	s.smtp.Domain, s.smtp.MaxMessageBytes, s.smtp.MaxRecipients, s.smtp.MaxLineLength = c.Domain, c.MaxBytes, 1, maxLine
	s.smtp.ReadTimeout, s.smtp.WriteTimeout, s.smtp.EnableSMTPUTF8, s.smtp.TLSConfig = c.Timeout, c.Timeout, true, c.TLS
	s.smtp.ErrorLog = slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn)
	return s, nil
}

// Run receives mail on the listener until ctx ends. It may be called once. At the end it gives open sessions ShutdownGrace, then closes
// their connections. A peer without an answer sends its mail again; the mail's idempotency key makes that harmless. No session runs after
// Run returns.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	defer s.cancelWork()
	bounded := &boundedListener{Listener: netutil.LimitListener(listener, s.MaxConns), maxDuration: s.MaxDuration, limits: s.Limits, open: map[*boundedConn]bool{}}
	serveErr, shutdownErr := make(chan error, 1), make(chan error, 1)
	go func() { serveErr <- s.smtp.Serve(bounded) }()
	select {
	case err := <-serveErr:
		return fmt.Errorf("receive mail: %w", err)
	case <-ctx.Done():
	}
	go func() { shutdownErr <- s.smtp.Shutdown(context.WithoutCancel(ctx)) }()
	grace := time.NewTimer(s.ShutdownGrace)
	defer grace.Stop()
	var err error
	select {
	case err = <-shutdownErr:
	case <-grace.C: // smtp.Server.Close would close nothing after Shutdown
		s.cancelWork()
		bounded.closeAll()
		err = <-shutdownErr
	}
	if closed := listener.Close(); !errors.Is(closed, net.ErrClosed) { // open if Serve had not begun yet
		err = errors.Join(err, closed)
	}
	if served := <-serveErr; !errors.Is(served, smtp.ErrServerClosed) && !errors.Is(served, net.ErrClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// boundedListener limits the connections of each peer and the duration of each connection, whether it is active or idle, and can close all
// connections.
type boundedListener struct {
	net.Listener
	maxDuration time.Duration
	limits      Limits

	mu     sync.Mutex
	open   map[*boundedConn]bool
	closed bool
}

func (b *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		conn := &boundedConn{c, b, time.Now().Add(b.maxDuration), b.limits.peerOf(c.RemoteAddr())}
		if b.add(conn) {
			return conn, nil
		}
		refuseConnection(c)
	}
}

// add adds an open connection, unless its peer has too many.
func (b *boundedListener) add(conn *boundedConn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	ofPeer := 0
	for c := range b.open {
		if c.peer == conn.peer {
			ofPeer++
		}
	}
	if conn.peer != "" && ofPeer >= b.limits.PeerConnections {
		return false
	}
	if b.closed {
		_ = conn.Conn.Close()
	}
	b.open[conn] = true
	return true
}

// closeAll closes all open connections and each one that is accepted later.
func (b *boundedListener) closeAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for c := range b.open {
		_ = c.Conn.Close() // the session's next read fails, and the session ends
	}
}

// boundedConn is a connection whose read deadline is never after its final deadline.
type boundedConn struct {
	net.Conn
	listener *boundedListener
	deadline time.Time
	peer     string
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
