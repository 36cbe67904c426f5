// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// handleBatch folds a batch of the log over the saga's states and writes states, timers, journal, messages and checkpoint in tx. It
// skips events that were handled before, so a redelivery changes nothing. It returns an error if the batch begins after the checkpoint, and
// eventstore.ErrFenced unless this runner was the last that reconciled the timers.
func (r *Runner) handleBatch(ctx context.Context, tx pgx.Tx, d Definition, b eventstore.Batch) (*batch, error) {
	p, err := lockCheckpoint(ctx, tx, d.ID())
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", d.ID(), err)
	}
	if p.WorkerID == nil || *p.WorkerID != r.workerID {
		// Another runner, whose settings may differ, has reconciled the timers or begun to.
		return nil, fmt.Errorf("%s: %w", d.ID(), eventstore.ErrFenced)
	}
	if b.From > p.Position {
		return nil, fmt.Errorf("%s: checkpoint is at %d, the batch begins after %d", d.ID(), p.Position, b.From)
	}
	records := b.Records
	for !b.Late && len(records) > 0 && records[0].Position <= p.Position {
		records = records[1:]
	}
	folded, err := r.foldAndWrite(ctx, tx, d, records)
	if err != nil {
		return nil, err
	}
	p.Position = max(p.Position, b.To)
	return folded, saveCheckpoint(ctx, tx, d.ID(), p)
}

// foldAndWrite folds records over the stored states and writes what follows from them.
func (r *Runner) foldAndWrite(ctx context.Context, tx pgx.Tx, d Definition, records []eventstore.Record) (*batch, error) {
	b, err := foldRecords(ctx, tx, d, records)
	if err != nil {
		return nil, err
	}
	if err := b.write(ctx, tx); err != nil {
		return nil, fmt.Errorf("write %s: %w", d.ID(), err)
	}
	if err := r.publishMessages(ctx, tx, d.ID(), b.messages, r.Store.Now()); err != nil {
		return nil, fmt.Errorf("write %s: outbox: %w", d.ID(), err)
	}
	return b, nil
}

// foldRecords folds records over the stored states.
func foldRecords(ctx context.Context, tx pgx.Tx, d Definition, records []eventstore.Record) (*batch, error) {
	b := newBatch(d.ID())
	history, err := ticketlog.DecodeHistoryWithoutPersonal(records)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.ID(), err)
	}
	if err := b.loadStates(ctx, tx, history); err != nil {
		return nil, fmt.Errorf("load %s: %w", d.ID(), err)
	}
	for _, t := range history {
		state, actions, err := d.reactStored(b.states[t.Ticket], t)
		if err == nil {
			err = b.add(t, state, actions)
		}
		if err != nil {
			return nil, fmt.Errorf("%s at %d: %w", d.ID(), t.Position, err)
		}
	}
	return b, nil
}
