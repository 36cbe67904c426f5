// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"sync"
	"time"
)

// shares bounds how many connections of a pool each kind of use has at a time, so that a table that is locked or slow leaves the others to
// the other kinds.
type shares struct {
	wait  time.Duration // how long a caller waits for the share of its kind
	share int           // largest number of connections of a kind
	all   slots         // of all kinds together; nil: no limit

	mu     sync.Mutex
	byKind map[string]slots
}

// slots holds a value for each connection that is in use, and has room for as many as may be.
type slots chan struct{}

// newShares returns shares of a number of connections for each kind, and at most total for all kinds together; 0: no limit.
func newShares(wait time.Duration, share, total int) *shares {
	s := &shares{wait: wait, share: share, byKind: make(map[string]slots)}
	if total > 0 {
		s.all = make(slots, total)
	}
	return s
}

// acquire waits until the kind uses fewer connections than its share, and all kinds fewer than their limit. Error: ErrUnavailable.
func (s *shares) acquire(ctx context.Context, kind string) (release func(), err error) {
	own := s.slotsOf(kind)
	limit := time.NewTimer(s.wait)
	defer limit.Stop()
	if err := own.take(ctx, limit.C); err != nil {
		return nil, err
	}
	if s.all == nil {
		return func() { <-own }, nil
	}
	if err := s.all.take(ctx, limit.C); err != nil {
		<-own
		return nil, err
	}
	return func() { <-s.all; <-own }, nil
}

// slotsOf returns the slots of a kind.
func (s *shares) slotsOf(kind string) slots {
	s.mu.Lock()
	defer s.mu.Unlock()
	own, ok := s.byKind[kind]
	if !ok {
		own = make(slots, s.share)
		s.byKind[kind] = own
	}
	return own
}

// take waits for a free slot until limit sends or ctx ends. Error: ErrUnavailable.
func (s slots) take(ctx context.Context, limit <-chan time.Time) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-limit:
		return errNoConnection
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
