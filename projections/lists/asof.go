// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"

	"github.com/jackc/pgx/v5"
)

// AsOfQuery names a queue of an entity at a moment. The answer leaves out the first Skip tickets and has at most Limit.
type AsOfQuery struct {
	Entity catalog.EntityCode
	Queue  QueueID
	At     time.Time
	Skip   int
	Limit  int // 1–200
}

// AsOfPage is a page of a queue at a moment in the past.
type AsOfPage struct {
	Queues []Queue // all queues of the entity, with their counts at the moment
	Total  int     // of the queue in the query
	Items  []Item  // in the order in which they were opened
	// Position is the position of the last event up to the moment. Stale reports that the lists have not reached it yet, so the tickets
	// opened last may be missing.
	Position eventstore.Position
	Stale    bool
}

// AsOfQueues returns the queues that QueueAsOf knows: those of an entity's supervisors, without MyQueue. None of them contains closed
// tickets.
func AsOfQueues() []Queue {
	var all []Queue
	for _, q := range queuesForRole(person.ASRSupervisor) {
		if q != MyQueue {
			all = append(all, Queue{ID: q, Name: queueNames[q]})
		}
	}
	return all
}

// foldBatchSize is the number of tickets that one query of the log reads.
const foldBatchSize = 500

// QueueAsOf returns a queue at a moment in the past, folded from the log. It reads only the tickets that may have been open then: opened
// before, and not closed now or with a later event. Error: *readmodel.FilterError for a query that is not valid.
func (r *Reader) QueueAsOf(ctx context.Context, v ticketview.Viewer, q AsOfQuery) (AsOfPage, error) {
	queues := AsOfQueues()
	if !slices.ContainsFunc(queues, func(known Queue) bool { return known.ID == q.Queue }) {
		return AsOfPage{}, readmodel.NewFilterError("queue", refusal.QueueHasNoPast.With(),
			readmodel.JoinValues(queuesForRole(person.ASRSupervisor)))
	}
	if !policy.Off && !v.ReadsEverything() && q.Entity != v.Actor.Entity {
		return AsOfPage{}, readmodel.NewFilterError("entity", refusal.ForeignEntity.With(), string(v.Actor.Entity))
	}
	if q.Limit < 1 || q.Limit > readmodel.MaxLimit || q.Skip < 0 {
		return AsOfPage{}, readmodel.NewFilterError("limit", refusal.OutOfRange.With(),
			fmt.Sprintf("1 to %d, from the first on", readmodel.MaxLimit))
	}
	page := AsOfPage{Items: []Item{}}
	err := r.store.Settle(ctx, q.At)
	if err != nil {
		return AsOfPage{}, err
	}
	if page.Position, err = r.store.PositionAt(ctx, q.At); err != nil {
		return AsOfPage{}, err
	}
	if page.Stale, err = r.Wait(ctx, page.Position); err != nil {
		return AsOfPage{}, err
	}
	ids, err := r.findOpenAt(ctx, v, q.At, page.Position.N)
	if err != nil {
		return AsOfPage{}, fmt.Errorf("queue as of %s: %w", q.At, err)
	}
	counts := map[QueueID]int{}
	var rows []Row
	for batch := range slices.Chunk(ids, foldBatchSize) {
		folded, err := r.foldAt(ctx, batch, page.Position.N)
		if err != nil {
			return AsOfPage{}, fmt.Errorf("queue as of %s: %w", q.At, err)
		}
		for _, id := range batch {
			row := folded[id]
			for _, key := range openQueuesAt(row, q.Entity) {
				counts[key]++
				if n := counts[key]; key == q.Queue && n > q.Skip && n <= q.Skip+q.Limit {
					rows = append(rows, row)
				}
			}
		}
	}
	for i := range queues {
		queues[i].Count = counts[queues[i].ID]
	}
	page.Queues, page.Total = queues, counts[q.Queue]
	names, err := r.namesOf(ctx, v, rows)
	if err != nil {
		return AsOfPage{}, fmt.Errorf("queue as of %s: %w", q.At, err)
	}
	shown := snapshot{viewer: v, now: q.At}
	for _, row := range rows {
		page.Items = append(page.Items, shown.newItem(row, names, nil))
	}
	return page, nil
}

// openQueuesAt returns the queues of an entity that contain a ticket: none if it is closed.
func openQueuesAt(row Row, entity catalog.EntityCode) (queues []QueueID) {
	if row.State.Status == ticket.StatusClosed {
		return nil
	}
	for _, key := range countKeys(row) {
		if key.Entity == entity && (key.Person == "" || key.Person == ticket.Supervisors) {
			queues = append(queues, key.Queue)
		}
	}
	return queues
}

// findOpenAt returns the ids of the tickets that may have been open at a moment; position is that of the last event up to it.
func (r *Reader) findOpenAt(ctx context.Context, v ticketview.Viewer, at time.Time, position int64) (ids []eventstore.StreamID, err error) {
	err = r.withSnapshot(ctx, v, func(s snapshot) error {
		rows, err := s.tx.Query(ctx, `
			select id::text from `+s.table("tickets")+` where opened_at <= $1 and (status <> 'chiuso' or position > $2) order by opened_at, id`,
			at, position)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return ids, err
}

// foldAt returns the rows of tickets after their events up to a position.
func (r *Reader) foldAt(ctx context.Context, ids []eventstore.StreamID, position int64) (map[eventstore.StreamID]Row, error) {
	folded := map[eventstore.StreamID]Row{}
	err := r.store.ReadStreams(ctx, ids, position, func(records []eventstore.Record) error {
		history, err := ticketlog.DecodeHistory(ticketlog.KnownPart(records))
		if err == nil && len(history) > 0 {
			folded[records[0].Stream] = folder{}.foldHistory(history)
		}
		return err
	})
	return folded, err
}
