// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lease"
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

// pollSaga dispatches the due timers of one saga. It claims them in a short transaction, dispatches their commands outside of any, and stores
// the outcomes in a third step. If the node dies, freezes or is cut off, its claims end and the next node dispatches the same command ids,
// which return the first result.
func (r *Runner) pollSaga(ctx context.Context, id SagaID) (n int, err error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	sendUntil, err := r.settleMessages(ctx, id)
	if err != nil {
		return 0, err
	}
	claimedAt := time.Now()
	b, err := r.claimDueTimers(context.WithoutCancel(ctx), id, sendUntil) // an interrupted statement could leave claims that nobody knows
	if err != nil || len(b.timers) == 0 {
		return 0, err
	}
	held, release := r.leases.Hold(ctx, b, claimedAt)
	r.dispatchAll(held, id, b.timers)
	lasts := release()
	switch {
	case ctx.Err() != nil: // the commands failed because ctx ended
		return 0, errors.Join(ctx.Err(), r.releaseTimers(context.WithoutCancel(ctx), b))
	case !lasts:
		return 0, fmt.Errorf("outcomes of %d timers are dropped: %w", len(b.timers), lease.ErrLost)
	}
	return r.storeOutcomes(ctx, b)
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
