// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// activate registers this node's version of the saga.
func (r *Runner) activate(ctx context.Context, d Definition) error {
	return pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		if err := registerVersion(ctx, tx, d.ID()); err != nil {
			return fmt.Errorf("enter %s: %w", d.ID(), err)
		}
		p, err := lockCheckpoint(ctx, tx, d.ID())
		if err != nil {
			return fmt.Errorf("lock %s: %w", d.ID(), err)
		}
		return saveCheckpoint(ctx, tx, d.ID(), p)
	})
}

// reconcileTimers compares the stored timers of every instance with those that Pending returns, and corrects the differences: a changed
// calendar or setting moves pending timers. It does nothing if this runner did so already and no other runner since.
//
// Each page of instances is a transaction of its own. The saga's row holds a claim from the first page to the last; a page is written only
// while it does, and a batch only when it does not. A claim that is left behind is nobody's: the next runner begins again, and changes
// nothing that is right already. Error: eventstore.ErrFenced.
func (r *Runner) reconcileTimers(ctx context.Context, d Definition) error {
	claim, done := uuid.New(), false
	err := r.changeWorker(ctx, d, func(_ pgx.Tx, worker *uuid.UUID) (*uuid.UUID, error) {
		if done = worker != nil && *worker == r.workerID; done {
			return worker, nil
		}
		return &claim, nil
	})
	for after := "00000000-0000-0000-0000-000000000000"; err == nil && !done; {
		err = r.changeWorker(ctx, d, func(tx pgx.Tx, worker *uuid.UUID) (*uuid.UUID, error) {
			if worker == nil || *worker != claim {
				return nil, eventstore.ErrFenced
			}
			instances, err := listInstancesAfter(ctx, tx, d.ID(), after, r.reconcilePageSize)
			if err != nil {
				return nil, err
			}
			if done = len(instances) < r.reconcilePageSize; done {
				worker = &r.workerID
			} else {
				after = string(instances[len(instances)-1].Ticket)
			}
			return worker, r.reconcilePage(ctx, tx, d, instances)
		})
	}
	if err != nil {
		return fmt.Errorf("reconcile timers of %s: %w", d.ID(), err)
	}
	return nil
}

// changeWorker locks the saga's row, calls change with its worker, and stores the worker that change returns, in one transaction.
func (r *Runner) changeWorker(ctx context.Context, d Definition, change func(tx pgx.Tx, worker *uuid.UUID) (*uuid.UUID, error)) error {
	return pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		p, err := lockCheckpoint(ctx, tx, d.ID())
		if err != nil {
			return fmt.Errorf("lock %s: %w", d.ID(), err)
		}
		worker, err := change(tx, p.WorkerID)
		if err != nil || worker == p.WorkerID {
			return err
		}
		_, err = tx.Exec(ctx, `update saga.sagas set worker = $3 where name = $1 and version = $2`, d.ID().Name, d.ID().Version, worker)
		return err
	})
}

// defaultReconcilePageSize is the number of instances that are reconciled together; it bounds memory and the length of a transaction.
const defaultReconcilePageSize = 1000

// storedInstance is a row of saga.instances.
type storedInstance struct {
	Ticket   ticket.ID
	State    []byte
	Position int64
}

// listInstancesAfter reads the next page of instances, in the order of ticket ids.
func listInstancesAfter(ctx context.Context, tx pgx.Tx, id SagaID, after string, limit int) ([]storedInstance, error) {
	rows, err := tx.Query(ctx, `
		select ticket::text, state, position from saga.instances
		where saga = $1 and version = $2 and ticket > $3::text::uuid order by ticket limit $4`, id.Name, id.Version, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[storedInstance])
}

// reconcilePage reconciles the timers of one page of instances and writes each change to the journal.
func (r *Runner) reconcilePage(ctx context.Context, tx pgx.Tx, d Definition, instances []storedInstance) error {
	if len(instances) == 0 {
		return nil
	}
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
