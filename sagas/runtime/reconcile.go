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

// activate makes this node's version of the saga known and brings its timers up to the rules that this node has: a
// changed calendar or setting moves what is pending.
func (r *Runner) activate(ctx context.Context, d Definition) error {
	return pgx.BeginFunc(ctx, r.Store.WorkerPool(), func(tx pgx.Tx) error {
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

// reconcilePageSize is how many instances are looked at together; it bounds memory.
const reconcilePageSize = 1000

// reconcileTimers asks every instance which timers it must have, and corrects those that differ. The caller holds the
// saga's row.
func (r *Runner) reconcileTimers(ctx context.Context, tx pgx.Tx, d Definition) error {
	after := "00000000-0000-0000-0000-000000000000"
	for {
		instances, err := listInstancesAfter(ctx, tx, d.ID(), after)
		if err == nil && len(instances) > 0 {
			err = r.reconcilePage(ctx, tx, d, instances)
		}
		if err != nil {
			return fmt.Errorf("re-derive %s: %w", d.ID(), err)
		}
		if len(instances) < reconcilePageSize {
			return nil
		}
		after = string(instances[len(instances)-1].Ticket)
	}
}

// storedInstance is what a saga remembers of one ticket.
type storedInstance struct {
	Ticket   ticket.ID
	State    []byte
	Position int64
}

func listInstancesAfter(ctx context.Context, tx pgx.Tx, id SagaID, after string) ([]storedInstance, error) {
	rows, err := tx.Query(ctx, `
		select ticket::text, state, position from saga.instances
		where saga = $1 and version = $2 and ticket > $3::text::uuid order by ticket limit $4`, id.Name, id.Version, after, reconcilePageSize)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedInstance])
}

// reconcilePage compares the timers of some instances with what the rules say now.
func (r *Runner) reconcilePage(ctx context.Context, tx pgx.Tx, d Definition, instances []storedInstance) error {
	have, err := listStoredTimers(ctx, tx, d.ID(), instances)
	if err != nil {
		return err
	}
	var (
		lines         []journalEntry
		set           []timerRow
		tickets, keys []string
	)
	note := func(t timerRow, what string) {
		lines = append(lines, journalEntry{timerRow: t, at: r.Store.Now(), what: what})
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
			old, there := have[t.timerKey]
			delete(have, t.timerKey)
			if there {
				t.cause = old.cause
			}
			if there && t.equalRule(old) {
				continue
			}
			set = append(set, t)
			if there {
				t.why += "; it was due on " + formatTime(old.due)
			}
			note(t, "reschedule")
		}
	}
	for k, old := range have {
		old.why = "by the rules as they are now there is nothing to wait for"
		tickets, keys = append(tickets, string(k.ticket)), append(keys, k.key)
		note(old, "cancel")
	}
	if err := deleteTimers(ctx, tx, d.ID(), tickets, keys); err != nil {
		return err
	}
	if err := upsertTimers(ctx, tx, d.ID(), set); err != nil {
		return err
	}
	return writeJournal(ctx, tx, d.ID(), lines)
}

// listStoredTimers reads the timers of the instances, but for those that an event dispatched at once.
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

// row is the row of a schedule. What set it is the event that brought the instance into its state.
func (s Schedule) row(of storedInstance) (timerRow, error) {
	name, data, err := encodeCommand(s.Command)
	return timerRow{
		timerKey: timerKey{of.Ticket, s.Key}, due: s.At.Truncate(time.Microsecond),
		command: name, data: data, why: s.Why, cause: of.Position,
	}, err
}

// equalRule compares what rules can change. A command follows from state and rule together with its key and reason.
func (t timerRow) equalRule(o timerRow) bool {
	return t.due.Equal(o.due) && t.command == o.command && t.why == o.why
}
