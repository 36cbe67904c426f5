// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// asOf returns the first 200 tickets of a queue at a moment in the past.
func (h *fixture) asOf(entity catalog.EntityCode, q QueueID, at time.Time) AsOfPage {
	h.T.Helper()
	s, err := h.reader.QueueAsOf(h.T.Context(), ticketview.Viewer{Actor: tickettest.Auditor},
		AsOfQuery{Entity: entity, Queue: q, At: at, Limit: readmodel.MaxLimit})
	if err != nil {
		h.T.Fatal(err)
	}
	if s.Stale {
		h.T.Fatal("the lists are stale")
	}
	return s
}

// TestAsOfQueuesMatchLiveQueues compares the queues that QueueAsOf folds for a moment with the counts that the live queues had then.
func TestAsOfQueuesMatchLiveQueues(t *testing.T) {
	h := newFixture(t)
	type liveCounts struct {
		at     time.Time
		entity catalog.EntityCode
		counts map[QueueID]int
	}
	var earlier []liveCounts
	recordCounts := func() {
		h.Project()
		for _, entity := range []catalog.EntityCode{tickettest.Torino, catalog.Region} {
			role := person.ASRSupervisor
			if entity == catalog.Region {
				role = person.RegionalSupervisor
			}
			who := person.Actor{ID: string(tickettest.NewID()), Role: role, Entity: entity}
			live, _, err := h.reader.Queues(t.Context(), ticketview.Viewer{Actor: who})
			if err != nil {
				t.Fatal(err)
			}
			was := liveCounts{h.Now(), entity, map[QueueID]int{}}
			for _, q := range live {
				was.counts[q.ID] = q.Count
			}
			delete(was.counts, MyQueue)
			was.counts[AllQueue] -= h.list(who, Filter{Queue: AllQueue, Status: ticket.StatusClosed, Limit: readmodel.MaxLimit}).Total
			earlier = append(earlier, was)
		}
	}
	for i, random := range tickettest.DrawExamples(40, 25) {
		h.PlayTicket(random, func(step int) {
			if (i+step)%37 == 0 {
				recordCounts()
			}
		})
	}
	h.Project()
	counted := 0
	for _, was := range earlier {
		for _, q := range h.asOf(was.entity, AllQueue, was.at).Queues {
			if q.Count != was.counts[q.ID] {
				t.Errorf("%s at %s: got %d in %s, want %d", was.entity, was.at, q.Count, q.ID, was.counts[q.ID])
			}
			counted += q.Count
		}
	}
	if counted < 100 {
		t.Errorf("got %d tickets in queues, want at least 100 to compare", counted)
	}
}

func TestQueueAsOf(t *testing.T) {
	h := newFixture(t)
	first := h.OpenTicket(tickettest.Torino)
	h.Advance(time.Hour)
	opened := h.Now()
	second := h.OpenTicket(tickettest.Torino)
	h.Advance(time.Hour)
	h.Do(first, tickettest.Operator, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	h.Project()

	now := h.asOf(tickettest.Torino, NewQueue, h.Now())
	if now.Total != 1 || now.Items[0].ID != second || now.Position.N != 3 {
		t.Errorf("now: got %+v, want the second ticket at position 3", now)
	}
	if s := h.asOf(tickettest.Torino, NewQueue, opened); s.Total != 2 || s.Items[0].ID != first || s.Items[0].Status != ticket.StatusNew ||
		s.Position.N != 2 || s.Items[0].Requester != (Person{}) {
		t.Errorf("when the second ticket was opened: got %+v, want both at position 2", s)
	}
	if s := h.asOf(tickettest.Torino, NewQueue, opened.Add(-time.Microsecond)); s.Total != 1 || s.Position.N != 1 {
		t.Errorf("1 µs before: got %+v, want the first ticket at position 1", s)
	}
	if s := h.asOf(tickettest.Torino, AllQueue, opened.AddDate(-1, 0, 0)); s.Total != 0 || s.Position.N != 0 || len(s.Queues) != 8 {
		t.Errorf("before the first event: got %+v, want no tickets in 8 queues", s)
	}
	page, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor},
		AsOfQuery{Entity: tickettest.Torino, Queue: AllQueue, At: h.Now(), Skip: 1, Limit: 1})
	if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Items[0].ID != second {
		t.Errorf("the second page: got %+v, %v, want the second ticket of 2", page, err)
	}
	var refused *readmodel.FilterError
	for _, q := range []AsOfQuery{{Queue: MyQueue, Limit: 1}, {Queue: "boh", Limit: 1}, {Queue: AllQueue}, {Queue: AllQueue, Limit: 201},
		{Queue: AllQueue, Limit: 1, Skip: -1}} {
		if _, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, q); !errors.As(err, &refused) {
			t.Errorf("%+v: got %v, want a refusal", q, err)
		}
	}
	if s, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Neighbour},
		AsOfQuery{Entity: tickettest.Torino, Queue: AllQueue, At: h.Now(), Limit: 1}); !errors.As(err, &refused) || refused.Reason.Code != refusal.ForeignEntity {
		t.Errorf("another entity: got %+v, %v, want a refusal", s, err)
	}
}
