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

// begin makes this node's version of the saga known and brings its timers up to the rules that this node has: a
// changed calendar or setting moves what is pending.
func (r *Runner) begin(ctx context.Context, d Definition) error {
	return pgx.BeginFunc(ctx, r.Store.Worker(), func(tx pgx.Tx) error {
		if err := enter(ctx, tx, d.id()); err != nil {
			return fmt.Errorf("enter %s: %w", d.id(), err)
		}
		p, err := lockPlace(ctx, tx, d.id())
		if err != nil {
			return fmt.Errorf("lock %s: %w", d.id(), err)
		}
		if err := r.rederive(ctx, tx, d); err != nil {
			return err
		}
		p.Worker = &r.worker
		return movePlace(ctx, tx, d.id(), p)
	})
}

// page is how many instances are looked at together; it bounds memory.
const page = 1000

// rederive asks every instance which timers it must have, and corrects those that differ. The caller holds the
// saga's row.
func (r *Runner) rederive(ctx context.Context, tx pgx.Tx, d Definition) error {
	after := "00000000-0000-0000-0000-000000000000"
	for {
		instances, err := instancesAfter(ctx, tx, d.id(), after)
		if err == nil && len(instances) > 0 {
			err = r.correct(ctx, tx, d, instances)
		}
		if err != nil {
			return fmt.Errorf("re-derive %s: %w", d.id(), err)
		}
		if len(instances) < page {
			return nil
		}
		after = string(instances[len(instances)-1].Ticket)
	}
}

// instance is what a saga remembers of one ticket.
type instance struct {
	Ticket   ticket.ID
	State    []byte
	Position int64
}

func instancesAfter(ctx context.Context, tx pgx.Tx, id id, after string) ([]instance, error) {
	rows, err := tx.Query(ctx, `
		select ticket::text, state, position from saga.instances
		where saga = $1 and version = $2 and ticket > $3::text::uuid order by ticket limit $4`, id.name, id.version, after, page)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[instance])
}

// correct compares the timers of some instances with what the rules say now.
func (r *Runner) correct(ctx context.Context, tx pgx.Tx, d Definition, instances []instance) error {
	have, err := waiting(ctx, tx, d.id(), instances)
	if err != nil {
		return err
	}
	var (
		lines         []line
		set           []timer
		tickets, keys []string
	)
	note := func(t timer, what string) { lines = append(lines, line{timer: t, at: r.Store.Now(), what: what}) }
	for _, i := range instances {
		wanted, err := d.pending(i.State)
		if err != nil {
			return fmt.Errorf("ticket %s: %w", i.Ticket, err)
		}
		for _, w := range wanted {
			t, err := w.timer(i)
			if err != nil {
				return fmt.Errorf("ticket %s: %w", i.Ticket, err)
			}
			old, there := have[t.timerKey]
			delete(have, t.timerKey)
			if there {
				t.cause = old.cause
			}
			if there && t.same(old) {
				continue
			}
			set = append(set, t)
			if there {
				t.why += "; it was due on " + day(old.due)
			}
			note(t, "reschedule")
		}
	}
	for k, old := range have {
		old.why = "by the rules as they are now there is nothing to wait for"
		tickets, keys = append(tickets, string(k.ticket)), append(keys, k.key)
		note(old, "cancel")
	}
	if err := dropTimers(ctx, tx, d.id(), tickets, keys); err != nil {
		return err
	}
	if err := setTimers(ctx, tx, d.id(), set); err != nil {
		return err
	}
	return writeJournal(ctx, tx, d.id(), lines)
}

// waiting reads the timers of the instances, but for those that an event dispatched at once.
func waiting(ctx context.Context, tx pgx.Tx, id id, instances []instance) (map[timerKey]timer, error) {
	tickets := make([]string, len(instances))
	for n, i := range instances {
		tickets[n] = string(i.Ticket)
	}
	rows, err := tx.Query(ctx, `
		select ticket::text, key, due_at, command, why, cause from saga.timers
		where saga = $1 and version = $2 and ticket = any($3::text[]::uuid[]) and not once`, id.name, id.version, tickets)
	if err != nil {
		return nil, err
	}
	have := make(map[timerKey]timer)
	var t timer
	_, err = pgx.ForEachRow(rows, []any{&t.ticket, &t.key, &t.due, &t.command, &t.why, &t.cause}, func() error {
		have[t.timerKey] = t
		return nil
	})
	return have, err
}

// timer is the row of a schedule. What set it is the event that brought the instance into its state.
func (s Schedule) timer(of instance) (timer, error) {
	name, data, err := encodeCommand(s.Command)
	return timer{
		timerKey: timerKey{of.Ticket, s.Key}, due: s.At.Truncate(time.Microsecond),
		command: name, data: data, why: s.Why, cause: of.Position,
	}, err
}

// same compares what rules can change. A command follows from state and rule together with its key and reason.
func (t timer) same(o timer) bool {
	return t.due.Equal(o.due) && t.command == o.command && t.why == o.why
}
