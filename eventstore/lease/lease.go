// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package lease renews claims on rows of the database while a node works on them. A claim is a pair of columns, its owner and the time
// until which it is valid, which a short statement sets; no transaction stays open over the work. When a node dies, freezes or is cut off,
// its claims end by themselves and other nodes take the rows over. The result of the work is stored only if the claim is still the
// owner's, so a claim that ended unnoticed harms nothing.
package lease

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// Duration is the time for which a claim is valid without a renewal. A claim in hand is renewed after each quarter of it.
const Duration = 3 * time.Second

// ErrLost is the cause of the end of a claim's context: the claim was not renewed in time, and another node may have the row.
var ErrLost = errors.New("the claim was not renewed in time")

// RenewFunc sets the claims to be valid for duration from now, by the database's clock, and returns those that it renewed. It must not wait
// for locks of rows (skip locked): the node that holds one may be frozen. A claim that is not renewed is tried again.
type RenewFunc[K comparable] func(ctx context.Context, duration time.Duration, claims []K) (renewed []K, err error)

// Keeper renews the claims that a node has in hand, all of them in one call. Its methods may be called from any goroutine.
type Keeper[K comparable] struct {
	duration time.Duration
	renew    RenewFunc[K]

	renewing sync.Mutex // held while renew runs
	mu       sync.Mutex
	claims   map[K]*held
	stop     chan struct{} // closed when no claim is left; nil: no goroutine is running
}

// held is a claim in hand.
type held struct {
	until time.Time   // when it ends, by the clock of this node
	timer *time.Timer // ends its context then
}

// NewKeeper returns a keeper. It runs a goroutine only while claims are in hand.
func NewKeeper[K comparable](duration time.Duration, renew RenewFunc[K]) *Keeper[K] {
	return &Keeper[K]{duration: duration, renew: renew, claims: map[K]*held{}}
}

// Duration returns the time for which a claim is valid without a renewal.
func (k *Keeper[K]) Duration() time.Duration { return k.duration }

// Hold renews a claim until release is called. The context that it returns ends with ctx, at release, and, with the cause ErrLost, when the
// claim may have ended. claimedAt is a time.Now from before the claim was made: by this node's clock the claim never lasts longer than in
// the database. release reports whether the claim has lasted until now; no renewal is under way when it returns.
func (k *Keeper[K]) Hold(ctx context.Context, claim K, claimedAt time.Time) (_ context.Context, release func() bool) {
	ctx, cancel := context.WithCancelCause(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	h := &held{until: claimedAt.Add(k.duration)}
	h.timer = time.AfterFunc(time.Until(h.until), func() {
		k.remove(claim, h) // so that no renewal revives it
		cancel(ErrLost)
	})
	k.claims[claim] = h
	if k.stop == nil {
		k.stop = make(chan struct{})
		go k.run(k.stop)
	}
	return ctx, func() bool {
		lasts := k.remove(claim, h)
		cancel(context.Canceled)
		k.renewing.Lock()   // waits for a renewal that began before
		k.renewing.Unlock() //nolint:staticcheck // SA2001: the empty section is the wait
		return lasts
	}
}

// remove forgets a claim in hand, ends the goroutine with the last one, and reports whether the claim has lasted until now. A process that
// was frozen learns it here, also when it has not run the timer yet. If the same claim was made again meanwhile, that one stays.
func (k *Keeper[K]) remove(claim K, h *held) (lasts bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.claims[claim] != h {
		return false
	}
	h.timer.Stop()
	delete(k.claims, claim)
	if len(k.claims) == 0 {
		close(k.stop)
		k.stop = nil
	}
	return time.Now().Before(h.until)
}

// run renews the claims after each quarter of the duration until stop is closed.
func (k *Keeper[K]) run(stop <-chan struct{}) {
	tick := time.NewTicker(k.duration / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.renewAll()
		case <-stop:
			return
		}
	}
}

// renewAll renews all claims once. An attempt may take half of the duration: when the connection is dead, the next attempt on another one
// is still in time.
func (k *Keeper[K]) renewAll() {
	k.renewing.Lock()
	defer k.renewing.Unlock()
	k.mu.Lock()
	claims := slices.Collect(maps.Keys(k.claims))
	k.mu.Unlock()
	if len(claims) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), k.duration/2)
	defer cancel()
	sent := time.Now()
	renewed, err := k.renew(ctx, k.duration, claims)
	if err != nil {
		return // the claims end if the next attempts fail too
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, claim := range renewed {
		if h, ok := k.claims[claim]; ok && h.timer.Stop() { // one that has just ended stays so
			h.until = sent.Add(k.duration)
			h.timer.Reset(time.Until(h.until))
		}
	}
}
