// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"testing"
	"time"
)

const (
	eventuallyTimeout  = 2 * time.Minute // a machine under load is slow; a test that passes does not wait as long
	eventuallyInterval = 10 * time.Millisecond
)

// Eventually asks every 10 ms whether a condition holds, and returns when it does. The test fails at once, with what was waited
// for, when it does not hold within two minutes.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	timeout, tick := time.NewTimer(eventuallyTimeout), time.NewTicker(eventuallyInterval)
	defer timeout.Stop()
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout.C:
			t.Fatalf("waited %v in vain: %s", eventuallyTimeout, what)
		}
	}
}
