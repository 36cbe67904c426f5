// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"sync"
	"time"
)

// Clock is the time of the simulation. It moves by being asked, from one moment towards another and no further, so
// that what happens side by side does not happen in the same second.
type Clock struct {
	mu       sync.Mutex
	now, end time.Time
	step     time.Duration
}

// Now is the store's clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now = c.now.Add(c.step); c.now.After(c.end) {
		c.now = c.end
	}
	return c.now
}

// maxStep keeps what is decided near what is recorded: other tickets' questions come in between.
const maxStep = 2 * time.Second

// Between has the next questions fall between two moments, about as many as there are asks. It never turns back.
func (c *Clock) Between(from, to time.Time, asks int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if from.After(c.now) {
		c.now = from
	}
	if to.Before(c.now) {
		to = c.now
	}
	c.end, c.step = to, min(maxStep, to.Sub(c.now)/time.Duration(max(1, asks)))
}
