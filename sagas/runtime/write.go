// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// loadStates reads the states of the tickets that the events are about.
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
	if err := writeJournal(ctx, tx, b.saga, b.journal); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := publishMessages(ctx, tx, b.saga, b.messages, now); err != nil {
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
			b.saga.Name, b.saga.Version, over)
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
		b.saga.Name, b.saga.Version, on, states, positions)
	return err
}

func (b *batch) writeTimers(ctx context.Context, tx pgx.Tx) error {
	var finished, on, keys []string
	for t := range b.finished {
		finished = append(finished, string(t))
	}
	var set []timerRow
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
			b.saga.Name, b.saga.Version, finished)
		if err != nil {
			return err
		}
	}
	if err := deleteTimers(ctx, tx, b.saga, on, keys); err != nil {
		return err
	}
	return upsertTimers(ctx, tx, b.saga, set)
}

// deleteTimers deletes the timers of the pairs of ticket and key.
func deleteTimers(ctx context.Context, tx pgx.Tx, id SagaID, tickets, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		delete from saga.timers t using unnest($3::text[], $4::text[]) as d (ticket, key)
		where t.saga = $1 and t.version = $2 and t.ticket = d.ticket::uuid and t.key = d.key`,
		id.Name, id.Version, tickets, keys)
	return err
}

// upsertTimers stores timers; one with the same key is replaced and starts afresh.
func upsertTimers(ctx context.Context, tx pgx.Tx, id SagaID, timers []timerRow) error {
	if len(timers) == 0 {
		return nil
	}
	var c timerColumns
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
		id.Name, id.Version, c.tickets, c.keys, c.once, c.due, c.commands, c.data, c.whys, c.causes)
	return err
}

func writeJournal(ctx context.Context, tx pgx.Tx, id SagaID, lines []journalEntry) error {
	if len(lines) == 0 {
		return nil
	}
	var (
		c     timerColumns
		ns    []int
		at    []time.Time
		whats []string
	)
	for _, l := range lines {
		c.add(l.timerRow)
		ns, at, whats = append(ns, l.n), append(at, l.at), append(whats, l.what)
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

// timerColumns are timers turned on their side, for unnest. A timer that is not due any day has a null there.
type timerColumns struct {
	tickets, keys, commands, data, whys []string
	once                                []bool
	due                                 []*time.Time
	causes                              []int64
}

func (c *timerColumns) add(t timerRow) {
	var due *time.Time
	if !t.due.IsZero() {
		due = &t.due
	}
	c.tickets, c.keys, c.commands = append(c.tickets, string(t.ticket)), append(c.keys, t.key), append(c.commands, t.command)
	c.data, c.whys, c.once = append(c.data, string(t.data)), append(c.whys, t.why), append(c.once, t.once)
	c.due, c.causes = append(c.due, due), append(c.causes, t.cause)
}
