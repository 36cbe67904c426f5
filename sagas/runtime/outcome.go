// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// A command that fails for another reason than a refusal is retried after 1 s, 2 s, 4 s, …, at most 5 minutes.
const (
	minBackoff = time.Second
	maxBackoff = 5 * time.Minute
)

// timerResults are the results of a batch of dispatched timers.
type timerResults struct {
	deleted  []timerKey     // of the timers that are finished
	finished []journalEntry // done or refused
	failed   []*dueTimer    // to be retried
	messages []outboxMessage
}

// add records the result of one timer. If the saga has cancelled or replaced the timer since it was claimed, its message is not sent, it is
// not retried, and a command that was dispatched is recorded as such. The result of a lost claim is dropped.
func (o *timerResults) add(t *dueTimer, state claimState, now time.Time) {
	if state == claimLost {
		return
	}
	held := state == claimHeld
	if t.command == sendMessageCommand && t.err == nil {
		if !held {
			return
		}
		m := outboxMessage{ticket: t.ticket, cause: t.cause, at: t.due}
		if t.err = json.Unmarshal(t.data, &m.send); t.err == nil {
			o.messages = append(o.messages, m)
		}
	}
	entry := journalEntry{timerRow: t.timerRow, at: now, what: "done"}
	switch {
	case t.err == nil:
	case ticket.IsRefusal(t.err):
		entry.what, entry.why = "refused", t.err.Error()
	case held:
		o.failed = append(o.failed, t)
		return
	default:
		return
	}
	o.finished = append(o.finished, entry)
	if held {
		o.deleted = append(o.deleted, t.timerKey)
	}
}

// storeOutcomes stores the results of claimed timers and returns the number of finished ones. The caller's claim has not ended, or ended a
// moment ago: what other nodes claimed since is theirs.
func (r *Runner) storeOutcomes(ctx context.Context, b *timerBatch) (n int, err error) {
	var o timerResults
	err = pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		held, err := lockHeldTimers(ctx, tx, b)
		if err != nil {
			return err
		}
		now := r.Store.Now()
		for _, t := range b.timers {
			o.add(t, held[t.timerKey], now)
		}
		return r.writeOutcomes(ctx, tx, b.saga, o, now)
	})
	if err != nil {
		return 0, fmt.Errorf("store outcomes of timers: %w", err)
	}
	for _, t := range o.failed {
		r.Log.WarnContext(ctx, "timer command failed; retrying", "saga", b.saga.Name, "ticket", t.ticket,
			"key", t.key, "attempts", t.attempts+1, "wait", t.backoff(), "error", t.err)
		r.metrics.outcomes.WithLabelValues(b.saga.Name, "failed").Inc()
	}
	for _, entry := range o.finished {
		r.metrics.outcomes.WithLabelValues(b.saga.Name, entry.what).Inc()
	}
	if len(o.messages) > 0 {
		r.Store.Publish(TopicOutbox)
	}
	return len(o.finished), nil
}

// writeOutcomes writes the results in tx, which has locked their rows.
func (r *Runner) writeOutcomes(ctx context.Context, tx pgx.Tx, id SagaID, o timerResults, now time.Time) error {
	if err := deleteTimers(ctx, tx, id, o.deleted); err != nil {
		return err
	}
	if err := postponeTimers(ctx, tx, id, o.failed, now); err != nil {
		return err
	}
	if err := r.publishMessages(ctx, tx, id, o.messages, now); err != nil {
		return err
	}
	return writeJournal(ctx, tx, id, o.finished)
}

// backoff returns the delay before the next attempt: minBackoff, doubled for each attempt before, at most maxBackoff.
func (t *dueTimer) backoff() (delay time.Duration) {
	b := backoff.ExponentialBackOff{InitialInterval: minBackoff, Multiplier: 2, MaxInterval: maxBackoff}
	for range 1 + min(t.attempts, 10) { // ten doublings are more than maxBackoff
		delay = b.NextBackOff()
	}
	return delay
}

// postponeTimers stores the error and the time of the next attempt of failed timers.
func postponeTimers(ctx context.Context, tx pgx.Tx, id SagaID, timers []*dueTimer, now time.Time) error {
	if len(timers) == 0 {
		return nil
	}
	var (
		tickets, keys, errs []string
		next                []time.Time
	)
	for _, t := range timers {
		tickets, keys = append(tickets, string(t.ticket)), append(keys, t.key)
		errs, next = append(errs, t.err.Error()), append(next, now.Add(t.backoff()))
	}
	_, err := tx.Exec(ctx, `
		update saga.timers t set next_at = p.next_at, attempts = attempts + 1, error = p.error, claimed_by = null, claimed_until = null
		from unnest($3::text[], $4::text[], $5::timestamptz[], $6::text[]) as p (ticket, key, next_at, error)
		where t.saga = $1 and t.version = $2 and t.ticket = p.ticket::uuid and t.key = p.key`,
		id.Name, id.Version, tickets, keys, next, errs)
	return err
}
