// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// clock tells the database's time, whatever this node's own clock says: holds, undo and timers on all nodes go by the
// same time as recorded_at.
type clock struct {
	local  func() time.Time // this node's
	offset atomic.Int64     // nanoseconds that the database's is ahead of it
}

func (c *clock) now() time.Time { return c.local().Add(time.Duration(c.offset.Load())) }

// clockSamples is how often the database is asked for its time at once; the quickest answer says most.
const clockSamples = 3

// syncClock measures how far ahead the database's clock is, to half of the way there and back.
func (s *Store) syncClock(ctx context.Context) error {
	conn, err := s.workerPool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("ask for the time: %w", err)
	}
	defer conn.Release()
	var ahead, quickest time.Duration
	for n := range clockSamples {
		var there time.Time
		asked := s.clock.local()
		if err := conn.QueryRow(ctx, `select clock_timestamp()`).Scan(&there); err != nil {
			return fmt.Errorf("ask for the time: %w", err)
		}
		took := s.clock.local().Sub(asked)
		if n == 0 || took < quickest {
			ahead, quickest = there.Sub(asked.Add(took/2)), took
		}
	}
	s.clock.offset.Store(int64(ahead))
	return nil
}

// keepClockSynced measures again and again: clocks drift, and are put right.
func (s *Store) keepClockSynced(ctx context.Context) {
	for pause(ctx, s.cfg.clockSyncInterval) == nil {
		if err := s.syncClock(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("the database's clock could not be read; going on by the last reading", "error", err)
		}
	}
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
