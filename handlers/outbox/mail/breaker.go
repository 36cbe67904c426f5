// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// relayBreaker keeps mails from the peer while it does not answer, so that a peer that is away costs one time-out a pause and
// not one a mail, and keeps the pace that it is asked to bear.
type relayBreaker struct {
	rateLimit  *rate.Limiter
	retryDelay time.Duration // the pause after one failure, then doubled up to longest

	mu        sync.Mutex
	openUntil time.Time
	failures  int
}

// maxRetryDelay is the longest pause before a peer that is away is looked for again.
const maxRetryDelay = time.Minute

func newRelayBreaker(perMinute int, first time.Duration) *relayBreaker {
	return &relayBreaker{
		rateLimit:  rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute),
		retryDelay: first,
	}
}

// isOpen tells whether the peer is left alone now.
func (g *relayBreaker) isOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Now().Before(g.openUntil)
}

// record takes note of whether the peer was there.
func (g *relayBreaker) record(there bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if there {
		g.failures, g.openUntil = 0, time.Time{}
		return
	}
	g.openUntil = time.Now().Add(min(g.retryDelay<<min(g.failures, 10), maxRetryDelay))
	g.failures++
}
