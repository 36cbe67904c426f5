// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// Consumer is a named reader of the log that continues at its checkpoint. A new version is a new consumer, which begins
// at the start of the log.
type Consumer struct {
	Name      string
	Version   int
	BatchSize int // maximum number of events in one transaction; 0: 500
	// Handle writes the effects of the records in the transaction that moves the checkpoint: both are committed, or
	// neither. After a rollback it gets the same records again, so every event takes effect once.
	Handle func(ctx context.Context, tx pgx.Tx, records []Record) error
	// Committed is called after the transaction of the last Handle has committed, in the same goroutine. Nil: nothing is called. It is
	// not called if the node dies in between.
	Committed func()
	// Knows reports whether Handle knows the type of a record; nil: it knows all. At a record that it does not know, the consumer leaves
	// the stream and goes on with all others: Handle gets no later record of it. A node that knows the types of all its records handles
	// them when it begins to lead the consumer.
	Knows func(Record) bool
	// Prepare is called outside a transaction when a node begins to lead the consumer, before its first batch. Nil: nothing is called.
	Prepare func(ctx context.Context) error
	// HandleBatch is called in place of Handle, if it is set, also for a batch without records.
	HandleBatch func(ctx context.Context, tx pgx.Tx, b Batch) error
}

// Batch holds the records that one transaction handles: those after position From up to position To, without those of skipped streams. Late
// records are those of one stream that was skipped until now; they come before the checkpoint, which stays at From and To.
type Batch struct {
	Records  []Record
	From, To int64
	Late     bool
}

// handle calls the handler of the consumer.
func (c Consumer) handle(ctx context.Context, tx pgx.Tx, b Batch) error {
	switch {
	case c.HandleBatch != nil:
		return c.HandleBatch(ctx, tx, b)
	case len(b.Records) == 0:
		return nil
	default:
		return c.Handle(ctx, tx, b.Records)
	}
}

// id returns name and version.
func (c Consumer) id() lease.Consumer { return lease.Consumer{Name: c.Name, Version: c.Version} }

// ErrFenced means that another node moved the checkpoint; the work of this node on the batch was rolled back. A handler returns it when it
// sees that another node leads the consumer or led it meanwhile: this node then releases the lease, and may lead again.
var ErrFenced = errors.New("another node has moved the checkpoint")

// Consume runs the consumer until ctx ends, and then returns nil. It returns an error at once when c is not valid.
//
// A lease lets one node at a time run the consumer. The lease is only an optimisation: a batch is committed only if the
// checkpoint is still where the batch began. A failed batch is retried after a growing pause, and Consumers returns its
// error. A node releases the lease after maxFailures consecutive failures.
func (s *Store) Consume(ctx context.Context, c Consumer) error {
	if c.Name == "" || c.Version < 1 || (c.Handle == nil) == (c.HandleBatch == nil) || c.BatchSize < 0 {
		return fmt.Errorf("consumer %q version %d: name, version from 1, one handler and batch size are needed", c.Name, c.Version)
	}
	c.BatchSize = cmp.Or(c.BatchSize, 500)
	failed, registered := lease.NewFailures(), false
	for ctx.Err() == nil {
		claimedAt := time.Now()
		position, leads, err := s.leases.TryToLead(ctx, c.id(), &registered)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("lease could not be acquired", "consumer", c.Name, "version", c.Version, "error", err)
		}
		if !leads {
			_ = notify.Sleep(ctx, s.cfg.LeaseDuration/4) // ends with ctx, as the loop does
			continue
		}
		s.consumeAsLeader(ctx, c, claimedAt, position, failed)
		if failed.Count >= maxFailures {
			_ = notify.Sleep(ctx, max(s.cfg.LeaseDuration+jitter(s.cfg.LeaseDuration/2), failed.Delay)) // ends with ctx, as the loop does
		}
	}
	return nil
}

// maxFailures is the number of consecutive failures after which a node releases its lease. It also releases it after each
// further failure. The cause may be the node and not the batch: an older build, a disk, a network. While this node pauses,
// the other nodes try to acquire the lease four times.
const maxFailures = 5

// consumeAsLeader handles batches from the position on until ctx ends, the lease that was acquired after claimedAt has ended, or maxFailures
// consecutive attempts have failed.
func (s *Store) consumeAsLeader(ctx context.Context, c Consumer, claimedAt time.Time, position int64, failed *lease.Failures) {
	leading, release := s.leases.Hold(ctx, c.id(), claimedAt)
	defer s.leases.Release(context.WithoutCancel(ctx), c.id())
	defer release()

	skipped, err := s.loadSkips(leading, c)
	if err == nil && c.Prepare != nil {
		err = c.Prepare(leading)
	}
	if err == nil {
		err = s.resumeSkipped(leading, c, position, &skipped)
	}
	if err != nil {
		if leading.Err() == nil && !errors.Is(err, ErrFenced) {
			failed.Add()
			s.recordFailure(leading, c, position, err)
			_ = notify.Sleep(leading, failed.Delay)
		}
		return
	}
	s.metrics.SetLeading(c.Name, c.Version, position, len(skipped.streams))
	defer s.metrics.ClearLeading(c.Name, c.Version)
	for s.WaitForHead(leading, position) == nil && leading.Err() == nil {
		next, err := s.handleBatch(leading, c, position, &skipped)
		switch {
		case err == nil && next == position:
			// The head that this node knows is above the database's, which lost events that it had not acknowledged.
			_ = notify.Sleep(leading, s.cfg.PollInterval) // ends with leading, as the loop does
		case err == nil:
			position = next
			failed.Reset()
			if c.Committed != nil {
				c.Committed()
			}
			s.metrics.SetLeading(c.Name, c.Version, position, len(skipped.streams))
			s.notifier.AdvanceConsumer(c.Name, c.Version, position)
		case errors.Is(err, ErrFenced) || leading.Err() != nil:
			failed.Reset()
			return
		default:
			failed.Add()
			s.recordFailure(leading, c, position, err)
			if failed.Count >= maxFailures {
				return
			}
			_ = notify.Sleep(leading, failed.Delay)
		}
	}
}

// jitter returns a random duration below d, so that nodes that failed at the same time do not retry at the same time.
func jitter(d time.Duration) time.Duration { return rand.N(d) }

// handleBatch handles the next batch in one transaction: the handler's writes and, last, the new checkpoint, which it
// returns. Without new events it returns from. It adds the streams that the consumer leaves in this batch to skipped.
func (s *Store) handleBatch(ctx context.Context, c Consumer, from int64, skipped *skips) (to int64, err error) {
	records, err := s.readFrom(ctx, s.pools.Consumer, from, c.BatchSize)
	if err != nil || len(records) == 0 {
		return from, err
	}
	to = records[len(records)-1].Position
	handled, left := skipped.split(records, c.Knows)
	err = pgx.BeginFunc(ctx, s.pools.Consumer, func(tx pgx.Tx) error {
		if err := c.handle(ctx, tx, Batch{Records: handled, From: from, To: to}); err != nil {
			return err
		}
		if err := storeSkips(ctx, tx, c.Name, c.Version, left); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			update log.consumers set position = $4, moved_at = clock_timestamp(), failures = 0, error = null, failed_at = null,
				skip_changes = skip_changes + $6
			where name = $1 and version = $2 and position = $3 and skip_changes = $5`,
			c.Name, c.Version, from, to, skipped.changes, len(left))
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrFenced
		}
		return err
	})
	if err == nil {
		s.addSkips(c, skipped, left)
	}
	return to, err
}

// recordFailure logs and counts a failure, and stores the error for Consumers.
func (s *Store) recordFailure(ctx context.Context, c Consumer, position int64, cause error) {
	s.cfg.Log.Error("consumer failed", "consumer", c.Name, "version", c.Version, "after", position, "error", cause)
	s.metrics.CountFailure(c.Name)
	_, err := s.pools.Lease.Exec(ctx, `
		update log.consumers set failures = failures + 1, error = $4, failed_at = clock_timestamp()
		where name = $1 and version = $2 and position = $3`, c.Name, c.Version, position, cause.Error())
	if err != nil && ctx.Err() == nil {
		s.cfg.Log.Warn("a consumer's error could not be stored", "consumer", c.Name, "error", err)
	}
}
