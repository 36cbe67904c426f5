// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"
	"time"
)

// RunUntilIdle waits until the sagas, running here or elsewhere, have handled what the log holds, and sends every command
// that is due by the store's clock, until nothing follows from that any more: for seeding simulated time, and tests.
// What fails and waits to be tried again is left to wait.
func (r *Runner) RunUntilIdle(ctx context.Context) error {
	for settled := int64(-1); ; {
		head, err := r.waitUntilHandled(ctx)
		if err != nil {
			return fmt.Errorf("settle sagas: %w", err)
		}
		if head == settled {
			return nil // since nothing was due here, nothing has happened
		}
		settled = -1
		n, err := r.poll(ctx)
		if err != nil {
			return fmt.Errorf("settle sagas: %w", err)
		}
		if n > 0 {
			continue
		}
		due, err := r.countDue(ctx)
		if err != nil {
			return fmt.Errorf("settle sagas: %w", err)
		}
		if due == 0 {
			settled = head
			continue
		}
		if err := sleep(ctx, 5*time.Millisecond); err != nil { // another node is sending them
			return fmt.Errorf("settle sagas: %w", err)
		}
	}
}

// waitUntilHandled waits until every saga has handled what the log holds now, and answers up to where.
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

// countDue counts the timers that are to be sent now.
func (r *Runner) countDue(ctx context.Context) (n int, err error) {
	for _, d := range r.Sagas {
		var here int
		err = r.Store.WorkerPool().QueryRow(ctx, `
			select count(*) from saga.timers where saga = $1 and version = $2 and next_at <= $3`,
			d.ID().Name, d.ID().Version, r.Store.Now()).Scan(&here)
		if err != nil {
			return 0, err
		}
		n += here
	}
	return n, nil
}
