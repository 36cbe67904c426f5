// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package refusal keeps the reason for which a database server refuses to store, for the health report.
package refusal

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of Postgres with which a server refuses what it would accept in another state.
const (
	DiskFull = "53100"
	ReadOnly = "25006"
)

// Refusal is the reason of one refusal. The zero value is none.
type Refusal struct {
	Code string // SQLSTATE
	At   time.Time
}

// Last holds the last refusal until something is stored. Its methods may be called from any goroutine.
type Last struct{ refusal atomic.Pointer[Refusal] }

// Get returns the last refusal; zero if something was stored since.
func (l *Last) Get() Refusal {
	if last := l.refusal.Load(); last != nil {
		return *last
	}
	return Refusal{}
}

// Record records an error of the server.
func (l *Last) Record(err error) {
	if pg := new(pgconn.PgError); errors.As(err, &pg) {
		l.refusal.Store(&Refusal{pg.Code, time.Now()})
	}
}

// Clear records that a batch was stored. One without events proves nothing about a full disk: it takes no space.
func (l *Last) Clear(events bool) {
	if last := l.refusal.Load(); last != nil && (events || last.Code != DiskFull) {
		l.refusal.Store(nil)
	}
}
