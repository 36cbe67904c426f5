// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package lists is the read model of queues, lists, search and the stream of changes, and its reader.
package lists

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads queues, lists, search and changes for viewers. Every query runs under row-level security for its viewer, which
// shows no row to a viewer without a role.
type Reader struct {
	store         *eventstore.Store
	catalog       *catalog.Catalog
	operatorNames ticketview.OperatorNames
	model         readmodel.Model
}

// NewReader returns a reader that uses the store's pool for requests.
func NewReader(store *eventstore.Store, c *catalog.Catalog, operators ticketview.OperatorNames) *Reader {
	return &Reader{store: store, catalog: c, operatorNames: operators, model: Model}
}

// snapshot is one snapshot of the lists, as one viewer may see it.
type snapshot struct {
	tx       pgx.Tx
	viewer   ticketview.Viewer
	now      time.Time
	position eventstore.Position // of the lists in this snapshot
	model    readmodel.Model
}

// table returns the name in SQL of one of the lists' tables.
func (s snapshot) table(name string) string { return s.model.Table(name) }

// withSnapshot runs do in a snapshot of the lists. A personal link grants no lists, so only the viewer's actor counts.
func (r *Reader) withSnapshot(ctx context.Context, v ticketview.Viewer, do func(snapshot) error) error {
	return readmodel.WithSnapshot(ctx, r.store, v.Actor, []readmodel.Model{r.model}, func(s readmodel.Snapshot) error {
		return do(snapshot{tx: s.Tx, viewer: ticketview.Viewer{Actor: v.Actor}, now: s.Now, position: s.Position, model: r.model})
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
		select entity, person, queue, count from `+s.table("queue_counts")+`
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

// Wait waits until the lists have passed the position, for at most two seconds; stale reports that they have not by then. It holds no
// connection. A position beyond the head of the log is refused with eventstore.ErrBeyondHead.
func (r *Reader) Wait(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return readmodel.WaitFor(ctx, r.store, r.model, after)
}
