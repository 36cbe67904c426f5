// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package faults

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/cmd/sol/internal/database"
)

// Work is the work of sagas, read models and outbox that was open at a moment.
type Work struct {
	position int64    // all consumers must handle the log up to it
	offset   int64    // the last message of the outbox
	timers   []string // the due timers
	mails    []string // the mails that wait or are being sent
}

// OpenWork returns the work that is open now. position is that of the last event.
func OpenWork(ctx context.Context, db *pgxpool.Pool, position int64) (w Work, err error) {
	w.position = position
	err = db.QueryRow(ctx, `
		select coalesce((select max("offset") from saga.outbox), 0),
			coalesce((select array_agg(`+timerName+`) from saga.timers t where next_at <= clock_timestamp()), '{}'),
			coalesce((select array_agg(id::text) from mail.deliveries where state in ('waiting', 'sending') and next_at <= clock_timestamp()), '{}')`).
		Scan(&w.offset, &w.timers, &w.mails)
	if err != nil {
		return w, fmt.Errorf("read the open work: %w", err)
	}
	return w, nil
}

// timerName names a timer; a later one of the same key has another cause.
const timerName = `concat_ws('/', t.saga, t.ticket, t.key, t.cause)`

// Left returns the names of the kinds of work that are not done yet: each consumer, "outbox", "timers", "mails".
func (w Work) Left(ctx context.Context, db *pgxpool.Pool) ([]string, error) {
	rows, err := db.Query(ctx, `
		select 'consumer ' || name from log.consumers where position < $1
		union all select 'outbox' where exists (
			select from saga.outbox where not acked and metadata ->> 'topic' <> 'poison' and "offset" <= $2)
		union all select 'timers' where exists (select from saga.timers t where `+timerName+` = any($3))
		union all select 'mails' where exists (select from mail.deliveries where state in ('waiting', 'sending') and id::text = any($4))`,
		w.position, w.offset, w.timers, w.mails)
	if err != nil {
		return nil, fmt.Errorf("read the work that is left: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Consumers returns the names of the parts of the work that are consumers of the log.
func Consumers(ctx context.Context, db *pgxpool.Pool) ([]string, error) {
	rows, err := db.Query(ctx, `select 'consumer ' || name from log.consumers`)
	if err != nil {
		return nil, fmt.Errorf("read the consumers: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// ConsumerPart returns the name of a consumer's part of the work.
func ConsumerPart(consumer string) string { return "consumer " + consumer }

// Took is the time that a part of the work took.
type Took struct {
	Part string // "consumer NAME", "outbox", "timers"
	Time time.Duration
}

// Measure waits until these consumers, the outbox and the timers have done the work, and returns how long after a time each had. Outbox and
// timers count only if they had open work. When ctx ends before, Measure returns an error too, and what
// is not done counts until then.
func (w Work) Measure(ctx context.Context, db *pgxpool.Pool, since time.Time, consumers []string) (all []Took, err error) {
	open, first := slices.Clone(consumers), true
	for len(open) > 0 {
		left, err := w.Left(ctx, db)
		if err != nil {
			for _, part := range open {
				all = append(all, Took{part, time.Since(since)})
			}
			return all, fmt.Errorf("%q are not done: %w", open, err)
		}
		if first {
			open, first = append(open, slices.DeleteFunc(slices.Clone(left), func(part string) bool { return part != "outbox" && part != "timers" })...), false
		}
		for _, part := range open {
			if !slices.Contains(left, part) {
				all = append(all, Took{part, time.Since(since)})
			}
		}
		open = slices.DeleteFunc(open, func(part string) bool { return !slices.Contains(left, part) })
		_ = database.Sleep(ctx, 10*time.Millisecond) // after the end of ctx Left returns its error
	}
	return all, nil
}
