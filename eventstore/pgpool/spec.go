// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Name names a pool. It is also the end of the application_name of the pool's connections.
type Name string

// The pools of a node. docs/operating.md has a table of them, which a test compares with Specs.
const (
	Append   Name = "append"   // appends, blobs, ticket numbers
	Read     Name = "read"     // streams for commands, look-ups of commands, accounts
	Request  Name = "request"  // tickets, lists, figures, notifications, access records: reads for a signed reader
	Session  Name = "session"  // sessions, failed log-ins, presence, drafts, access records, read marks
	Consumer Name = "consumer" // projections, sagas, timers, cleanup
	Outbox   Name = "outbox"   // claims of messages, mails, changes of accounts and placements
	Live     Name = "live"     // the reader of changes for live updates
	Lease    Name = "lease"    // leases: acquisition and renewal
	Listen   Name = "listen"   // LISTEN
)

// MaxConns is the largest number of connections of a node, all pools together.
const MaxConns = 25

// Spec describes a pool. Its time limits keep what is locked, slow or frozen to those who need it.
type Spec struct {
	Name  Name
	Conns int32 // largest number of connections
	Min   int32 // number of connections that are open also when they have no work
	Role  string
	// Durable is true when a commit waits until the standbys that the server names have the transaction. Otherwise it waits for the
	// server's own disk alone, and a failover may lose the last commits.
	Durable         bool
	withoutDiskWait bool // no commit waits, for data that can be made again

	Wait time.Duration // how long a caller waits for a connection before it gets ErrUnavailable
	// Answer is the longest time for which the server may send nothing while it owes an answer. Then the caller gets ErrUnavailable and the connection is
	// closed. 0: without a limit, for commits that no time limit may interrupt and for long work without a person who waits.
	Answer time.Duration

	Lock      time.Duration // lock_timeout; 0: none
	Statement time.Duration // statement_timeout; 0: none
	Idle      time.Duration // idle_in_transaction_session_timeout; 0: none

	Settings map[string]string // further settings of the server for the pool's connections
	// Check is called with each new connection, which is refused with its error. nil: no check.
	Check func(context.Context, *pgx.Conn) error
}

// half returns half of the connections, rounded up.
func (s Spec) half() int { return int(s.Conns+1) / 2 }

// Specs returns the pools of a node, as a server uses them.
//
// A caller in front of a locked table gets ErrUnavailable within Wait + Lock, in front of a slow one within Wait + Statement (3 s), and
// with a frozen database within Wait + Answer (4 s).
func Specs() []Spec {
	const brief, idle = 1500 * time.Millisecond, 5 * time.Second
	const takeover = 3 * time.Second // another node leads a consumer when its lease has ended, after 3 s, and then waits for its locks
	return []Spec{
		{Name: Append, Conns: 3, Min: 3, Role: AppendRole, Durable: true, Wait: time.Second, Lock: 5 * time.Second, Statement: 10 * time.Second, Idle: idle},
		{Name: Read, Conns: 4, Min: 4, Role: WorkerRole, Durable: true, Wait: time.Second, Answer: 3 * time.Second, Lock: brief, Statement: 2 * time.Second, Idle: idle},
		{Name: Request, Conns: 5, Min: 5, Role: RequestRole, Wait: time.Second, Answer: 3 * time.Second, Lock: brief, Statement: 2 * time.Second, Idle: idle},
		{Name: Session, Conns: 3, Min: 3, Role: WorkerRole, Wait: time.Second, Answer: 3 * time.Second, Lock: brief, Statement: 2 * time.Second, Idle: idle},
		{Name: Consumer, Conns: 4, Min: 4, Role: WorkerRole, Wait: time.Minute, Lock: 10 * time.Second, Statement: time.Minute, Idle: takeover},
		{Name: Outbox, Conns: 3, Min: 3, Role: WorkerRole, Durable: true, Wait: 5 * time.Second, Lock: brief, Statement: 5 * time.Second, Idle: idle},
		{Name: Live, Conns: 1, Min: 1, Role: WorkerRole, Wait: 5 * time.Second, Answer: 5 * time.Second, Lock: brief, Statement: 4 * time.Second, Idle: idle},
		{Name: Lease, Conns: 1, Min: 1, Role: WorkerRole, Wait: 2 * time.Second, Answer: 2 * time.Second, Lock: time.Second, Statement: 1500 * time.Millisecond, Idle: idle},
		{Name: Listen, Conns: 1, Role: WorkerRole},
	}
}

// Small reduces a pool to two connections, which are opened when they are needed. Commands and benchmarks use it.
func Small(s *Spec) {
	s.Conns, s.Min, s.Wait = min(s.Conns, 2), 0, max(s.Wait, 2*connectTimeout)
}

// WithoutDiskWait makes commits return before the disk has them. It is for data that can be made again, as those of the demo.
func WithoutDiskWait(s *Spec) { s.withoutDiskWait = true }
