// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// PoolNamed returns a pool by its name; nil for the connection that listens.
func (p *Pools) PoolNamed(name Name) *pgxpool.Pool {
	switch pool := p.pool(name); {
	case name == Request:
		return p.Request.pool
	case pool != nil:
		return *pool
	}
	return nil
}

// SetSignedTime sets the time with which the request pool signs readers.
func (p *Pools) SetSignedTime(now time.Time) { p.Request.signer.SetTime(now) }

// DocumentedRow returns the beginning of the row of a pool in docs/operating.md.
func DocumentedRow(s Spec) string {
	commit := "standbys"
	if !s.Durable {
		commit = "own disk"
	}
	row := fmt.Sprintf("| `%s` | %d | `%s` | %s |", s.Name, s.Conns, s.Role, commit)
	for _, limit := range []time.Duration{s.Wait, s.Lock, s.Statement, s.Idle, s.Answer} {
		if limit == 0 {
			row += " – |"
		} else {
			row += fmt.Sprintf(" %g s |", limit.Seconds())
		}
	}
	return row
}
