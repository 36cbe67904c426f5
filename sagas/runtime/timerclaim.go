// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// timerBatch holds timers of one saga that this node has claimed together.
type timerBatch struct {
	saga   SagaID
	claim  uuid.UUID
	timers []*dueTimer
}

// keys returns the tickets and the keys of the timers.
func (b *timerBatch) keys() (tickets, keys []string) {
	for _, t := range b.timers {
		tickets, keys = append(tickets, string(t.ticket)), append(keys, t.key)
	}
	return tickets, keys
}

// dueTimer is a timer that is dispatched, with its result.
type dueTimer struct {
	timerRow
	next     time.Time
	attempts int
	err      error
}

// takeDueQuery claims due timers of a live version. It skips those that another node has claimed, and those that are locked: the saga's
// batch changes them now. It finds a locked row again by its ctid, whatever the planner knows of the table.
const takeDueQuery = `
	with due as (
		select ctid from saga.timers
		where saga = $1 and version = $2 and next_at <= $3 and (command <> '` + sendMessageCommand + `' or next_at <= $7)
		  and (claimed_until is null or claimed_until <= clock_timestamp())
		  and (select live from saga.sagas where name = $1 and version = $2)
		order by next_at limit $4
		for update skip locked
	)
	update saga.timers t set claimed_by = $5, claimed_until = clock_timestamp() + $6::interval
	from due where t.ctid = due.ctid
	returning t.ticket::text, t.key, t.once, t.due_at, t.command, t.data, t.why, t.cause, t.attempts, t.next_at`

// claimDueTimers claims at most TimersPerPoll due timers, of those that send a message the ones up to sendUntil, and returns them in the
// order in which they are due.
func (r *Runner) claimDueTimers(ctx context.Context, id SagaID, sendUntil time.Time) (*timerBatch, error) {
	ctx, cancel := context.WithTimeout(ctx, r.LeaseDuration)
	defer cancel()
	b := &timerBatch{saga: id, claim: uuid.New()}
	rows, err := r.Store.Pools().Consumer.Query(ctx, takeDueQuery, id.Name, id.Version, r.Store.Now(), r.TimersPerPoll, b.claim, r.leases.Duration(),
		sendUntil)
	if err != nil {
		return nil, fmt.Errorf("claim timers: %w", err)
	}
	b.timers, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*dueTimer, error) {
		var t dueTimer
		return &t, row.Scan(&t.ticket, &t.key, &t.once, &t.due, &t.command, &t.data, &t.why, &t.cause, &t.attempts, &t.next)
	})
	if err != nil {
		return nil, fmt.Errorf("claim timers: %w", err)
	}
	slices.SortFunc(b.timers, func(a, b *dueTimer) int { return cmp.Or(a.next.Compare(b.next), a.compare(b.timerKey)) })
	return b, nil
}

// renewTimers is the lease.RenewFunc of the claims of timers. A batch is renewed if any of its timers is: the saga may have cancelled the
// others meanwhile.
func (r *Runner) renewTimers(ctx context.Context, duration time.Duration, batches []*timerBatch) (renewed []*timerBatch, err error) {
	for _, b := range batches {
		tickets, keys := b.keys()
		tag, err := r.Store.Pools().Lease.Exec(ctx, `
			with held as (
				select t.ctid from saga.timers t join unnest($3::text[], $4::text[]) as h (ticket, key) on t.ticket = h.ticket::uuid and t.key = h.key
				where t.saga = $1 and t.version = $2 and t.claimed_by = $5 for update of t skip locked
			)
			update saga.timers t set claimed_until = clock_timestamp() + $6::interval from held where t.ctid = held.ctid`,
			b.saga.Name, b.saga.Version, tickets, keys, b.claim, duration)
		if err != nil {
			return nil, fmt.Errorf("renew claims of timers: %w", err)
		}
		if tag.RowsAffected() > 0 {
			renewed = append(renewed, b)
		}
	}
	return renewed, nil
}

// releaseTimers gives timers back, so that another node can claim them at once. If it fails, the claims end by themselves.
func (r *Runner) releaseTimers(ctx context.Context, b *timerBatch) error {
	ctx, cancel := context.WithTimeout(ctx, r.LeaseDuration)
	defer cancel()
	return pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		held, err := lockHeldTimers(ctx, tx, b)
		if err != nil {
			return err
		}
		var tickets, keys []string
		for k, still := range held {
			if still == claimHeld {
				tickets, keys = append(tickets, string(k.ticket)), append(keys, k.key)
			}
		}
		_, err = tx.Exec(ctx, `
			update saga.timers t set claimed_by = null, claimed_until = null from unnest($3::text[], $4::text[]) as h (ticket, key)
			where t.saga = $1 and t.version = $2 and t.ticket = h.ticket::uuid and t.key = h.key`, b.saga.Name, b.saga.Version, tickets, keys)
		return err
	})
}

// claimState is the state of the claim of a timer when its outcome is stored.
type claimState int

const (
	claimLost  claimState = iota // another node has the timer now, or has stored its outcome
	claimHeld                    // this node has it; the row is locked
	claimEnded                   // the saga has cancelled or replaced the timer, or its batch does so now
)

// lockHeldTimers locks those of the timers of which this node still has the claim, and returns the state of each claim. It waits for no lock,
// so that it cannot be part of a deadlock.
func lockHeldTimers(ctx context.Context, tx pgx.Tx, b *timerBatch) (map[timerKey]claimState, error) {
	tickets, keys := b.keys()
	causes := make([]int64, len(b.timers))
	for i, t := range b.timers {
		causes[i] = t.cause
	}
	rows, err := tx.Query(ctx, `
		with held as (
			select t.ticket, t.key from saga.timers t join unnest($3::text[], $4::text[]) as c (ticket, key) on t.ticket = c.ticket::uuid and t.key = c.key
			where t.saga = $1 and t.version = $2 and t.claimed_by = $6 for update of t skip locked
		)
		select c.ticket, c.key, exists (select from held h where h.ticket = c.ticket::uuid and h.key = c.key),
			exists (select from saga.timers t where t.saga = $1 and t.version = $2 and t.ticket = c.ticket::uuid and t.key = c.key
				and t.cause = c.cause and t.claimed_by is distinct from $6)
			or exists (select from saga.journal j where j.saga = $1 and j.version = $2 and j.ticket = c.ticket::uuid and j.key = c.key
				and j.cause = c.cause and j.what in ('done', 'refused'))
		from unnest($3::text[], $4::text[], $5::bigint[]) as c (ticket, key, cause)`,
		b.saga.Name, b.saga.Version, tickets, keys, causes, b.claim)
	if err != nil {
		return nil, fmt.Errorf("lock timers: %w", err)
	}
	states := map[timerKey]claimState{}
	var (
		k          timerKey
		held, lost bool
	)
	_, err = pgx.ForEachRow(rows, []any{&k.ticket, &k.key, &held, &lost}, func() error {
		switch {
		case held:
			states[k] = claimHeld
		case lost:
			states[k] = claimLost
		default:
			states[k] = claimEnded
		}
		return nil
	})
	return states, err
}
