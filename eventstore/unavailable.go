// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// IsUnavailable and isTransient classify errors differently, on purpose: the first says what a caller is told (try again later), the
// second what the store itself tries again before it answers.

// IsUnavailable reports whether the log or the database could not be reached or was not ready, or time ran out waiting for it: the
// same call may succeed later.
func IsUnavailable(err error) bool {
	var (
		connect *pgconn.ConnectError
		network net.Error
		pg      *pgconn.PgError
	)
	switch {
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrClosed), errors.Is(err, puddle.ErrClosedPool):
		return true
	case errors.As(err, &connect): // whatever the server said to it
		return true
	case errors.As(err, &pg):
		// connection, resources, shutting down, read-only, a lock not had in time, a statement that took too long
		for _, class := range []string{"08", "53", "57P", "25006", "55P03", "57014"} {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
		return false
	}
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// isTransient reports whether an append failed because of the server or the connection, and not because of what is in it: the same
// statement is sent again.
func isTransient(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return true // the connection's, or no connection
	}
	switch pg.Code[:2] {
	case "08", "25", "40", "53", "57", "58", "XX": // connection, read-only, rollback, resources, operator, system
		return pg.Code != "57014" // statement_timeout: too much at once
	case "55":
		return true // lock_timeout
	default:
		return false
	}
}
