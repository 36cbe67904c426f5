// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// Time limits of the connection to a syslog server.
const (
	dialTimeout  = 5 * time.Second
	writeTimeout = 10 * time.Second // until the server's kernel has a batch; below the lease
	// settleTime is the time for which a new connection must last before messages on it count as sent: a server that refuses the client's
	// certificate, and a balancer with no server, take bytes and then end the connection.
	settleTime = 5 * time.Second
	// resentFor is the time before the end of a connection whose messages are sent again on the next one: a server that ends may lose bytes that
	// its kernel had taken and its program had not read.
	resentFor = 30 * time.Second
	// maxResent bounds what is kept for that, in events.
	maxResent = 5000
)

// syslogReceiver sends messages of RFC 5424 to a server: by UDP one a datagram (RFC 5426), by TCP (RFC 6587, octet counting) or TLS
// (RFC 5425) on one connection. The protocol has no acknowledgements.
type syslogReceiver struct {
	network, address string
	tls              func() (*tls.Config, error) // nil: no TLS

	settle time.Duration

	conn  *syslogConn // nil: none
	sent  []sentBatch // of which the last connection may have lost some
	names struct {
		host string
		pid  int
	}
}

type sentBatch struct {
	at     time.Time
	events []Event
}

// syslogConn is a connection with a reader that finds its end: a syslog server sends nothing.
type syslogConn struct {
	net.Conn
	madeAt  time.Time
	ended   chan struct{} // closed at its end
	endedAt time.Time     // when the end was found; to be read after ended is closed
}

func newSyslogReceiver(network, address string, tlsConfig func() (*tls.Config, error)) *syslogReceiver {
	r := &syslogReceiver{network: network, address: address, tls: tlsConfig, settle: settleTime}
	r.names.host, r.names.pid = hostname(), os.Getpid()
	return r
}

// send implements receiver. It also sends again what the end of a connection may have lost. It returns nil when the server's kernel has the
// bytes and the connection is open; by UDP, when they have left.
func (r *syslogReceiver) send(ctx context.Context, events []Event) (err error) {
	if r.conn != nil {
		r.forget()
	}
	again := 0
	for _, b := range r.sent {
		again += len(b.events)
	}
	if len(events) == 0 && (again == 0 || r.conn != nil) {
		return nil
	}
	var batches []sentBatch
	if r.conn == nil {
		if err := r.dial(ctx); err != nil {
			return err
		}
		batches = r.sent
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	for _, b := range append(batches, sentBatch{events: events}) {
		if err := r.write(ctx, b.events); err != nil {
			return err
		}
	}
	if r.network != "udp" && len(events) > 0 {
		r.sent = append(r.sent, sentBatch{time.Now(), events})
	}
	return nil
}

// forget drops the connection if it has ended, and what no end of a connection can have lost.
func (r *syslogReceiver) forget() {
	since := time.Now()
	select {
	case <-r.conn.ended:
		since = r.conn.endedAt
		_ = r.close() // it has ended
	default:
	}
	kept := 0
	for i := len(r.sent) - 1; i >= 0; i-- {
		if kept += len(r.sent[i].events); since.Sub(r.sent[i].at) > resentFor || kept > maxResent {
			r.sent = r.sent[i+1:]
			break
		}
	}
}

func (r *syslogReceiver) dial(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}}
	conn, err := dialer.DialContext(ctx, r.network, r.address)
	if err != nil {
		return err
	}
	if r.tls != nil {
		config, err := r.tls()
		if err != nil {
			return errors.Join(err, conn.Close())
		}
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			return errors.Join(err, conn.Close())
		}
		conn = secured
	}
	c := &syslogConn{Conn: conn, madeAt: time.Now(), ended: make(chan struct{})}
	if r.network != "udp" {
		go func() {
			_, _ = io.Copy(io.Discard, conn) // until its end, whatever the reason
			c.endedAt = time.Now()
			close(c.ended)
		}()
	}
	r.conn = c
	return nil
}

// write writes a batch.
func (r *syslogReceiver) write(ctx context.Context, events []Event) error {
	deadline := time.Now().Add(writeTimeout)
	if err := r.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	var all bytes.Buffer
	for _, e := range events {
		message, err := syslogMessage(e, r.names.host, r.names.pid)
		if err != nil {
			return err
		}
		if r.network == "udp" {
			if _, err := io.WriteString(r.conn, message); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(&all, "%d %s", len(message), message)
	}
	if r.network == "udp" {
		return nil
	}
	if _, err := all.WriteTo(r.conn); err != nil {
		return err
	}
	if err := waitUntilTaken(ctx, r.conn.Conn, r.conn.ended, deadline); err != nil {
		return err
	}
	settled := time.NewTimer(r.settle - time.Since(r.conn.madeAt)) // at once on an older connection
	defer settled.Stop()
	select {
	case <-r.conn.ended:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	case <-settled.C:
	}
	select {
	case <-r.conn.ended:
		return errEnded
	default:
		return nil
	}
}

var errEnded = errors.New("the server ended the connection")

func (r *syslogReceiver) close() error {
	if r.conn == nil {
		return nil
	}
	err := r.conn.Close()
	if r.network != "udp" {
		<-r.conn.ended
	}
	r.conn = nil
	if errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}
