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

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
)

// Snapshot is a read-only transaction on read models, in one database snapshot, under row-level security for one actor.
type Snapshot struct {
	Tx       pgx.Tx
	Now      time.Time           // the log's settled time when the snapshot was taken
	Position eventstore.Position // of the first read model in this snapshot
}

// WithSnapshot calls do with a snapshot of the read models. It locks their tables against a swap before it takes the snapshot, so that
// rows and position belong together. It sends the lock statement alone: Postgres parses all statements of a batch first, and parsing a
// query takes the snapshot.
func WithSnapshot(ctx context.Context, store *eventstore.Store, by person.Actor, models []Model, do func(Snapshot) error) error {
	now := store.SettledTime(ctx) // before the snapshot, which then holds every event up to it that the read models have
	return store.Pools().Request.InTx(ctx, models[0].Name, snapshotOptions, func(tx pgx.Tx) error {
		start := &pgx.Batch{}
		queueActor(start, by)
		return inSnapshot(ctx, Snapshot{Tx: tx, Now: now}, start, models, do)
	})
}

// WithLiveSnapshot is WithSnapshot for live updates. Without an actor (nil) it uses their own connection, which waits for no request, and the
// snapshot shows every row: the caller must check who may see which. Now is zero: who reads whenever something changes must not make the log
// settle a time for each read.
func WithLiveSnapshot(ctx context.Context, store *eventstore.Store, by *person.Actor, models []Model, do func(Snapshot) error) error {
	read := func(tx pgx.Tx) error {
		start := &pgx.Batch{}
		if by != nil {
			queueActor(start, *by)
		}
		return inSnapshot(ctx, Snapshot{Tx: tx}, start, models, do)
	}
	if by != nil { // sol_worker, as which live updates read, cannot become the role to which row-level security applies
		return store.Pools().Request.InTx(ctx, "live updates", snapshotOptions, read)
	}
	return pgx.BeginTxFunc(ctx, store.Pools().Live, snapshotOptions, read)
}

var snapshotOptions = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

// queueActor queues the settings that row-level security reads.
func queueActor(b *pgx.Batch, by person.Actor) {
	b.Queue(`select set_config('app.role', $1, true), set_config('app.entity', $2, true), set_config('app.person', $3, true)`,
		string(by.Role), string(by.Entity), by.ID)
}

// inSnapshot calls do with the snapshot of a transaction that has just begun; start holds its first statements.
func inSnapshot(ctx context.Context, s Snapshot, start *pgx.Batch, models []Model, do func(Snapshot) error) error {
	var tables []string
	for _, m := range models {
		for _, t := range m.ReadTables {
			tables = append(tables, m.Table(t))
		}
	}
	if _, err := s.Tx.Exec(ctx, `lock table `+strings.Join(tables, ", ")+` in access share mode`); err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
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
