// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package lists holds the read model of queues, lists, search and the stream of changes, and its reader. The reader shows a viewer nothing
// that row-level security hides from them.
package lists

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reader reads queues, lists, search results and changes for viewers. Every query runs under row-level security for its viewer, which shows
// no row to a viewer without a role.
type Reader struct {
	store         *eventstore.Store
	catalog       *catalog.Catalog
	operatorNames ticketview.OperatorNames
	model         readmodel.Model
	cursorKeys    cursorKeys
}

// NewReader returns a reader that uses the store's pool for requests.
func NewReader(store *eventstore.Store, c *catalog.Catalog, operators ticketview.OperatorNames) *Reader {
	return &Reader{store: store, catalog: c, operatorNames: operators, model: Model, cursorKeys: cursorKeys{store.KeyedHashes, store.Keyring()}}
}

// snapshot is a database snapshot of the lists, under row-level security for one viewer.
type snapshot struct {
	tx       pgx.Tx
	viewer   ticketview.Viewer
	now      time.Time
	position eventstore.Position      // of the lists in this snapshot
	table    func(name string) string // the SQL name of one of the lists' tables, or of its view for requests
}

// withSnapshot calls do with a snapshot of the lists. A personal link gives no access to lists, so only the viewer's actor counts.
func (r *Reader) withSnapshot(ctx context.Context, v ticketview.Viewer, do func(snapshot) error) error {
	v = ticketview.Viewer{Actor: v.Actor}
	return readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{r.model}, func(s readmodel.Snapshot) error {
		return do(snapshot{tx: s.Tx, viewer: v, now: s.Now, position: s.Position, table: r.model.View})
	})
}

// withLiveSnapshot is withSnapshot on the connection of live updates. The snapshot shows all rows.
func (r *Reader) withLiveSnapshot(ctx context.Context, do func(snapshot) error) error {
	return readmodel.WithLiveSnapshot(ctx, r.store, []readmodel.Model{r.model}, func(s readmodel.Snapshot) error {
		return do(snapshot{tx: s.Tx, now: s.Now, position: s.Position, table: r.model.Table})
	})
}

// Queues returns the viewer's queues with their exact counts, and the position of the lists. A role that works on no tickets has no queues.
func (r *Reader) Queues(ctx context.Context, v ticketview.Viewer) ([]Queue, eventstore.Position, error) {
	var list []Queue
	var at eventstore.Position
	err := r.withSnapshot(ctx, v, func(s snapshot) error {
		at = s.position
		counts, err := s.queueCounts(ctx)
		list = counts.Queues(s.viewer)
		return err
	})
	if err != nil {
		return nil, at, fmt.Errorf("read queues: %w", err)
	}
	return list, at, nil
}

// queueCounts reads the stored counts that the viewer may see.
func (s snapshot) queueCounts(ctx context.Context) (Counts, error) {
	rows, err := s.tx.Query(ctx, `
		select entity, person, queue, count from `+s.table("queue_counts")+`
		where entity = $1 and person in ('', $2, '`+ticket.Supervisors+`')`, s.countEntity(), s.viewer.Actor.ID)
	if err != nil {
		return nil, err
	}
	counts := Counts{}
	var k countKey
	var n int
	_, err = pgx.ForEachRow(rows, []any{&k.Entity, &k.Person, &k.Queue, &n}, func() error {
		counts[k] = n
		return nil
	})
	return counts, err
}

// countEntity returns the entity of the viewer's counts.
func (s snapshot) countEntity() string { return string(countKeysFor(s.viewer, AllQueue)[0].Entity) }

// Wait waits until the lists have reached the position, for at most two seconds; stale reports that they have not reached it by then. It
// holds no connection. Errors: those of Store.CheckPosition.
func (r *Reader) Wait(ctx context.Context, after eventstore.Position) (stale bool, err error) {
	return readmodel.WaitFor(ctx, r.store, r.model, after)
}
