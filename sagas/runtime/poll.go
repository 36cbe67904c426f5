// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// A command that fails for another reason than a refusal is retried after 1 s, 2 s, 4 s, …, at most 5 minutes.
const (
	minBackoff = time.Second
	maxBackoff = 5 * time.Minute
)

// pollTimers dispatches due timers until ctx ends. Between two polls it sleeps until the next timer is due, at most PollInterval.
func (r *Runner) pollTimers(ctx context.Context) error {
	for observed := (time.Time{}); ; {
		n, err := r.poll(ctx)
		if err == nil && time.Since(observed) >= r.PollInterval {
			observed, err = time.Now(), r.updateGauges(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.Log.ErrorContext(ctx, "cannot poll timers; retrying", "error", err)
		}
		if n > 0 && err == nil {
			continue // more may be due
		}
		t := time.NewTimer(r.untilNextTimer(ctx))
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// nextDueQuery reads one row of the index. min() would read all pending timers where the planner expects few.
const nextDueQuery = `select next_at from saga.timers where saga = $1 and version = $2 and next_at > $3 order by next_at limit 1`

// untilNextTimer returns the time until the next attempt of a timer, at most PollInterval. It ignores timers that are due already:
// another node is dispatching them.
func (r *Runner) untilNextTimer(ctx context.Context) time.Duration {
	wait := r.PollInterval
	for _, d := range r.Sagas {
		var next time.Time
		err := r.Store.Pools().Consumer.QueryRow(ctx, nextDueQuery, d.ID().Name, d.ID().Version, r.Store.Now()).Scan(&next)
		if err == nil {
			wait = min(wait, max(0, next.Sub(r.Store.Now())))
		}
	}
	return wait
}

// poll dispatches the timers that are due by the store's clock, at most TimersPerPoll of each saga, and returns the number of finished
// timers: carried out, or refused by the rules because the ticket has changed since.
func (r *Runner) poll(ctx context.Context) (n int, err error) {
	for _, d := range r.Sagas {
		finished, e := r.pollSaga(ctx, d.ID())
		if e != nil {
			err = errors.Join(err, fmt.Errorf("poll %s: %w", d.ID(), e))
		}
		n += finished
	}
	return n, err
}

// pollSaga dispatches the due timers of one saga. It locks their rows until the outcomes are stored in the same transaction. If the node
// dies, the locks end and the next node dispatches the same command ids, which return the first result.
func (r *Runner) pollSaga(ctx context.Context, id SagaID) (n int, err error) {
	err = pgx.BeginFunc(ctx, r.Store.Pools().Consumer, func(tx pgx.Tx) error {
		due, err := takeDueTimers(ctx, tx, id, r.Store.Now(), r.TimersPerPoll)
		if err != nil || len(due) == 0 {
			return err
		}
		r.dispatchAll(ctx, id, due)
		if err := ctx.Err(); err != nil {
			return err // the commands failed because ctx ended
		}
		n, err = r.storeOutcomes(ctx, tx, id, due)
		return err
	})
	return n, err
}

// dueTimer is a timer that is dispatched, with its result.
type dueTimer struct {
	timerRow
	attempts int
	err      error
}

// takeDueQuery locks due timers of a live version and skips those that another node has locked.
const takeDueQuery = `
	select ticket::text, key, once, due_at, command, data, why, cause, attempts from saga.timers
	where saga = $1 and version = $2 and next_at <= $3
	  and (select live from saga.sagas where name = $1 and version = $2)
	order by next_at limit $4
	for update skip locked`

// takeDueTimers locks and reads at most limit due timers.
func takeDueTimers(ctx context.Context, tx pgx.Tx, id SagaID, now time.Time, limit int) ([]*dueTimer, error) {
	rows, err := tx.Query(ctx, takeDueQuery, id.Name, id.Version, now, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*dueTimer, error) {
		var t dueTimer
		return &t, row.Scan(&t.ticket, &t.key, &t.once, &t.due, &t.command, &t.data, &t.why, &t.cause, &t.attempts)
	})
}

// dispatchAll dispatches commands of different tickets concurrently, because the log commits concurrent appends together, and those of
// one ticket in the order in which they were due. It skips timers that send a message: storeOutcomes writes those.
func (r *Runner) dispatchAll(ctx context.Context, id SagaID, due []*dueTimer) {
	byTicket := map[ticket.ID][]*dueTimer{}
	for _, t := range due {
		if t.command != sendMessageCommand {
			byTicket[t.ticket] = append(byTicket[t.ticket], t)
		}
	}
	var wg sync.WaitGroup
	for _, own := range byTicket {
		wg.Go(func() {
			for _, t := range own {
				t.err = r.dispatchTimer(ctx, id, t.timerRow)
			}
		})
	}
	wg.Wait()
}

// dispatchTimer dispatches the command of one timer, within CommandTimeout.
func (r *Runner) dispatchTimer(ctx context.Context, id SagaID, t timerRow) error {
	c, err := decodeCommand(t.command, t.data)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, r.CommandTimeout)
	defer cancel()
	by := person.Actor{ID: id.Name, Role: person.System}
	return r.Dispatch(ctx, t.ticket, c, by, commandID(id, t), t.cause)
}

// commandID returns the command id of a timer. It depends on ticket, cause and key only, so a repetition on any node gets the first
// result.
func commandID(id SagaID, t timerRow) eventstore.CommandID {
	return eventstore.CommandID{
		Actor: id.Name, Permanent: true,
		Key: fmt.Sprintf("%s/%d/%s", t.ticket, t.cause, t.key),
	}
}

// timerResults are the results of a batch of dispatched timers.
type timerResults struct {
	tickets, keys []string       // of the timers that are finished
	finished      []journalEntry // done or refused
	failed        []*dueTimer    // to be retried
	messages      []outboxMessage
}

// add records the result of one timer.
func (o *timerResults) add(t *dueTimer, now time.Time) {
	if t.command == sendMessageCommand && t.err == nil {
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
	default:
		o.failed = append(o.failed, t)
		return
	}
	o.tickets, o.keys, o.finished = append(o.tickets, string(t.ticket)), append(o.keys, t.key), append(o.finished, entry)
}

// storeOutcomes stores the results of the timers in tx and returns the number of finished timers.
func (r *Runner) storeOutcomes(ctx context.Context, tx pgx.Tx, id SagaID, due []*dueTimer) (int, error) {
	var o timerResults
	now := r.Store.Now()
	for _, t := range due {
		o.add(t, now)
	}
	for _, t := range o.failed {
		r.Log.WarnContext(ctx, "timer command failed; retrying", "saga", id.Name, "ticket", t.ticket,
			"key", t.key, "attempts", t.attempts+1, "wait", t.backoff(), "error", t.err)
		r.metrics.outcomes.WithLabelValues(id.Name, "failed").Inc()
	}
	for _, entry := range o.finished {
		r.metrics.outcomes.WithLabelValues(id.Name, entry.what).Inc()
	}
	if err := deleteTimers(ctx, tx, id, o.tickets, o.keys); err != nil {
		return 0, err
	}
	if err := postponeTimers(ctx, tx, id, o.failed, now); err != nil {
		return 0, err
	}
	if err := r.publishMessages(ctx, tx, id, o.messages, now); err != nil {
		return 0, err
	}
	return len(o.finished), writeJournal(ctx, tx, id, o.finished)
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
		update saga.timers t set next_at = p.next_at, attempts = attempts + 1, error = p.error
		from unnest($3::text[], $4::text[], $5::timestamptz[], $6::text[]) as p (ticket, key, next_at, error)
		where t.saga = $1 and t.version = $2 and t.ticket = p.ticket::uuid and t.key = p.key`,
		id.Name, id.Version, tickets, keys, next, errs)
	return err
}
