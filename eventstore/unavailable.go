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

	"github.com/sol-assistenza/sol/eventstore/epoch"
)

// IsUnavailable and isTransient classify errors differently on purpose: IsUnavailable is for callers, who answer that a later
// attempt may succeed; isTransient decides whether the store itself retries before it answers.

// IsUnavailable reports whether the log or the database could not be reached, was not ready or did not answer in time: the
// same call may succeed later.
func IsUnavailable(err error) bool {
	var (
		connect *pgconn.ConnectError
		network net.Error
		pg      *pgconn.PgError
	)
	switch {
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrClosed), errors.Is(err, epoch.ErrReplaced), errors.Is(err, puddle.ErrClosedPool):
		return true
	case errors.As(err, &connect): // whatever the reason of the server
		return true
	case errors.As(err, &pg):
		// connection, resources, shutdown, read-only, lock timeout, statement timeout
		for _, class := range []string{"08", "53", "57P", "25006", "55P03", "57014"} {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
		return false
	}
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) ||
		pgconn.SafeToRetry(err)
}

// isTransient reports whether an append failed because of the server or the connection, and not because of its content. The
// same statement is then sent again.
func isTransient(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return true // the connection failed or could not be made
	}
	switch pg.Code[:2] {
	case "08", "25", "40", "53", "57", "58", "XX": // connection, read-only, rollback, resources, operator, system
		return pg.Code != "57014" // statement_timeout: the batch may be too large
	case "55":
		return true // lock_timeout
	default:
		return false
	}
}
