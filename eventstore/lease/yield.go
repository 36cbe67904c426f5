// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lease

import (
	"context"
	"sync"
	"time"
)

// A batch needs about a dozen round trips. A node whose way to the database has become slow can still renew its leases, but it handles
// batches so slowly that the other nodes should: it gives its leases away once, and takes back those that nobody wanted.

// slowRenewals is the number of consecutive renewals, each longer than a tenth of the duration of a claim, after which a node is slow.
const slowRenewals = 2

// A node that has given its leases away does so again when it was not slow for recoveredRenewals consecutive renewals in between, or after
// yieldInterval. When all nodes are slow, as with a slow database, little is lost.
const (
	recoveredRenewals = 12 // with the usual duration, nine seconds
	yieldInterval     = 5 * time.Minute
)

// Yielder notices that the node is slow. Its zero value is ready for use.
type Yielder struct {
	mu        sync.Mutex
	slow      int // number of consecutive slow renewals
	fast      int // number of consecutive others
	at        time.Time
	recovered bool            // since then
	yielding  context.Context // ends when the node gives its leases away
	cancel    context.CancelFunc
}

// Begin returns a context that ends with ctx, or when the node gives its leases away.
func (y *Yielder) Begin(ctx context.Context) (context.Context, context.CancelFunc) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.yielding == nil {
		y.yielding, y.cancel = context.WithCancel(context.Background())
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(y.yielding, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// Observe notes how long a renewal of claims for a duration took, and gives the leases away if the node is slow. It reports whether it did.
func (y *Yielder) Observe(took, duration time.Duration) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	if took < duration/10 {
		if y.fast++; y.fast >= recoveredRenewals {
			y.recovered = true
		}
		y.slow = 0
		return false
	}
	y.slow, y.fast = y.slow+1, 0
	if y.slow < slowRenewals || y.cancel == nil || !y.recovered && !y.at.IsZero() && time.Since(y.at) < yieldInterval {
		return false
	}
	y.cancel()
	y.recovered = false
	y.at, y.yielding = time.Now(), nil
	return true
}

// Waits reports whether the node gave its leases away less than a duration ago, so that the others come first.
func (y *Yielder) Waits(duration time.Duration) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return !y.at.IsZero() && time.Since(y.at) < duration
}
