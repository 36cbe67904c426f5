// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"sync"
	"time"
)

// Clock is the simulated clock. Each call of Now moves it one step towards an end and not beyond, so that concurrent commands get
// different times.
type Clock struct {
	mu       sync.Mutex
	now, end time.Time
	step     time.Duration
}

// Now moves the clock one step and returns its time. The store uses it as its clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now = c.now.Add(c.step); c.now.After(c.end) {
		c.now = c.end
	}
	return c.now
}

// maxStep is the longest step. It keeps the time of a decision near the time of its event, although other tickets call Now in between.
const maxStep = 2 * time.Second

// Between spreads about the next calls calls of Now over the time between from and to. The clock never goes back.
func (c *Clock) Between(from, to time.Time, calls int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if from.After(c.now) {
		c.now = from
	}
	if to.Before(c.now) {
		to = c.now
	}
	c.end, c.step = to, min(maxStep, to.Sub(c.now)/time.Duration(max(1, calls)))
}
