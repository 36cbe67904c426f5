// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"testing"
	"time"
)

const (
	eventuallyTimeout  = 2 * time.Minute // long, because a machine under load is slow; a test that passes does not wait for it
	eventuallyInterval = 10 * time.Millisecond
)

// Eventually checks a condition every 10 ms and returns when it holds. The test fails at once when the condition does not hold within
// two minutes; the failure message contains what, the description of the condition.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	timeout, tick := time.NewTimer(eventuallyTimeout), time.NewTicker(eventuallyInterval)
	defer timeout.Stop()
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout.C:
			t.Fatalf("did not happen within %v: %s", eventuallyTimeout, what)
		}
	}
}
