// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate keeps mails from the peer while it does not answer, so that a peer that is away costs one time-out a pause and
// not one a mail, and keeps the pace that it is asked to bear.
type gate struct {
	pace  *rate.Limiter
	first time.Duration // the pause after one failure, then doubled up to longest

	mu     sync.Mutex
	until  time.Time
	failed int
}

// longest is the longest pause before a peer that is away is looked for again.
const longest = time.Minute

func newGate(perMinute int, first time.Duration) *gate {
	return &gate{
		pace:  rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute),
		first: first,
	}
}

// shut tells whether the peer is left alone now.
func (g *gate) shut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.until)
}

// answered takes note of whether the peer was there.
func (g *gate) answered(there bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if there {
		g.failed, g.until = 0, time.Time{}
		return
	}
	g.until = time.Now().Add(min(g.first<<min(g.failed, 10), longest))
	g.failed++
}
