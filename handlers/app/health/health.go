// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package health finds out what limits the service while it can read its log: a full disk, a read-only server, lists that do not answer, a
// clock that ran ahead, tickets of a newer release. GET /status reports it.
package health

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/consumers"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/refusal"
)

// Name is the name of a condition. Programs of those who run the service depend on it.
type Name string

// The conditions.
const (
	DiskFull         Name = "disk-full"         // the database refuses to store: its disk is full
	DiskLow          Name = "disk-low"          // the disk of the own Postgres is almost full
	ReadOnly         Name = "read-only"         // the database refuses to store: it is read-only, or a standby
	ListsUnavailable Name = "lists-unavailable" // lists and queues cannot be read; tickets can
	ListsLate        Name = "lists-late"        // lists and queues do not show the latest changes
	ClockAhead       Name = "clock-ahead"       // the time of the log is ahead of the database's clock
	StreamsSkipped   Name = "streams-skipped"   // read models or sagas have left tickets at an event of a newer release
	SecurityEvents   Name = "security-events"   // the receiver of security events lacks some
	InsecureSettings Name = "insecure-settings" // data travels in clear
	FileScan         Name = "file-scan"         // files wait for a clamd that does not answer
	RevocationLists  Name = "revocation-lists"  // nobody logs in with certificates, or soon nobody will: a revocation list has expired or soon will
)

// Condition is something that limits the service.
type Condition struct {
	Name   Name   `json:"name" enum:"disk-full,disk-low,read-only,lists-unavailable,lists-late,clock-ahead,streams-skipped,security-events,insecure-settings,file-scan,revocation-lists" doc:"Stable, for programs"`
	Detail string `json:"detail" doc:"What is limited, and what to do"`
}

// Log is the part of the event store that is asked.
type Log interface {
	Pools() *pgpool.Pools
	// Head returns the position of the last event and the time of the log; Now returns the database's time.
	Head(ctx context.Context) (eventstore.Position, time.Time, error)
	Now() time.Time
}

// Lists is the part of the read model of lists that is asked.
type Lists interface {
	// Ping reads the lists and returns an error if that is not possible.
	Ping(ctx context.Context) error
	// Lag returns how long ago the oldest event was recorded that the lists do not contain; 0 if they contain all.
	Lag(ctx context.Context) (time.Duration, error)
}

// Limits of the conditions.
const (
	maxRefusalAge = 10 * time.Minute // older refusals say nothing about now: nobody has tried to store since
	minFreeSpace  = 512 << 20        // bytes
	maxLag        = 30 * time.Second
	maxAhead      = 5 * time.Second
	checkTimeout  = time.Second // for each check
	maxAge        = time.Second // a report is used again for this time, however often /status is asked
)

// Checker finds the conditions of a node. It is safe for concurrent use.
type Checker struct {
	Log     Log
	Refused *refusal.Last // of appends
	Lists   Lists
	// FreeSpace returns the free space on the disk of the own Postgres, in bytes. nil: the database has a disk of its own.
	FreeSpace func() (int64, error)
	// SecurityEvents returns a sentence if the receiver of security events lacks some, and "" otherwise. nil: the node has no receiver.
	SecurityEvents func(context.Context) (string, error)
	// Insecure are the settings of the node with which data travels in clear.
	Insecure []Insecure
	// FileScan returns a sentence if clamd does not answer, and "" otherwise. nil: the node has none.
	FileScan func(context.Context) (string, error)
	// RevocationLists returns a sentence if client certificates cannot be checked, or soon cannot be, and "" otherwise. nil: the node asks for none.
	RevocationLists func(context.Context) (string, error)

	mu        sync.Mutex
	checkedAt time.Time
	last      []Condition
}

// Conditions returns what limits the service now; none if all works. It takes at most a few seconds.
func (c *Checker) Conditions(ctx context.Context) []Condition {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checkedAt) < maxAge {
		return c.last
	}
	c.last = nil
	ctx = context.WithoutCancel(ctx) // others get this report too
	c.checkDisk()
	c.checkReadOnly(ctx)
	c.checkLists(ctx)
	c.checkClock(ctx)
	c.checkSkipped(ctx)
	c.checkInsecure()
	c.ask(ctx, SecurityEvents, c.SecurityEvents)
	c.ask(ctx, FileScan, c.FileScan)
	c.ask(ctx, RevocationLists, c.RevocationLists)
	c.checkedAt = time.Now()
	return c.last
}

func (c *Checker) add(name Name, format string, args ...any) {
	c.last = append(c.last, Condition{name, fmt.Sprintf(format, args...)})
}

// wasRefused reports whether the database refused the last appends with a code, not long ago.
func (c *Checker) wasRefused(code string) bool {
	r := c.Refused.Get()
	return r.Code == code && time.Since(r.At) < maxRefusalAge
}

func (c *Checker) checkDisk() {
	if c.wasRefused(refusal.DiskFull) {
		c.add(DiskFull, "The disk of the database is full: nothing can be stored, reading goes on. Free space on it; the service stores again by itself.")
		return
	}
	if c.FreeSpace == nil {
		return
	}
	if free, err := c.FreeSpace(); err == nil && free < minFreeSpace {
		c.add(DiskLow, "The disk of the data directory has %d MiB left. Free space on it before the database cannot store any more.", free>>20)
	}
}

func (c *Checker) checkReadOnly(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var readOnly bool
	const query = `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean`
	err := c.Log.Pools().Read.QueryRow(ctx, query).Scan(&readOnly)
	if err == nil && readOnly || c.wasRefused(refusal.ReadOnly) {
		c.add(ReadOnly, "The database is read-only: nothing can be stored, reading goes on. Promote the standby, or end default_transaction_read_only.")
	}
}

func (c *Checker) checkLists(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*checkTimeout)
	defer cancel()
	if c.Lists.Ping(ctx) != nil {
		c.add(ListsUnavailable, "Lists and queues cannot be read: their tables are locked, or the database is slow. Tickets can be read and changed.")
		return
	}
	if lag, err := c.Lists.Lag(ctx); err == nil && lag > maxLag {
		c.add(ListsLate, "Lists and queues are %s late: sol projections list shows why. Tickets can be read and changed.", lag.Round(time.Second))
	}
}

func (c *Checker) checkClock(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	_, at, err := c.Log.Head(ctx)
	if ahead := at.Sub(c.Log.Now()); err == nil && ahead > maxAhead {
		c.add(ClockAhead, "The time of the log is %s ahead of the database's clock, which ran ahead before: until it has caught up, all events get the "+
			"same time.", ahead.Round(time.Second))
	}
}

func (c *Checker) checkSkipped(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	all, err := consumers.List(ctx, c.Log.Pools().Read)
	if err != nil {
		return
	}
	skipped := 0
	for _, consumer := range all {
		if consumer.HasLeader { // others are of an earlier release, or their node has just ended
			skipped = max(skipped, consumer.Skipped)
		}
	}
	if skipped > 0 {
		c.add(StreamsSkipped, "Read models or sagas have left %d tickets at an event of a newer release: sol projections list and sol sagas list show "+
			"which. They go on with them when all nodes have that release.", skipped)
	}
}

// ask adds a condition if a part of the node says that it is limited. nil: the node does not have the part.
func (c *Checker) ask(ctx context.Context, name Name, part func(context.Context) (string, error)) {
	if part == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if limited, err := part(ctx); err == nil && limited != "" {
		c.add(name, "%s", limited)
	}
}
