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

// activate registers this node's version of the saga and reconciles its timers with the settings of this node: a changed calendar or
// setting moves pending timers.
func (r *Runner) activate(ctx context.Context, d Definition) error {
	return pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		if err := registerVersion(ctx, tx, d.ID()); err != nil {
			return fmt.Errorf("enter %s: %w", d.ID(), err)
		}
		p, err := lockCheckpoint(ctx, tx, d.ID())
		if err != nil {
			return fmt.Errorf("lock %s: %w", d.ID(), err)
		}
		if err := r.reconcileTimers(ctx, tx, d); err != nil {
			return err
		}
		p.WorkerID = &r.workerID
		return saveCheckpoint(ctx, tx, d.ID(), p)
	})
}

// reconcilePageSize is the number of instances that are reconciled together; it bounds memory.
const reconcilePageSize = 1000

// reconcileTimers compares the stored timers of every instance with those that Pending returns, and corrects the differences. The caller
// has locked the saga's row.
func (r *Runner) reconcileTimers(ctx context.Context, tx pgx.Tx, d Definition) error {
	after := "00000000-0000-0000-0000-000000000000"
	for {
		instances, err := listInstancesAfter(ctx, tx, d.ID(), after)
		if err == nil && len(instances) > 0 {
			err = r.reconcilePage(ctx, tx, d, instances)
		}
		if err != nil {
			return fmt.Errorf("reconcile timers of %s: %w", d.ID(), err)
		}
		if len(instances) < reconcilePageSize {
			return nil
		}
		after = string(instances[len(instances)-1].Ticket)
	}
}

// storedInstance is a row of saga.instances.
type storedInstance struct {
	Ticket   ticket.ID
	State    []byte
	Position int64
}

// listInstancesAfter reads the next page of instances, in the order of ticket ids.
func listInstancesAfter(ctx context.Context, tx pgx.Tx, id SagaID, after string) ([]storedInstance, error) {
	rows, err := tx.Query(ctx, `
		select ticket::text, state, position from saga.instances
		where saga = $1 and version = $2 and ticket > $3::text::uuid order by ticket limit $4`, id.Name, id.Version, after, reconcilePageSize)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedInstance])
}

// reconcilePage reconciles the timers of one page of instances and writes each change to the journal.
func (r *Runner) reconcilePage(ctx context.Context, tx pgx.Tx, d Definition, instances []storedInstance) error {
	have, err := listStoredTimers(ctx, tx, d.ID(), instances)
	if err != nil {
		return err
	}
	var (
		entries []journalEntry
		missing []timerRow
		set     []timerRow
		deleted []timerKey
	)
	record := func(t timerRow, what string) {
		entries = append(entries, journalEntry{timerRow: t, at: r.Store.Now(), what: what})
	}
	for _, i := range instances {
		wanted, err := d.pendingStored(i.State)
		if err != nil {
			return fmt.Errorf("ticket %s: %w", i.Ticket, err)
		}
		for _, w := range wanted {
			t, err := w.row(i)
			if err != nil {
				return fmt.Errorf("ticket %s: %w", i.Ticket, err)
			}
			old, stored := have[t.timerKey]
			delete(have, t.timerKey)
			if !stored {
				missing = append(missing, t)
				continue
			}
			if t.cause = old.cause; t.equalRule(old) {
				continue
			}
			set = append(set, t)
			t.why += "; it was due on " + formatTime(old.due)
			record(t, "reschedule")
		}
	}
	finished, err := listFinishedTimers(ctx, tx, d.ID(), missing)
	if err != nil {
		return err
	}
	for _, t := range missing {
		if !finished[t.timerKey].Equal(t.due) {
			set = append(set, t)
			record(t, "reschedule")
		}
	}
	for k, old := range have {
		old.why = "the present settings need no such timer"
		deleted = append(deleted, k)
		record(old, "cancel")
	}
	if err := deleteTimers(ctx, tx, d.ID(), deleted); err != nil {
		return err
	}
	if err := upsertTimers(ctx, tx, d.ID(), set); err != nil {
		return err
	}
	return writeJournal(ctx, tx, d.ID(), entries)
}

// listStoredTimers reads the timers of the instances, except those that an event set once.
func listStoredTimers(ctx context.Context, tx pgx.Tx, id SagaID, instances []storedInstance) (map[timerKey]timerRow, error) {
	tickets := make([]string, len(instances))
	for n, i := range instances {
		tickets[n] = string(i.Ticket)
	}
	rows, err := tx.Query(ctx, `
		select ticket::text, key, due_at, command, why, cause from saga.timers
		where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[]) and not once`, id.Name, id.Version, tickets)
	if err != nil {
		return nil, err
	}
	have := make(map[timerKey]timerRow)
	var t timerRow
	_, err = pgx.ForEachRow(rows, []any{&t.ticket, &t.key, &t.due, &t.command, &t.why, &t.cause}, func() error {
		have[t.timerKey] = t
		return nil
	})
	return have, err
}

// listFinishedTimers returns when those of the timers were due whose last entry in the journal is an outcome. The saga's state asks for such a
// timer until the saga has handled the event that the timer led to: setting it again for the same time would give it two outcomes.
func listFinishedTimers(ctx context.Context, tx pgx.Tx, id SagaID, timers []timerRow) (map[timerKey]time.Time, error) {
	finished := make(map[timerKey]time.Time)
	if len(timers) == 0 {
		return finished, nil
	}
	var tickets, keys []string
	for _, t := range timers {
		tickets, keys = append(tickets, string(t.ticket)), append(keys, t.key)
	}
	rows, err := tx.Query(ctx, `
		select distinct on (j.ticket, j.key) j.ticket::text, j.key, j.due_at, j.what in ('done', 'refused')
		from saga.journal j join unnest($3::text[], $4::text[]) as t (ticket, key) on j.ticket = t.ticket::uuid and j.key = t.key
		where j.saga = $1 and j.version = $2 and j.what in ('schedule', 'reschedule', 'dispatch', 'later', 'cancel', 'done', 'refused')
		order by j.ticket, j.key, j.id desc`, id.Name, id.Version, tickets, keys)
	if err != nil {
		return nil, err
	}
	var (
		k       timerKey
		due     *time.Time
		outcome bool
	)
	_, err = pgx.ForEachRow(rows, []any{&k.ticket, &k.key, &due, &outcome}, func() error {
		if outcome && due != nil {
			finished[k] = *due
		}
		return nil
	})
	return finished, err
}

// row returns the row of a schedule of an instance. Its cause is the last event that changed the instance.
func (s Schedule) row(i storedInstance) (timerRow, error) {
	name, data, err := encodeCommand(s.Command)
	return timerRow{
		timerKey: timerKey{i.Ticket, s.Key}, due: s.At.Truncate(time.Microsecond),
		command: name, data: data, why: s.Why, cause: i.Position,
	}, err
}

// equalRule reports whether due time, command name and reason are equal. The command's data follows from these, the key and the state.
func (t timerRow) equalRule(o timerRow) bool {
	return t.due.Equal(o.due) && t.command == o.command && t.why == o.why
}
