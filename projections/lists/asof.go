// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// AsOfQuery asks for a queue of an entity as it stood at a moment, from the Skip-th ticket on, at most Limit of them.
type AsOfQuery struct {
	Entity catalog.EntityCode
	Queue  QueueID
	At     time.Time
	Skip   int
	Limit  int // 1–200
}

// AsOfPage is a queue as it stood.
type AsOfPage struct {
	Queues []Queue // every one of the entity's, with what it held then
	Total  int     // of the queue that was asked for
	Items  []Item  // in the order in which they were opened; nobody's name is among them
	// Position is that of the last event by then. Stale says that the lists have not come so far yet, so that what was
	// opened last may be missing.
	Position eventstore.Position
	Stale    bool
}

// AsOfQueues are those that can be looked at in the past, as an entity's supervisors have them: nobody's own. What is closed
// stands in none of them.
func AsOfQueues() []Queue {
	var all []Queue
	for _, q := range queuesForRole(person.ASRSupervisor) {
		if q != MyQueue {
			all = append(all, Queue{ID: q, Name: queueNames[q]})
		}
	}
	return all
}

// foldBatchSize is how many tickets are folded from one query.
const foldBatchSize = 500

// QueueAsOf folds a queue from the log as it stood. Only those tickets are read that were open then: opened before, and not
// closed since, or touched since. *FilterError names what makes no such queue.
func (r *Reader) QueueAsOf(ctx context.Context, v ticketview.Viewer, asked AsOfQuery) (AsOfPage, error) {
	queues := AsOfQueues()
	if !slices.ContainsFunc(queues, func(q Queue) bool { return q.ID == asked.Queue }) {
		return AsOfPage{}, readmodel.NewFilterError("queue", refusal.QueueHasNoPast.With(), readmodel.JoinValues(queuesForRole(person.ASRSupervisor)))
	}
	if asked.Limit < 1 || asked.Limit > readmodel.MaxLimit || asked.Skip < 0 {
		return AsOfPage{}, readmodel.NewFilterError("limit", refusal.OutOfRange.With(), fmt.Sprintf("1 to %d, from the first on", readmodel.MaxLimit))
	}
	s := AsOfPage{Items: []Item{}}
	var err error
	if s.Position, err = r.store.PositionAt(ctx, asked.At); err != nil {
		return AsOfPage{}, err
	}
	if s.Stale, err = r.Wait(ctx, s.Position); err != nil {
		return AsOfPage{}, err
	}
	ids, err := r.findOpenAt(ctx, v, asked.At, s.Position.N)
	if err != nil {
		return AsOfPage{}, fmt.Errorf("queue as of %s: %w", asked.At, err)
	}
	counts := map[QueueID]int{}
	var rows []Row
	for some := range slices.Chunk(ids, foldBatchSize) {
		folded, err := r.foldAt(ctx, some, s.Position.N)
		if err != nil {
			return AsOfPage{}, fmt.Errorf("queue as of %s: %w", asked.At, err)
		}
		for _, id := range some {
			row := folded[id]
			for _, key := range openQueuesAt(row, asked.Entity) {
				counts[key]++
				if n := counts[key]; key == asked.Queue && n > asked.Skip && n <= asked.Skip+asked.Limit {
					rows = append(rows, row)
				}
			}
		}
	}
	for i := range queues {
		queues[i].Count = counts[queues[i].ID]
	}
	s.Queues, s.Total = queues, counts[asked.Queue]
	names, err := r.namesOf(ctx, rows)
	if err != nil {
		return AsOfPage{}, fmt.Errorf("queue as of %s: %w", asked.At, err)
	}
	seen := snapshot{viewer: v, now: asked.At}
	for _, row := range rows {
		s.Items = append(s.Items, seen.newItem(row, names))
	}
	return s, nil
}

// openQueuesAt are the queues of an entity in which a ticket stands, but for what is closed.
func openQueuesAt(row Row, of catalog.EntityCode) (in []QueueID) {
	if row.State.Status == ticket.Closed {
		return nil
	}
	for _, key := range countKeys(row) {
		if key.Entity == of && key.Person == "" {
			in = append(in, key.Queue)
		}
	}
	return in
}

// findOpenAt lists the tickets that may have been open at a moment, and the position that goes with it.
func (r *Reader) findOpenAt(ctx context.Context, v ticketview.Viewer, at time.Time, position int64) (ids []eventstore.StreamID, err error) {
	err = r.withSnapshot(ctx, v, func(seen snapshot) error {
		rows, err := seen.tx.Query(ctx, `
			select id::text from `+seen.table("tickets")+` where opened_at <= $1 and (status <> 'chiuso' or position > $2) order by opened_at, id`, at, position)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return ids, err
}

// foldAt folds some tickets up to a position.
func (r *Reader) foldAt(ctx context.Context, ids []eventstore.StreamID, position int64) (map[eventstore.StreamID]Row, error) {
	folded := map[eventstore.StreamID]Row{}
	err := r.store.ReadStreams(ctx, ids, position, func(records []eventstore.Record) error {
		history, err := ticketlog.DecodeHistory(records)
		if err == nil {
			folded[records[0].Stream] = foldHistory(history)
		}
		return err
	})
	return folded, err
}
