// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
)

// Consumer follows the log from its checkpoint on. A new version is a new consumer, which begins at the start.
type Consumer struct {
	Name      string
	Version   int
	BatchSize int // most events a transaction; 0: 500
	// Handle writes what the records mean, in the transaction that moves the checkpoint: all of it is kept or
	// none. It sees every event once in what is kept; after a rollback it sees the same ones again.
	Handle func(ctx context.Context, tx pgx.Tx, records []Record) error
}

// errFenced: another node moved the checkpoint; what this one did for the batch was rolled back.
var errFenced = errors.New("another node has moved this consumer on")

// Consume runs the consumer until ctx ends, and then returns nil. One node leads it at a time, by a lease that is
// only an optimisation: a batch is kept only if the checkpoint still stood where the batch began. A batch that
// fails is tried again after a growing pause, its error kept for Consumers. A node that keeps failing steps back.
func (s *Store) Consume(ctx context.Context, c Consumer) error {
	if c.Name == "" || c.Version < 1 || c.Handle == nil || c.BatchSize < 0 {
		return fmt.Errorf("consumer %q version %d: name, version from 1, handler and batch size are needed", c.Name, c.Version)
	}
	c.BatchSize = cmp.Or(c.BatchSize, 500)
	failed := newFailures()
	for ctx.Err() == nil {
		position, leads, err := s.acquireLease(ctx, c)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("lease not taken", "consumer", c.Name, "version", c.Version, "error", err)
		}
		if !leads {
			_ = pause(ctx, s.cfg.LeaseDuration/4) // ends with ctx, as the loop does
			continue
		}
		s.consumeAsLeader(ctx, c, position, failed)
		if failed.count >= maxFailures {
			_ = pause(ctx, max(s.cfg.LeaseDuration+jitter(s.cfg.LeaseDuration/2), failed.delay)) // ends with ctx, as the loop does
		}
	}
	return nil
}

// maxFailures is the number of consecutive failures after which a node releases its lease; it releases it at each further one
// too. The cause may be the node and not the batch: an older build, a disk, a network. The other nodes ask for the lease four
// times while this one pauses.
const maxFailures = 5

// failures counts how often in a row a consumer's batch has failed on this node, whether or not it led without a break.
type failures struct {
	count   int
	delay   time.Duration // before the next attempt: from 0.1 s doubling to 30 s, give or take a quarter
	backOff backoff.ExponentialBackOff
}

func newFailures() *failures {
	return &failures{backOff: backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond, Multiplier: 2, MaxInterval: 30 * time.Second, RandomizationFactor: 0.25,
	}}
}

func (f *failures) add() { f.count, f.delay = f.count+1, f.backOff.NextBackOff() }

func (f *failures) reset() {
	f.count, f.delay = 0, 0
	f.backOff.Reset()
}

// consumeAsLeader handles batches from the position on until ctx ends, another node leads, or maxFailures batches in a row have
// failed.
func (s *Store) consumeAsLeader(ctx context.Context, c Consumer, position int64, failed *failures) {
	leading, stop := context.WithCancel(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		defer stop()
		s.renewLease(leading, c)
	})
	defer s.releaseLease(context.WithoutCancel(ctx), c)
	defer renewing.Wait()
	defer stop()

	s.metrics.setLeading(c, position)
	defer s.metrics.clearLeading(c)
	for s.WaitForHead(leading, position) == nil && leading.Err() == nil {
		moved, err := s.handleBatch(leading, c, position)
		switch {
		case err == nil && moved == position: // the known head is above the database's, which lost what it never acknowledged
			_ = pause(leading, s.cfg.PollInterval) // ends with leading, as the loop does
		case err == nil:
			position = moved
			failed.reset()
			s.metrics.setLeading(c, position)
			s.notifier.AdvanceConsumer(c.Name, c.Version, position)
		case errors.Is(err, errFenced) || leading.Err() != nil:
			failed.reset()
			return
		default:
			failed.add()
			s.recordFailure(leading, c, position, err)
			if failed.count >= maxFailures {
				return
			}
			_ = pause(leading, failed.delay)
		}
	}
}

// jitter returns a random duration below d. It keeps nodes that failed together from coming back together.
func jitter(d time.Duration) time.Duration { return rand.N(d) }

// handleBatch is one transaction: the handler's writes and, last, the checkpoint.
func (s *Store) handleBatch(ctx context.Context, c Consumer, from int64) (to int64, err error) {
	records, err := s.Read(ctx, from, c.BatchSize)
	if err != nil || len(records) == 0 {
		return from, err
	}
	to = records[len(records)-1].Position
	err = pgx.BeginFunc(ctx, s.workerPool, func(tx pgx.Tx) error {
		if err := c.Handle(ctx, tx, records); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			update log.consumers set position = $4, moved_at = clock_timestamp(), failures = 0, error = null, failed_at = null
			where name = $1 and version = $2 and position = $3`, c.Name, c.Version, from, to)
		if err == nil && tag.RowsAffected() == 0 {
			err = errFenced
		}
		return err
	})
	return to, err
}

// recordFailure keeps the error where the status is read from.
func (s *Store) recordFailure(ctx context.Context, c Consumer, position int64, cause error) {
	s.cfg.Log.Error("consumer failed", "consumer", c.Name, "version", c.Version, "after", position, "error", cause)
	s.metrics.failures.WithLabelValues(c.Name).Inc()
	_, err := s.workerPool.Exec(ctx, `
		update log.consumers set failures = failures + 1, error = $4, failed_at = clock_timestamp()
		where name = $1 and version = $2 and position = $3`, c.Name, c.Version, position, cause.Error())
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.Warn("a consumer's error was not kept", "consumer", c.Name, "error", err)
	}
}
