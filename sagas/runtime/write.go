// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// loadStates reads the stored states of the events' tickets into the batch.
func (b *batch) loadStates(ctx context.Context, tx pgx.Tx, events []ticket.Recorded) error {
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
		where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[])`, b.saga.Name, b.saga.Version, tickets)
	if err != nil {
		return err
	}
	var (
		id    string
		state []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &state}, func() error {
		b.states[ticket.ID(id)] = append([]byte(nil), state...)
		return nil
	})
	return err
}

// write stores the batch without its messages. It uses a fixed number of statements for each table.
func (b *batch) write(ctx context.Context, tx pgx.Tx) error {
	if err := b.writeInstances(ctx, tx); err != nil {
		return fmt.Errorf("instances: %w", err)
	}
	if err := b.writeTimers(ctx, tx); err != nil {
		return fmt.Errorf("timers: %w", err)
	}
	if err := writeJournal(ctx, tx, b.saga, b.journal); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// writeInstances deletes the instances whose state is the zero value and stores the other changed ones.
func (b *batch) writeInstances(ctx context.Context, tx pgx.Tx) error {
	var (
		deleted   []string // tickets
		changed   []string // tickets
		states    []string
		positions []int64
	)
	for _, t := range slices.Sorted(maps.Keys(b.changed)) {
		if b.states[t] == nil {
			deleted = append(deleted, string(t))
			continue
		}
		changed, states, positions = append(changed, string(t)), append(states, string(b.states[t])), append(positions, b.changed[t])
	}
	if deleted != nil {
		_, err := tx.Exec(ctx, `
			delete from saga.instances where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[])`,
			b.saga.Name, b.saga.Version, deleted)
		if err != nil {
			return err
		}
	}
	if changed == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into saga.instances (saga, version, ticket, state, position)
		select $1, $2, ticket::uuid, state::jsonb, position
		from unnest($3::text[], $4::text[], $5::bigint[]) as i (ticket, state, position)
		on conflict (saga, version, ticket) do update set state = excluded.state, position = excluded.position`,
		b.saga.Name, b.saga.Version, changed, states, positions)
	return err
}

// writeTimers deletes the timers of finished instances and cancelled timers, and then stores the others.
func (b *batch) writeTimers(ctx context.Context, tx pgx.Tx) error {
	var finished []string
	for _, t := range slices.Sorted(maps.Keys(b.finished)) {
		finished = append(finished, string(t))
	}
	var (
		deleted []timerKey
		set     []timerRow
	)
	for k, t := range b.timers {
		if t == nil {
			deleted = append(deleted, k)
			continue
		}
		set = append(set, *t)
	}
	if finished != nil {
		_, err := tx.Exec(ctx, `
			delete from saga.timers
			where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[]) and not once`,
			b.saga.Name, b.saga.Version, finished)
		if err != nil {
			return err
		}
	}
	if err := deleteTimers(ctx, tx, b.saga, deleted); err != nil {
		return err
	}
	return upsertTimers(ctx, tx, b.saga, set)
}

// Rows of several keys are written in the order of their keys, so that two nodes that write the same rows wait for each other and cannot
// deadlock.

// deleteTimers deletes timers.
func deleteTimers(ctx context.Context, tx pgx.Tx, id SagaID, timers []timerKey) error {
	if len(timers) == 0 {
		return nil
	}
	var tickets, keys []string
	for _, k := range slices.SortedFunc(slices.Values(timers), timerKey.compare) {
		tickets, keys = append(tickets, string(k.ticket)), append(keys, k.key)
	}
	_, err := tx.Exec(ctx, `
		delete from saga.timers t using unnest($3::text[], $4::text[]) as d (ticket, key)
		where t.saga = $1 and t.version = $2 and t.ticket = d.ticket::uuid and t.key = d.key`,
		id.Name, id.Version, tickets, keys)
	return err
}

// upsertTimers stores timers. A timer replaces the one with the same ticket and key, and its attempts are reset. A claim of the replaced
// timer ends, unless both have the same cause: its command would be the same too.
func upsertTimers(ctx context.Context, tx pgx.Tx, id SagaID, timers []timerRow) error {
	if len(timers) == 0 {
		return nil
	}
	var c timerColumns
	for _, t := range slices.SortedFunc(slices.Values(timers), func(a, b timerRow) int { return a.compare(b.timerKey) }) {
		c.add(t)
	}
	_, err := tx.Exec(ctx, `
		insert into saga.timers as old (saga, version, ticket, key, once, due_at, next_at, command, data, why, cause)
		select $1, $2, ticket::uuid, key, once, due, due, command, data::jsonb, why, cause
		from unnest($3::text[], $4::text[], $5::bool[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::bigint[])
			as t (ticket, key, once, due, command, data, why, cause)
		on conflict (saga, version, ticket, key) do update set
			once = excluded.once, due_at = excluded.due_at, next_at = excluded.next_at, command = excluded.command,
			data = excluded.data, why = excluded.why, cause = excluded.cause, attempts = 0, error = '',
			claimed_by = case when old.cause = excluded.cause then old.claimed_by end,
			claimed_until = case when old.cause = excluded.cause then old.claimed_until end`,
		id.Name, id.Version, c.tickets, c.keys, c.once, c.due, c.commands, c.data, c.whys, c.causes)
	return err
}

// writeJournal appends entries to the journal, in order.
func writeJournal(ctx context.Context, tx pgx.Tx, id SagaID, entries []journalEntry) error {
	if len(entries) == 0 {
		return nil
	}
	var (
		c     timerColumns
		ns    []int
		at    []time.Time
		whats []string
	)
	for _, e := range entries {
		c.add(e.timerRow)
		ns, at, whats = append(ns, e.n), append(at, e.at), append(whats, e.what)
	}
	_, err := tx.Exec(ctx, `
		insert into saga.journal (saga, version, ticket, cause, n, at, what, key, due_at, command, why)
		select $1, $2, ticket::uuid, cause, n, at, what, key, due, command, why
		from unnest($3::text[], $4::bigint[], $5::integer[], $6::timestamptz[], $7::text[], $8::text[],
			$9::timestamptz[], $10::text[], $11::text[])
			with ordinality as l (ticket, cause, n, at, what, key, due, command, why, place)
		order by place`,
		id.Name, id.Version, c.tickets, c.causes, ns, at, whats, c.keys, c.due, c.commands, c.whys)
	return err
}

// timerColumns holds timers as one array for each column, for unnest. due is nil for an entry without a due time.
type timerColumns struct {
	tickets, keys, commands, data, whys []string
	once                                []bool
	due                                 []*time.Time
	causes                              []int64
}

// add adds the values of a timer to the columns.
func (c *timerColumns) add(t timerRow) {
	var due *time.Time
	if !t.due.IsZero() {
		due = &t.due
	}
	c.tickets, c.keys, c.commands = append(c.tickets, string(t.ticket)), append(c.keys, t.key), append(c.commands, t.command)
	c.data, c.whys, c.once = append(c.data, string(t.data)), append(c.whys, t.why), append(c.once, t.once)
	c.due, c.causes = append(c.due, due), append(c.causes, t.cause)
}
