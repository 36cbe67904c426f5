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
	all   chan struct{} // holds a value for each connection that any kind uses; nil: all kinds together have no limit

	mu    sync.Mutex
	inUse map[string]chan struct{} // by kind; holds a value for each connection that the kind uses
}

// newShares returns shares of half of the pool, rounded up.
func newShares(s Spec) *shares {
	return &shares{wait: s.Wait, share: int(s.Conns+1) / 2, inUse: make(map[string]chan struct{})}
}

// newSingleShares returns shares of one connection. All kinds together leave one connection to those who need no share.
func newSingleShares(s Spec) *shares {
	return &shares{wait: s.Wait, share: 1, all: make(chan struct{}, max(1, s.Conns-1)), inUse: make(map[string]chan struct{})}
}

// acquire waits until the kind uses fewer connections than its share. Error: ErrUnavailable.
func (s *shares) acquire(ctx context.Context, kind string) (release func(), err error) {
	s.mu.Lock()
	slots, ok := s.inUse[kind]
	if !ok {
		slots = make(chan struct{}, s.share)
		s.inUse[kind] = slots
	}
	s.mu.Unlock()
	limit := time.NewTimer(s.wait)
	defer limit.Stop()
	select {
	case slots <- struct{}{}:
	case <-limit.C:
		return nil, errNoConnection
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if s.all == nil {
		return func() { <-slots }, nil
	}
	select {
	case s.all <- struct{}{}:
		return func() { <-s.all; <-slots }, nil
	case <-limit.C:
		err = errNoConnection
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	<-slots
	return nil, err
}
