// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// clock returns the database's time, independent of this node's own clock. Holds, undo and timers on all nodes therefore
// use the same time as recorded_at.
type clock struct {
	local  func() time.Time // the clock of this node
	offset atomic.Int64     // nanoseconds by which the database's clock is ahead of local
}

// now returns the database's time, by the last synchronization.
func (c *clock) now() time.Time { return c.local().Add(time.Duration(c.offset.Load())) }

// clockSamples is the number of readings of the database's clock in one synchronization. The reading with the shortest round
// trip is used, because it is the most exact.
const clockSamples = 3

// syncClock measures how far the database's clock is ahead of the local one. The error is at most half of the round trip.
func (s *Store) syncClock(ctx context.Context) error {
	conn, err := s.pools.Read.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("read the database's clock: %w", err)
	}
	defer conn.Release()
	var ahead, shortest time.Duration
	for n := range clockSamples {
		var databaseTime time.Time
		sent := s.clock.local()
		if err := conn.QueryRow(ctx, `select clock_timestamp()`).Scan(&databaseTime); err != nil {
			return fmt.Errorf("read the database's clock: %w", err)
		}
		roundTrip := s.clock.local().Sub(sent)
		if n == 0 || roundTrip < shortest {
			ahead, shortest = databaseTime.Sub(sent.Add(roundTrip/2)), roundTrip
		}
	}
	s.clock.offset.Store(int64(ahead))
	return nil
}

// keepClockSynced calls syncClock at every clockSyncInterval until ctx ends, because clocks drift and are corrected.
func (s *Store) keepClockSynced(ctx context.Context) {
	for notify.Sleep(ctx, s.cfg.clockSyncInterval) == nil {
		if err := s.syncClock(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Warn("the database's clock could not be read; the last reading stays in use", "error", err)
		}
	}
}
