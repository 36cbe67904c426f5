// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// DispatchFunc dispatches a command to a ticket; cmd/sol passes the application's dispatcher. cause is the position of the event that
// the saga reacts to. The runner finishes a timer whose error is a refusal (ticket.IsRefusal) and retries after every other error.
type DispatchFunc func(ctx context.Context, id ticket.ID, c ticket.Command, by person.Actor, key eventstore.CommandID, cause int64) error

// Config is the configuration of a runner. Store and Dispatch are required; other zero values mean the defaults.
type Config struct {
	Store    *eventstore.Store
	Dispatch DispatchFunc
	Sagas    []Definition

	Batch          int           // events in one transaction; default 500
	TimersPerPoll  int           // most timers of one saga that a poll dispatches, concurrently; default 32
	PollInterval   time.Duration // longest time between two polls of the timers; default 1 s
	CommandTimeout time.Duration // longest time for one command; default 10 s
	LeaseDuration  time.Duration // after which another node takes over the timers of a silent one; default lease.Duration

	// MaxMessageAge is the age, by topic, above which a message is recorded as sent and not sent; default: none. A new saga, or a new
	// version, handles the log from its beginning and would otherwise send messages about old events.
	MaxMessageAge map[string]time.Duration

	Log     *slog.Logger          // default: none
	Metrics prometheus.Registerer // default: none
}

// withDefaults returns the configuration with its defaults filled in, or an error for what is missing or out of range.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Store == nil:
		return c, errors.New("sagas: Config.Store is missing")
	case c.Dispatch == nil:
		return c, errors.New("sagas: Config.Dispatch is missing")
	case c.Batch < 0 || c.TimersPerPoll < 0 || c.PollInterval < 0 || c.CommandTimeout < 0 || c.LeaseDuration < 0:
		return c, errors.New("sagas: Config.Batch, TimersPerPoll, PollInterval, CommandTimeout and LeaseDuration cannot be negative")
	}
	seen := make(map[string]bool)
	for _, s := range c.Sagas {
		id := s.ID()
		if id.Name == "" || id.Version < 1 || seen[id.Name] {
			return c, fmt.Errorf("sagas: %s: a saga has a name of its own and a version from 1", id)
		}
		seen[id.Name] = true
	}
	c.Batch = cmp.Or(c.Batch, 500)
	c.TimersPerPoll = cmp.Or(c.TimersPerPoll, 32)
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.CommandTimeout = cmp.Or(c.CommandTimeout, 10*time.Second)
	c.LeaseDuration = cmp.Or(c.LeaseDuration, lease.Duration)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Runner runs sagas on this node. One node at a time reads the log for a saga; all nodes dispatch timers.
type Runner struct {
	Config
	workerID uuid.UUID // identifies this runner in saga.sagas
	leases   *lease.Keeper[*timerBatch]
	wake     chan struct{} // ends the sleep of pollTimers
	metrics  metrics

	reconcilePageSize int
}

// New returns a runner, or an error for an invalid configuration. It does not use the database.
func New(c Config) (*Runner, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Runner{Config: c, workerID: uuid.New(), wake: make(chan struct{}, 1), metrics: newMetrics(c.Metrics)}
	r.reconcilePageSize = defaultReconcilePageSize
	r.leases = lease.NewKeeper(c.LeaseDuration, r.renewTimers)
	return r, nil
}

// Run reads the log and dispatches timers until ctx ends. All goroutines that it started have ended when it returns. It logs errors of
// the database and retries.
func (r *Runner) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, d := range r.Sagas {
		g.Go(func() error { return r.consume(ctx, d) })
	}
	g.Go(func() error { return r.pollTimers(ctx) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("sagas: %w", err)
	}
	return nil
}

// consume registers the saga, retrying until the database answers, and then handles the log batch by batch until ctx ends. Each time when this
// node begins to lead the saga, it first reconciles the timers with its settings.
func (r *Runner) consume(ctx context.Context, d Definition) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, r.activate(ctx, d) },
		backoff.WithBackOff(backoff.NewConstantBackOff(r.PollInterval)), backoff.WithMaxElapsedTime(0), // until ctx ends
		backoff.WithNotify(func(err error, _ time.Duration) {
			if ctx.Err() == nil {
				r.Log.ErrorContext(ctx, "cannot start saga; retrying", "saga", d.ID().Name, "error", err)
			}
		}))
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	var timersDue, messagesSent bool // by the batch in hand
	return r.Store.Consume(ctx, eventstore.Consumer{
		Name: d.ID().consumerName(), Version: d.ID().Version, BatchSize: r.Batch, Knows: ticketlog.Knows,
		Prepare: func(ctx context.Context) error {
			if err := r.reconcileTimers(ctx, d); err != nil {
				return err
			}
			r.wakePoll() // a timer may be due earlier now
			return nil
		},
		HandleBatch: func(ctx context.Context, tx pgx.Tx, records eventstore.Batch) error {
			b, err := r.handleBatch(ctx, tx, d, records)
			if err != nil {
				return err
			}
			first := b.earliestDue()
			timersDue = !first.IsZero() && first.Before(r.Store.Now().Add(r.PollInterval))
			messagesSent = len(b.messages) > 0
			return nil
		},
		Committed: func() {
			if timersDue {
				r.wakePoll()
			}
			if messagesSent {
				r.Store.Publish(TopicOutbox)
			}
		},
	})
}

// wakePoll ends the sleep of pollTimers, now or at its next begin.
func (r *Runner) wakePoll() {
	select {
	case r.wake <- struct{}{}:
	default: // it will find the value that is there
	}
}
