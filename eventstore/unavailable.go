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

// IsUnavailable tells whether the log or the database could not be reached or was not ready, or time ran out waiting for it: the
// same call may be good later, and nothing is said against it.
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
