// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lease_test

import (
	"context"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore/lease"
)

// TestSlowNodeYieldsOnceEachTimeItBecomesSlow: a node that stays slow gives its leases away once. One that recovered gives them away again, and
// one that was fast for a moment does not.
func TestSlowNodeYieldsOnceEachTimeItBecomesSlow(t *testing.T) {
	const duration, fast, slow = 3 * time.Second, 10 * time.Millisecond, 400 * time.Millisecond
	var y lease.Yielder
	for _, step := range []struct {
		what     string
		took     time.Duration
		renewals int
		yields   int
	}{
		{"fast", fast, 5, 0},
		{"slow once", slow, 1, 0},
		{"fast again", fast, 1, 0},
		{"slow", slow, 10, 1},
		{"fast for a moment", fast, 3, 0},
		{"slow again", slow, 10, 0},
		{"recovered", fast, 20, 0},
		{"slow after it recovered", slow, 10, 1},
	} {
		held, release := y.Begin(context.Background())
		yields := 0
		for range step.renewals {
			if y.Observe(step.took, duration) {
				yields++
			}
		}
		if yields != step.yields {
			t.Errorf("%s: gave the leases away %d times, want %d", step.what, yields, step.yields)
		}
		if yields > 0 {
			<-held.Done()
		} else if held.Err() != nil {
			t.Errorf("%s: the context of a lease has ended, want it to last", step.what)
		}
		release()
	}
}
