// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// Snapshot is a read-only transaction on read models, in one database snapshot, under row-level security for one reader.
type Snapshot struct {
	Tx       pgx.Tx
	Now      time.Time           // the log's settled time when the snapshot was taken
	Position eventstore.Position // of the first read model in this snapshot
}

// WithSnapshot calls do with a snapshot of the read models for a reader. It locks their tables against a swap before it takes the snapshot, so
// that rows and position belong together.
func WithSnapshot(ctx context.Context, store *eventstore.Store, by eventstore.Reader, models []Model, do func(Snapshot) error) error {
	now := store.SettledTime(ctx) // before the snapshot, which then holds every event up to it that the read models have
	return store.Pools().Request.InSnapshot(ctx, by, models[0].Name, readTables(models, Model.View), func(tx pgx.Tx) error {
		return inSnapshot(ctx, Snapshot{Tx: tx, Now: now}, models, do)
	})
}

// WithLiveSnapshot is WithSnapshot on the connection of live updates, which waits for no request. The snapshot shows every row, and the caller
// must check who may see which. Now is zero: live updates read after each change, and the log need not settle a time for each of these reads.
// It sends the lock statement alone: Postgres parses all statements of a batch first, and parsing a query takes the snapshot.
func WithLiveSnapshot(ctx context.Context, store *eventstore.Store, models []Model, do func(Snapshot) error) error {
	return pgx.BeginTxFunc(ctx, store.Pools().Live, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `lock table `+readTables(models, Model.Table)+` in access share mode`); err != nil {
			return fmt.Errorf("begin to read: %w", err)
		}
		return inSnapshot(ctx, Snapshot{Tx: tx}, models, do)
	})
}

// readTables returns the SQL of the names of the tables that requests read, as tables or as views.
func readTables(models []Model, name func(Model, string) string) string {
	var tables []string
	for _, m := range models {
		for _, t := range m.ReadTables {
			tables = append(tables, name(m, t))
		}
	}
	return strings.Join(tables, ", ")
}

// inSnapshot calls do with the snapshot of a transaction that has just begun.
func inSnapshot(ctx context.Context, s Snapshot, models []Model, do func(Snapshot) error) error {
	start := &pgx.Batch{}
	start.Queue(`select epoch, coalesce((select position from log.consumers where name = $1 and version = $2), 0) from log.logs`,
		models[0].Name, models[0].Version).
		QueryRow(func(row pgx.Row) error { return row.Scan(&s.Position.Epoch, &s.Position.N) })
	if err := s.Tx.SendBatch(ctx, start).Close(); err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	return do(s)
}

// maxWait is the longest time for which a read waits for the position that a client has seen.
const maxWait = 2 * time.Second

// WaitFor waits until the read model has reached the position, for at most two seconds; stale reports that it has not reached it by then.
// It holds no connection. Errors: those of Store.CheckPosition.
func WaitFor(ctx context.Context, store *eventstore.Store, m Model, after eventstore.Position) (stale bool, err error) {
	if err := store.CheckPosition(ctx, after); err != nil {
		return false, err
	}
	waiting, done := context.WithTimeout(ctx, maxWait)
	defer done()
	err = store.WaitForConsumer(waiting, m.Name, m.Version, after.N)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return true, nil
	}
	return false, err
}
