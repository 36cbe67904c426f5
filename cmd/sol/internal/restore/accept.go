// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package restore

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/consumers"
	"github.com/sol-assistenza/sol/eventstore/lastseen"
	"github.com/sol-assistenza/sol/eventstore/restore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// Statement holds the flags with which a person accepts a restore, as texts of the command line; "" is a flag that is not set.
type Statement struct {
	Head   string // highest position that anybody saw
	Number string // highest ticket number that anybody saw
	Until  string // when the lost log was served last
}

// Restored is a database whose log was restored, and what is known of it (Look).
type Restored struct {
	Store      *eventstore.Store
	URL        string // for the owner
	File       string // that remembers the last seen log
	Known, Now lastseen.Log
}

// The margins by which ticket numbers continue after a restore: the file with the last seen log is about a second old, other nodes have
// files of their own, and without any nothing is known.
const (
	numberMargin        = 10_000
	numberMarginUnknown = 100_000
)

// Accept begins the new epoch, remembers it in the file, and writes to out what it did.
func (d Restored) Accept(ctx context.Context, s Statement, by eventstore.Actor, out io.Writer) error {
	a, err := d.accepted(s)
	if err != nil {
		return err
	}
	if err := refuseRunningNodes(ctx, d.Store); err != nil {
		return err
	}
	var mails, sessions int64
	a.By = by
	a.Also = func(ctx context.Context, tx pgx.Tx, epoch int) (err error) {
		if mails, err = mail.MarkUncertain(ctx, tx); err != nil {
			return err
		}
		if _, err = runtime.MarkDueTimers(ctx, tx, epoch, a.ActedUntil); err != nil {
			return err
		}
		if sessions, err = identity.EndAllSessions(ctx, tx); err != nil {
			return err
		}
		return lastseen.StoreServer(ctx, tx, d.Now)
	}
	begun, result, err := restore.Begin(ctx, d.Store, d.URL, a)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "epoch %d begins at %s: the log keeps its events up to %s\n", begun.Epoch, result.Position, begun.From)
	fmt.Fprintf(out, "ticket numbers continue after %d; %d sessions have ended\n", begun.Numbers, sessions)
	fmt.Fprintf(out, "%d mails were perhaps sent and wait for a person; more may follow when the service has read the log again: sol outbox list --topic mail\n", mails)
	return withConnection(ctx, d.URL, func(conn *pgx.Conn) error {
		now, err := lastseen.Read(ctx, conn)
		if err != nil {
			return err
		}
		return lastseen.WriteFile(d.File, now)
	})
}

// refuseRunningNodes returns an error if a node holds the lease of a consumer.
func refuseRunningNodes(ctx context.Context, store *eventstore.Store) error {
	all, err := consumers.List(ctx, store.Pools().Read)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.HasLeader {
			return fmt.Errorf("a server still runs on this database, or ended some seconds ago: it runs %s; stop all servers, and repeat the command", c.Name)
		}
	}
	return nil
}

// accepted returns the restore that the statement and what is known describe.
func (d Restored) accepted(s Statement) (restore.Accepted, error) {
	head, number, until, err := s.parse(d.Known, d.Now)
	if err != nil {
		return restore.Accepted{}, err
	}
	margin := int64(numberMarginUnknown)
	if d.Known.ID != "" || s.Number != "" {
		margin = numberMargin
	}
	a := restore.Accepted{LastEpoch: head.Epoch, Restored: restore.Restored{
		Checkpoint: d.Known.Hash, ActedUntil: until,
		// Every number was drawn for a ticket, whose first event is one of those that are missing, or for a refused one.
		Numbers:  max(d.Now.Number, number) + max(0, head.N-d.Now.Position) + margin,
		System:   restore.Change{Before: d.Known.SystemIdentifier, After: d.Now.SystemIdentifier},
		Timeline: restore.Change{Before: formatTimeline(d.Known.Timeline), After: formatTimeline(d.Now.Timeline)},
	}}
	if head.Epoch > 0 {
		a.Known = head.String()
	}
	return a, nil
}

// parse returns the highest position and number that are known, by the statement or by the file, and the time until which the lost log was
// served.
func (s Statement) parse(known, now lastseen.Log) (head eventstore.Position, number int64, until time.Time, err error) {
	head, number, until = known.Head(), known.Number, now.SeenAt
	if s.Head != "" {
		p, err := eventstore.ParsePosition(s.Head)
		if err != nil {
			return head, number, until, fmt.Errorf("--head: %w", err)
		}
		if p.Epoch > head.Epoch || p.Epoch == head.Epoch && p.N > head.N {
			head = p
		}
	}
	if s.Number != "" {
		_, digits, found := strings.Cut(s.Number, "-") // YEAR-NUMBER
		if !found {
			digits = s.Number
		}
		given, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || given < 1 {
			return head, number, until, fmt.Errorf("--number %q: want a ticket number, e.g. 2026-0001234", s.Number)
		}
		number = max(number, given)
	}
	if s.Until != "" {
		if until, err = time.Parse(time.RFC3339, s.Until); err != nil || until.After(now.SeenAt) {
			return head, number, until, fmt.Errorf("--until %q: want a moment in the past, RFC 3339, e.g. 2026-11-20T09:00:00Z", s.Until)
		}
	}
	return head, number, until, nil
}

// formatTimeline returns a timeline as text; "" if it is not known.
func formatTimeline(timeline int) string {
	if timeline == 0 {
		return ""
	}
	return strconv.Itoa(timeline)
}
