// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// load reads the states of the tickets that the events are about.
func (b *batch) load(ctx context.Context, tx pgx.Tx, events []ticket.Recorded) error {
	seen := make(map[ticket.ID]bool)
	var tickets []string
	for _, e := range events {
		if !seen[e.Ticket] {
			seen[e.Ticket] = true
			tickets = append(tickets, string(e.Ticket))
		}
	}
	rows, err := tx.Query(ctx, `
		select ticket::text, state from saga.instances
		where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[])`, b.id.name, b.id.version, tickets)
	if err != nil {
		return err
	}
	var (
		on    string
		state []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&on, &state}, func() error {
		b.states[ticket.ID(on)] = append([]byte(nil), state...)
		return nil
	})
	return err
}

// write stores the batch: one statement a table.
func (b *batch) write(ctx context.Context, tx pgx.Tx, now time.Time) error {
	if err := b.writeInstances(ctx, tx); err != nil {
		return fmt.Errorf("instances: %w", err)
	}
	if err := b.writeTimers(ctx, tx); err != nil {
		return fmt.Errorf("timers: %w", err)
	}
	if err := writeJournal(ctx, tx, b.id, b.journal); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := publish(ctx, tx, b.id, b.messages, now); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

func (b *batch) writeInstances(ctx context.Context, tx pgx.Tx) error {
	var (
		over, on  []string
		states    []string
		positions []int64
	)
	for t, position := range b.changed {
		if b.states[t] == nil {
			over = append(over, string(t))
			continue
		}
		on, states, positions = append(on, string(t)), append(states, string(b.states[t])), append(positions, position)
	}
	if over != nil {
		_, err := tx.Exec(ctx, `
			delete from saga.instances where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[])`,
			b.id.name, b.id.version, over)
		if err != nil {
			return err
		}
	}
	if on == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into saga.instances (saga, version, ticket, state, position)
		select $1, $2, ticket::uuid, state::jsonb, position
		from unnest($3::text[], $4::text[], $5::bigint[]) as i (ticket, state, position)
		on conflict (saga, version, ticket) do update set state = excluded.state, position = excluded.position`,
		b.id.name, b.id.version, on, states, positions)
	return err
}

func (b *batch) writeTimers(ctx context.Context, tx pgx.Tx) error {
	var finished, on, keys []string
	for t := range b.finished {
		finished = append(finished, string(t))
	}
	var set []timer
	for k, t := range b.timers {
		if t == nil {
			on, keys = append(on, string(k.ticket)), append(keys, k.key)
			continue
		}
		set = append(set, *t)
	}
	if finished != nil {
		_, err := tx.Exec(ctx, `
			delete from saga.timers
			where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[]) and not once`,
			b.id.name, b.id.version, finished)
		if err != nil {
			return err
		}
	}
	if err := dropTimers(ctx, tx, b.id, on, keys); err != nil {
		return err
	}
	return setTimers(ctx, tx, b.id, set)
}

// dropTimers deletes the timers of the pairs of ticket and key.
func dropTimers(ctx context.Context, tx pgx.Tx, id id, tickets, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		delete from saga.timers t using unnest($3::text[], $4::text[]) as d (ticket, key)
		where t.saga = $1 and t.version = $2 and t.ticket = d.ticket::uuid and t.key = d.key`,
		id.name, id.version, tickets, keys)
	return err
}

// setTimers stores timers; one with the same key is replaced and starts afresh.
func setTimers(ctx context.Context, tx pgx.Tx, id id, timers []timer) error {
	if len(timers) == 0 {
		return nil
	}
	var c columns
	for _, t := range timers {
		c.add(t)
	}
	_, err := tx.Exec(ctx, `
		insert into saga.timers (saga, version, ticket, key, once, due_at, next_at, command, data, why, cause)
		select $1, $2, ticket::uuid, key, once, due, due, command, data::jsonb, why, cause
		from unnest($3::text[], $4::text[], $5::bool[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::bigint[])
			as t (ticket, key, once, due, command, data, why, cause)
		on conflict (saga, version, ticket, key) do update set
			once = excluded.once, due_at = excluded.due_at, next_at = excluded.next_at, command = excluded.command,
			data = excluded.data, why = excluded.why, cause = excluded.cause, attempts = 0, error = ''`,
		id.name, id.version, c.tickets, c.keys, c.once, c.due, c.commands, c.data, c.whys, c.causes)
	return err
}

func writeJournal(ctx context.Context, tx pgx.Tx, id id, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	var (
		c     columns
		ns    []int
		at    []time.Time
		whats []string
	)
	for _, l := range lines {
		c.add(l.timer)
		ns, at, whats = append(ns, l.n), append(at, l.at), append(whats, l.what)
	}
	_, err := tx.Exec(ctx, `
		insert into saga.journal (saga, version, ticket, cause, n, at, what, key, due_at, command, why)
		select $1, $2, ticket::uuid, cause, n, at, what, key, due, command, why
		from unnest($3::text[], $4::bigint[], $5::integer[], $6::timestamptz[], $7::text[], $8::text[],
			$9::timestamptz[], $10::text[], $11::text[])
			with ordinality as l (ticket, cause, n, at, what, key, due, command, why, place)
		order by place`,
		id.name, id.version, c.tickets, c.causes, ns, at, whats, c.keys, c.due, c.commands, c.whys)
	return err
}

// columns are timers turned on their side, for unnest. A timer that is not due any day has a null there.
type columns struct {
	tickets, keys, commands, data, whys []string
	once                                []bool
	due                                 []*time.Time
	causes                              []int64
}

func (c *columns) add(t timer) {
	var due *time.Time
	if !t.due.IsZero() {
		due = &t.due
	}
	c.tickets, c.keys, c.commands = append(c.tickets, string(t.ticket)), append(c.keys, t.key), append(c.commands, t.command)
	c.data, c.whys, c.once = append(c.data, string(t.data)), append(c.whys, t.why), append(c.once, t.once)
	c.due, c.causes = append(c.due, due), append(c.causes, t.cause)
}
