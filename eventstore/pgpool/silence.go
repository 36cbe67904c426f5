// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// limitSilence returns the hook that wraps a new connection in an answeringConn.
func limitSilence(limit time.Duration) func(context.Context, *pgconn.Config, net.Conn) (net.Conn, error) {
	return func(_ context.Context, _ *pgconn.Config, conn net.Conn) (net.Conn, error) {
		return &answeringConn{Conn: conn, limit: limit}, nil
	}
}

// answeringConn is a connection whose reads fail when the server sends nothing for the limit. A frozen server still acknowledges what it
// gets, so the limits of TCP do not end the wait for its answer. pgx reads only while the server owes an answer.
type answeringConn struct {
	net.Conn
	limit time.Duration

	mu       sync.Mutex
	deadline bool // pgx has set a deadline, because the context of a call has ended or because it closes the connection
	silent   bool // a read has failed: the others fail at once
}

func (c *answeringConn) Read(b []byte) (int, error) {
	limited, err := c.beginRead()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(b)
	if limited && errors.Is(err, os.ErrDeadlineExceeded) && c.markSilent() {
		err = silenceError(c.limit)
	}
	return n, err
}

// NetConn returns the wrapped connection.
func (c *answeringConn) NetConn() net.Conn { return c.Conn }

// beginRead sets the deadline of a read and reports whether it is that of the limit.
func (c *answeringConn) beginRead() (limited bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.deadline:
		return false, nil
	case c.silent:
		return false, silenceError(c.limit)
	}
	return true, c.Conn.SetReadDeadline(time.Now().Add(c.limit))
}

// markSilent records that a read has failed. It returns false if the deadline was that of pgx.
func (c *answeringConn) markSilent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = c.silent || !c.deadline
	return !c.deadline
}

func (c *answeringConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = !t.IsZero()
	return c.Conn.SetDeadline(t)
}

// silenceError is the error of a read for which nothing came within this time. It is a timeout for pgx, which then closes the connection.
type silenceError time.Duration

func (e silenceError) Error() string {
	return fmt.Sprintf("%s: nothing came for %s", ErrUnavailable, time.Duration(e))
}

func (silenceError) Unwrap() error   { return ErrUnavailable }
func (silenceError) Timeout() bool   { return true }
func (silenceError) Temporary() bool { return false }
