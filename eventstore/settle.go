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

// logTime is the time of the newest event or tick that this node knows to be committed. Later events have the same time or a later one.
type logTime struct{ micros atomic.Int64 }

// advance records the time of a committed event or tick.
func (l *logTime) advance(t time.Time) {
	for micros := t.UnixMicro(); ; {
		known := l.micros.Load()
		if micros <= known || l.micros.CompareAndSwap(known, micros) {
			return
		}
	}
}

// get returns the time.
func (l *logTime) get() time.Time { return time.UnixMicro(l.micros.Load()).UTC() }

// settled returns the newest time that no later event can have, as far as this node knows.
func (l *logTime) settled() time.Time { return l.get().Add(-time.Microsecond) }

// maxSettledAge is the age of the known settled time from which SettledTime asks for a newer one, and the longest time for which
// it waits for it.
const maxSettledAge = 250 * time.Millisecond

// SettledTime returns a time that no later append can get: all events up to it can be read now. A reader of the present state
// shows the state at this time. It is at most about 250 ms old. While nothing can be committed, it stays what it was, and
// readers go on with it.
func (s *Store) SettledTime(ctx context.Context) time.Time {
	if s.cfg.Clock != nil {
		return s.Now() // the same clock sets recorded_at
	}
	if s.Now().Sub(s.logTime.settled()) > maxSettledAge {
		s.refreshSettledTime(ctx)
	}
	settled, now := s.logTime.settled(), s.Now()
	if s.logTime.micros.Load() == 0 || settled.After(now) { // the log is empty, or its time is ahead of the clock
		return now
	}
	return settled
}

// refreshSettledTime waits for the next tick, unless somebody has waited for it for maxSettledAge already.
func (s *Store) refreshSettledTime(ctx context.Context) {
	next, err := s.committer.join(true)
	if err != nil {
		return
	}
	defer s.committer.leave(next)
	patience := time.NewTimer(maxSettledAge - time.Since(next.since))
	defer patience.Stop()
	select {
	case <-next.done:
	case <-patience.C:
	case <-ctx.Done():
	}
}

// Settle returns when no later append can get the time t or an earlier one: all events up to t can be read then. It waits until
// the clock has passed t and then for the next commit, which may be that of a tick. Nothing may leave the system on the strength
// of it before a Barrier. Errors: ErrUnavailable after Config.AppendTimeout, ErrClosed, or the context's error.
func (s *Store) Settle(ctx context.Context, t time.Time) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.AppendTimeout, ErrUnavailable)
	defer cancel()
	for s.logTime.settled().Before(t) {
		if s.cfg.Clock != nil && !s.Now().Before(t) {
			return nil // the same clock sets recorded_at
		}
		if err := s.settleStep(ctx, t); err != nil {
			return fmt.Errorf("settle %s: %w", t.Format(time.RFC3339Nano), err)
		}
	}
	return nil
}

// settleStep waits until this node's reading of the database's clock has passed t, or else for a tick.
func (s *Store) settleStep(ctx context.Context, t time.Time) error {
	const longest = 20 * time.Millisecond // the database's clock may be behind this node's reading of it
	left := t.Sub(s.Now()) + time.Microsecond
	if left <= 0 {
		if err := s.committer.wait(ctx, true); err != nil {
			return err
		}
		if left = t.Sub(s.logTime.settled()); left <= 0 {
			return nil
		}
	}
	if notify.Sleep(ctx, min(left, longest)) != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Barrier returns when everything that was read before the call is durable, on the standby too: a transaction that began after the
// call has written to the log and was committed. Whoever answers on the strength of a read, or sends something, waits for it
// first: what was read may be committed on this server only. Errors: those of Settle.
func (s *Store) Barrier(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.AppendTimeout, ErrUnavailable)
	defer cancel()
	if err := s.committer.wait(ctx, false); err != nil {
		return fmt.Errorf("barrier: %w", err)
	}
	return nil
}

// ForgetTicks deletes all ticks except the newest, and returns their number.
func (s *Store) ForgetTicks(ctx context.Context) (int64, error) {
	tag, err := s.pools.Consumer.Exec(ctx, `delete from log.ticks where at < (select max(at) from log.ticks)`)
	if err != nil {
		return 0, fmt.Errorf("forget ticks: %w", err)
	}
	return tag.RowsAffected(), nil
}

// maxClockAhead is how far the database's clock may be ahead of the clock of a node that appends. Beyond it the log's time does
// not follow the database's clock: after a clock that ran ahead was set back, the log's time stands still until the clock has
// caught up.
const maxClockAhead = time.Hour

// latestTime returns the latest time that this node gives to events, nil for any with Config.Clock.
func (s *Store) latestTime() *time.Time {
	if s.cfg.Clock != nil {
		return nil
	}
	latest := s.clock.Local().Add(maxClockAhead)
	return &latest
}

// ClockAhead returns how far the log's time is ahead of the database's clock: zero, unless that clock was set back. Until the clock
// has caught up, all events get the same time, and nothing that is on hold can be undone.
func (s *Store) ClockAhead() time.Duration { return max(0, s.logTime.get().Sub(s.Now())) }

// ClockOffset returns how far the database's clock is ahead of this node's; negative if it is behind.
func (s *Store) ClockOffset() time.Duration { return s.clock.Offset() }
