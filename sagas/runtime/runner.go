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
)

// DispatchFunc is the one way in for commands, as cmd/sol hands it over. cause is the position that the saga answers.
// A refusal by the rules is one of domain/ticket's error types; every other error is tried again.
type DispatchFunc func(ctx context.Context, on ticket.ID, c ticket.Command, by person.Actor, as eventstore.CommandID, cause int64) error

// Config is what a runner needs. Zero values stand for the defaults.
type Config struct {
	Store    *eventstore.Store
	Dispatch DispatchFunc
	Sagas    []Definition

	Batch          int           // events in one transaction; default 500
	TimersPerPoll  int           // timers of one saga taken at once; default 32, each holds one dispatch
	PollInterval   time.Duration // the longest sleep between two looks at the timers; default 1 s
	CommandTimeout time.Duration // for one command; default 10 s

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
	case c.Batch < 0 || c.TimersPerPoll < 0 || c.PollInterval < 0 || c.CommandTimeout < 0:
		return c, errors.New("sagas: Config.Batch, TimersPerPoll, PollInterval and CommandTimeout cannot be negative")
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
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Runner runs sagas on this node. Each saga follows the log on one node at a time; timers are taken by all.
type Runner struct {
	Config
	workerID uuid.UUID // this process, in saga.sagas
	wake     chan struct{}
	metrics  metrics
}

// New makes a runner. It touches nothing yet.
func New(c Config) (*Runner, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Runner{Config: c, workerID: uuid.New(), wake: make(chan struct{}, 1), metrics: newMetrics(c.Metrics)}, nil
}

// Run follows the log and takes timers until ctx ends; everything it started has ended when it returns. What the
// database refuses meanwhile is logged and tried again.
func (r *Runner) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, d := range r.Sagas {
		early := make(chan int64, 1)
		g.Go(func() error { return r.consume(ctx, d, early) })
		g.Go(func() error { return r.wakeAfterCommit(ctx, d.ID(), early) })
	}
	g.Go(func() error { return r.pollTimers(ctx) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("sagas: %w", err)
	}
	return nil
}

// consume reconciles the saga's timers with this node's settings, retrying until the database answers, and then handles the log
// batch by batch until ctx ends.
func (r *Runner) consume(ctx context.Context, d Definition, early chan int64) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, r.activate(ctx, d) },
		backoff.WithBackOff(backoff.NewConstantBackOff(r.PollInterval)), backoff.WithMaxElapsedTime(0), // until ctx ends
		backoff.WithNotify(func(err error, _ time.Duration) {
			r.Log.ErrorContext(ctx, "cannot start saga; retrying", "saga", d.ID().Name, "error", err)
		}))
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	return r.Store.Consume(ctx, eventstore.Consumer{
		Name: d.ID().consumerName(), Version: d.ID().Version, BatchSize: r.Batch,
		Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
			first, err := r.handleBatch(ctx, tx, d, records)
			if err == nil && !first.IsZero() && first.Before(r.Store.Now().Add(r.PollInterval)) {
				replaceLatest(early, records[len(records)-1].Position)
			}
			return err
		},
	})
}

// wakeAfterCommit wakes the poller for a batch that set a timer due before its next look, once the batch is committed.
func (r *Runner) wakeAfterCommit(ctx context.Context, id SagaID, early <-chan int64) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case position := <-early:
			if err := r.Store.WaitForConsumer(ctx, id.consumerName(), id.Version, position); err != nil {
				continue // the poller looks by itself anyway
			}
			replaceLatest(r.wake, struct{}{})
		}
	}
}

// replaceLatest leaves a value in a channel of one place, instead of an older one.
func replaceLatest[T any](c chan T, v T) {
	for {
		select {
		case c <- v:
			return
		default:
		}
		select {
		case <-c:
		default:
		}
	}
}

// sleep waits for d or the end of ctx, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
