// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lease

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Failures counts the consecutive failures of a consumer's batch on this node. The count survives a release of the lease.
type Failures struct {
	Count   int
	Delay   time.Duration // before the next attempt: 0.1 s, doubling up to 30 s, each ±25 %
	backOff backoff.ExponentialBackOff
}

// NewFailures returns a count of zero failures.
func NewFailures() *Failures {
	return &Failures{backOff: backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond, Multiplier: 2, MaxInterval: 30 * time.Second, RandomizationFactor: 0.25,
	}}
}

// Add counts a failure and sets the delay before the next attempt.
func (f *Failures) Add() { f.Count, f.Delay = f.Count+1, f.backOff.NextBackOff() }

// Reset sets the count to zero after a success.
func (f *Failures) Reset() {
	f.Count, f.Delay = 0, 0
	f.backOff.Reset()
}
