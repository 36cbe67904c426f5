// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/notify"
)

// RunUntilIdle waits until the sagas, on this node or another, have handled the whole log, and dispatches the timers that are due by
// the store's clock. It repeats this until no new event and no due timer is left. The demo's seed with simulated time and tests use it.
// It does not wait for failed timers that are retried later.
func (r *Runner) RunUntilIdle(ctx context.Context) error {
	for settled := int64(-1); ; {
		head, err := r.waitUntilHandled(ctx)
		if err != nil {
			return fmt.Errorf("run sagas until idle: %w", err)
		}
		if head == settled {
			return nil // no event was appended since a poll found nothing due
		}
		settled = -1
		n, err := r.poll(ctx)
		if err != nil && !errors.Is(err, lease.ErrLost) { // those timers are due again when their claims have ended
			return fmt.Errorf("run sagas until idle: %w", err)
		}
		if n > 0 {
			continue
		}
		due, err := r.countDue(ctx)
		if err != nil {
			return fmt.Errorf("run sagas until idle: %w", err)
		}
		if due == 0 {
			settled = head
			continue
		}
		if err := notify.Sleep(ctx, 5*time.Millisecond); err != nil { // another node is dispatching them
			return fmt.Errorf("run sagas until idle: %w", err)
		}
	}
}

// waitUntilHandled waits until every saga has handled the log up to its present head, and returns the head.
func (r *Runner) waitUntilHandled(ctx context.Context) (int64, error) {
	head, _, err := r.Store.Head(ctx)
	if err != nil {
		return 0, err
	}
	for _, d := range r.Sagas {
		if err := r.Store.WaitForConsumer(ctx, d.ID().consumerName(), d.ID().Version, head.N); err != nil {
			return 0, err
		}
	}
	return head.N, nil
}

// countDue counts the timers whose next attempt is due.
func (r *Runner) countDue(ctx context.Context) (n int, err error) {
	for _, d := range r.Sagas {
		var count int
		err = r.Store.Pools().Consumer.QueryRow(ctx, `
			select count(*) from saga.timers where saga = $1 and version = $2 and next_at <= $3`,
			d.ID().Name, d.ID().Version, r.Store.Now()).Scan(&count)
		if err != nil {
			return 0, err
		}
		n += count
	}
	return n, nil
}
