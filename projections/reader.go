// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads the read models for viewers. Row-level security stands behind every query: it is told who looks, and
// shows nothing to who is nobody.
type Reader struct {
	store         *eventstore.Store
	catalog       *catalog.Catalog
	operatorNames OperatorNames
	exportSlots   chan struct{} // a place for each that is under way
}

// OperatorNames gives the names of accounts by id; unknown ones are left out.
type OperatorNames func(ctx context.Context, ids []string) (map[string]string, error)

// NewReader reads through the store's pool for requests.
func NewReader(store *eventstore.Store, c *catalog.Catalog, operators OperatorNames) *Reader {
	return &Reader{store: store, catalog: c, operatorNames: operators, exportSlots: make(chan struct{}, maxExports)}
}

// snapshot is one snapshot of the read models, as one viewer may see it.
type snapshot struct {
	tx       pgx.Tx
	viewer   ticketview.Viewer
	now      time.Time
	position eventstore.Position // that the read models have here
}

// withSnapshot runs do in a snapshot of the lists.
func (r *Reader) withSnapshot(ctx context.Context, v ticketview.Viewer, do func(snapshot) error) error {
	return r.withSnapshotOf(ctx, v, []model{ticketsModel}, do)
}

// withSnapshotOf runs do in a snapshot of some models; the position is the first one's. The tables are locked against being
// swapped before the snapshot is taken: rows and position belong together. So the lock travels alone: a batch is parsed
// first, and parsing a query takes the snapshot.
func (r *Reader) withSnapshotOf(ctx context.Context, v ticketview.Viewer, at []model, do func(snapshot) error) error {
	var tables []string
	for _, m := range at {
		for _, t := range m.readTables {
			tables = append(tables, "read."+t)
		}
	}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, r.store.RequestPool(), options, func(tx pgx.Tx) error {
		seen := snapshot{tx: tx, viewer: ticketview.Viewer{Actor: v.Actor}, now: r.store.SettledTime()}
		if _, err := tx.Exec(ctx, `lock table `+strings.Join(tables, ", ")+` in access share mode`); err != nil {
			return fmt.Errorf("begin to read: %w", err)
		}
		start := &pgx.Batch{}
		start.Queue(`select set_config('app.role', $1, true), set_config('app.entity', $2, true), set_config('app.person', $3, true)`,
			string(v.Actor.Role), string(v.Actor.Entity), v.Actor.ID)
		start.Queue(`select epoch, coalesce((select position from log.consumers where name = $1 and version = $2), 0) from log.logs`,
			at[0].name, at[0].version).
			QueryRow(func(row pgx.Row) error { return row.Scan(&seen.position.Epoch, &seen.position.N) })
		if err := tx.SendBatch(ctx, start).Close(); err != nil {
			return fmt.Errorf("begin to read: %w", err)
		}
		return do(seen)
	})
}

// Queues lists the viewer's queues with their exact counts, and the position they stand at. A role that works no
// tickets has none.
func (r *Reader) Queues(ctx context.Context, v ticketview.Viewer) ([]Queue, eventstore.Position, error) {
	list := []Queue{}
	var at eventstore.Position
	err := r.withSnapshot(ctx, v, func(seen snapshot) error {
		at = seen.position
		counts, err := seen.queueCounts(ctx)
		for _, q := range queuesForRole(v.Actor.Role) {
			list = append(list, Queue{ID: q, Name: queueNames[q], Count: counts[countKeyFor(seen.viewer, q)]})
		}
		return err
	})
	if err != nil {
		return nil, at, fmt.Errorf("read queues: %w", err)
	}
	return list, at, nil
}

// queueCounts reads the counts that the viewer may see.
func (s snapshot) queueCounts(ctx context.Context) (map[countKey]int, error) {
	rows, err := s.tx.Query(ctx, `
		select entity, person, queue, count from read.queue_counts_v1
		where entity = $1 and person in ('', $2)`, s.countEntity(), s.viewer.Actor.ID)
	if err != nil {
		return nil, err
	}
	counts := map[countKey]int{}
	var k countKey
	var n int
	_, err = pgx.ForEachRow(rows, []any{&k.Entity, &k.Person, &k.Queue, &n}, func() error {
		counts[k] = n
		return nil
	})
	return counts, err
}

func (s snapshot) countEntity() string { return string(countKeyFor(s.viewer, AllQueue).Entity) }

// maxWait is how long a read waits for the position that a client has seen (architecture.md, "One command's way").
const maxWait = 2 * time.Second

// Wait returns when the lists have passed the position, at most two seconds later: then the answer will be stale. It
// holds no connection. A position that this log has not reached is refused with eventstore.ErrBeyondHead.
func (r *Reader) Wait(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return r.wait(ctx, ticketsModel, after)
}

// WaitFigures is Wait for the supervisors' figures.
func (r *Reader) WaitFigures(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return r.wait(ctx, figuresModel, after)
}

func (r *Reader) wait(ctx context.Context, m model, after eventstore.Position) (stale bool, err error) {
	head, _, err := r.store.Head(ctx)
	if err != nil {
		return false, err
	}
	if after.Epoch != head.Epoch || after.N > head.N {
		return false, fmt.Errorf("position %s, head %s: %w", after, head, eventstore.ErrBeyondHead)
	}
	waiting, done := context.WithTimeout(ctx, maxWait)
	defer done()
	err = r.store.WaitForConsumer(waiting, m.name, m.version, after.N)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return true, nil
	}
	return false, err
}
