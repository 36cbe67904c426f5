// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package dbclock reads the database's clock, so that all nodes use the same time, whatever their own clocks show. Holds, undo and timers
// are compared with the times of events, which the database's clock gives.
package dbclock

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// Clock returns the database's time. Its methods may be called from any goroutine.
type Clock struct {
	local  func() time.Time // the clock of this node
	offset atomic.Int64     // nanoseconds by which the database's clock is ahead of local
}

// New returns a clock that shows the time of the node's own clock until Sync is called.
func New(local func() time.Time) *Clock { return &Clock{local: local} }

// Now returns the database's time, by the last synchronization.
func (c *Clock) Now() time.Time { return c.local().Add(c.Offset()) }

// Local returns the time of this node's own clock.
func (c *Clock) Local() time.Time { return c.local() }

// Offset returns how far the database's clock is ahead of this node's; negative if it is behind.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// samples is the number of readings of the database's clock in one synchronization. The reading with the shortest round trip is used,
// because it is the most exact.
const samples = 3

// Sync measures how far the database's clock is ahead of the local one. The error is at most half of the round trip.
func (c *Clock) Sync(ctx context.Context, db *pgxpool.Pool) error {
	conn, err := db.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("read the database's clock: %w", err)
	}
	defer conn.Release()
	var ahead, shortest time.Duration
	for n := range samples {
		var databaseTime time.Time
		sent := c.local()
		if err := conn.QueryRow(ctx, `select clock_timestamp()`).Scan(&databaseTime); err != nil {
			return fmt.Errorf("read the database's clock: %w", err)
		}
		roundTrip := c.local().Sub(sent)
		if n == 0 || roundTrip < shortest {
			ahead, shortest = databaseTime.Sub(sent.Add(roundTrip/2)), roundTrip
		}
	}
	c.offset.Store(int64(ahead))
	return nil
}

// KeepSynced calls Sync at every interval until ctx ends, because clocks drift and are corrected.
func (c *Clock) KeepSynced(ctx context.Context, db *pgxpool.Pool, interval time.Duration, log *slog.Logger) {
	for notify.Sleep(ctx, interval) == nil {
		if err := c.Sync(ctx, db); err != nil && ctx.Err() == nil {
			log.Warn("the database's clock could not be read; the last reading stays in use", "error", err)
		}
	}
}
