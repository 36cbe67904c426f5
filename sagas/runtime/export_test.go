// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// Constants for the tests of package runtime_test.
const (
	MinBackoff   = minBackoff
	MaxBackoff   = maxBackoff
	NextDueQuery = nextDueQuery
	TakeDueQuery = takeDueQuery
)

// Activate is activate.
func (r *Runner) Activate(ctx context.Context, d Definition) error { return r.activate(ctx, d) }

// Reconcile is reconcileTimers.
func (r *Runner) Reconcile(ctx context.Context, d Definition) error { return r.reconcileTimers(ctx, d) }

// SetReconcilePageSize sets the number of instances that are reconciled together.
func (r *Runner) SetReconcilePageSize(n int) { r.reconcilePageSize = n }

// HandleBatch is handleBatch.
func (r *Runner) HandleBatch(ctx context.Context, tx pgx.Tx, d Definition, records []eventstore.Record) error {
	_, err := r.handleBatch(ctx, tx, d, eventstore.Batch{
		Records: records, From: records[0].Position - 1, To: records[len(records)-1].Position,
	})
	return err
}

// Poll is poll.
func (r *Runner) Poll(ctx context.Context) (int, error) { return r.poll(ctx) }

// FillTimers is fillTimers.
func (r *Runner) FillTimers(ctx context.Context, from, to int) error {
	return r.fillTimers(ctx, from, to)
}

// UpdateGauges is updateGauges.
func (r *Runner) UpdateGauges(ctx context.Context) error { return r.updateGauges(ctx) }

// WithSuffix returns the saga under a name of its own.
func (s Saga[S]) WithSuffix(suffix string) Definition {
	s.Name += suffix
	return s
}
