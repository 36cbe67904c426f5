// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/consumers"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// batchSize is the largest number of events that one transaction of a live run, or of a rebuild that catches up, applies.
const batchSize = 500

// Runner applies the events of one log to read models, and rebuilds them.
type Runner struct {
	store  *eventstore.Store
	models []Model
}

// NewRunner returns a runner for the read models.
func NewRunner(store *eventstore.Store, models ...Model) *Runner {
	models = slices.Clone(models)
	for i, m := range models {
		if m.HashPurpose != "" {
			models[i].Apply, models[i].Build = m.Hashed(func(value string) string { return store.KeyedHash(m.HashPurpose, value) })
		}
	}
	return &Runner{store: store, models: models}
}

// Start applies new events to every read model until ctx ends, and returns when all have stopped. Each read model runs on one node at a
// time.
func (r *Runner) Start(ctx context.Context) error {
	var running sync.WaitGroup
	failed := make([]error, len(r.models))
	for i, m := range r.models {
		running.Go(func() { failed[i] = r.store.Consume(ctx, m.consumer()) })
	}
	running.Wait()
	return errors.Join(failed...)
}

// consumer returns the consumer that applies the log to the model's tables, each batch in one transaction with the checkpoint.
func (m Model) consumer() eventstore.Consumer {
	return eventstore.Consumer{
		Name: m.Name, Version: m.Version, BatchSize: batchSize, Knows: ticketlog.Knows,
		Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
			// A swap waits for this batch to end, and the next batch waits for the swap. The swap has moved the checkpoint by then, so the
			// store refuses that batch.
			if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared($1)`, m.lockKey(swapLock)); err != nil {
				return fmt.Errorf("wait for a rebuild of %s: %w", m.Name, err)
			}
			happened, err := ticketlog.DecodeHistory(records)
			if err != nil {
				return err
			}
			return m.Apply(ctx, tx, m.tableNames(""), happened)
		},
	}
}

// Status is the state of one read model.
type Status struct {
	Name     string     `json:"name"`
	Version  int        `json:"version"`
	Position int64      `json:"position"`
	Head     int64      `json:"head"`
	Lag      int64      `json:"lag" doc:"events behind the head"`
	Led      bool       `json:"led" doc:"some node runs it"`
	Since    *time.Time `json:"since,omitempty" doc:"when it last moved"`
	Failures int        `json:"failures" doc:"of the batch it is at"`
	Error    string     `json:"error,omitempty" doc:"the last one, while it fails"`
	Skipped  int        `json:"skipped" doc:"streams that it left at an event of a newer release"`
}

// List returns the status of every read model of the runner, whichever node runs it.
func (r *Runner) List(ctx context.Context) ([]Status, error) {
	all, err := consumers.List(ctx, r.store.Pools().Read)
	if err != nil {
		return nil, err
	}
	head, _, err := r.store.Head(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Status, len(r.models))
	for i, m := range r.models {
		list[i] = Status{Name: m.Name, Version: m.Version, Head: head.N, Lag: head.N}
		for _, c := range all {
			if c.Name != m.Name || c.Version != m.Version {
				continue
			}
			list[i].Position, list[i].Led, list[i].Failures, list[i].Error = c.Position, c.HasLeader, c.Failures, c.Error
			list[i].Skipped = c.Skipped
			list[i].Lag = max(head.N-c.Position, 0)
			if !c.AdvancedAt.IsZero() {
				list[i].Since = &c.AdvancedAt
			}
		}
	}
	return list, nil
}

// DropEarlierVersions drops the tables and checkpoints of earlier versions of the read models. Only nodes of an earlier release use them,
// and none may run any more. An erasure does not reach these tables.
func (r *Runner) DropEarlierVersions(ctx context.Context) error {
	for _, m := range r.models {
		if _, err := r.store.Pools().Consumer.Exec(ctx, `select read.drop_earlier($1, $2)`, m.Tables, m.Version); err != nil {
			return fmt.Errorf("drop earlier versions of %s: %w", m.Name, err)
		}
		if _, err := r.store.Pools().Consumer.Exec(ctx, `delete from log.consumers where name = $1 and version < $2`, m.Name, m.Version); err != nil {
			return fmt.Errorf("drop earlier versions of %s: %w", m.Name, err)
		}
	}
	return nil
}

// findModel returns the model with a name, or ErrNoModel.
func (r *Runner) findModel(name string) (Model, error) {
	names := make([]string, len(r.models))
	for i, m := range r.models {
		if names[i] = m.Name; m.Name == name {
			return m, nil
		}
	}
	return Model{}, fmt.Errorf("%w: %q; there are %q", ErrNoModel, name, names)
}

// Errors of Rebuild.
var (
	ErrNoModel    = errors.New("no such read model")
	ErrRebuilding = errors.New("the read model is being rebuilt already")
)

// Names of a model's advisory locks. A rebuild holds rebuildLock from beginning to end. A swap holds swapLock alone; the live batches
// share it.
const (
	rebuildLock = "rebuilding"
	swapLock    = "swapping"
)
