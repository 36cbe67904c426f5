// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"errors"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// asOf is a queue of the past, all of it.
func (h *fixture) asOf(entity catalog.EntityCode, q QueueID, at time.Time) AsOfPage {
	h.T.Helper()
	s, err := h.reader.QueueAsOf(h.T.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, AsOfQuery{Entity: entity, Queue: q, At: at, Limit: readmodel.MaxLimit})
	if err != nil {
		h.T.Fatal(err)
	}
	if s.Stale {
		h.T.Fatal("the lists are behind")
	}
	return s
}

// TestAsOfQueuesMatchThePast compares what the log gives for a moment with what the live queues said then.
func TestAsOfQueuesMatchThePast(t *testing.T) {
	h := newFixture(t)
	type then struct {
		at     time.Time
		entity catalog.EntityCode
		counts map[QueueID]int
	}
	var earlier []then
	look := func() {
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
			was := then{h.Now(), entity, map[QueueID]int{}}
			for _, q := range live {
				was.counts[q.ID] = q.Count
			}
			delete(was.counts, MyQueue)
			was.counts[AllQueue] -= h.list(who, Filter{Queue: AllQueue, Status: ticket.Closed, Limit: readmodel.MaxLimit}).Total
			earlier = append(earlier, was)
		}
	}
	for i, life := range tickettest.DrawExamples(40, 25) {
		h.PlayLife(life, func(step int) {
			if (i+step)%37 == 0 {
				look()
			}
		})
	}
	h.Project()
	held := 0
	for _, was := range earlier {
		for _, q := range h.asOf(was.entity, AllQueue, was.at).Queues {
			if q.Count != was.counts[q.ID] {
				t.Errorf("%s at %s: %s held %d, the log gives %d", was.entity, was.at, q.ID, was.counts[q.ID], q.Count)
			}
			held += q.Count
		}
	}
	if held < 100 {
		t.Errorf("only %d tickets stood in queues: nothing was compared", held)
	}
}

func TestQueueAsOf(t *testing.T) {
	h := newFixture(t)
	first := h.OpenTicket(tickettest.Torino)
	h.Advance(time.Hour)
	opened := h.Now()
	second := h.OpenTicket(tickettest.Torino)
	h.Advance(time.Hour)
	h.Do(first, tickettest.Operator, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress}})
	h.Project()

	now := h.asOf(tickettest.Torino, NewQueue, h.Now())
	if now.Total != 1 || now.Items[0].ID != second || now.Position.N != 3 {
		t.Errorf("now: %+v", now)
	}
	if s := h.asOf(tickettest.Torino, NewQueue, opened); s.Total != 2 || s.Items[0].ID != first || s.Items[0].Status != ticket.New || s.Position.N != 2 || s.Items[0].Requester != (Person{}) {
		t.Errorf("when the second was opened: %+v", s)
	}
	if s := h.asOf(tickettest.Torino, NewQueue, opened.Add(-time.Microsecond)); s.Total != 1 || s.Position.N != 1 {
		t.Errorf("just before: %+v", s)
	}
	if s := h.asOf(tickettest.Torino, AllQueue, opened.AddDate(-1, 0, 0)); s.Total != 0 || s.Position.N != 0 || len(s.Queues) != 8 {
		t.Errorf("before there was anything: %+v", s)
	}
	page, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, AsOfQuery{Entity: tickettest.Torino, Queue: AllQueue, At: h.Now(), Skip: 1, Limit: 1})
	if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Items[0].ID != second {
		t.Errorf("its second page: %+v, %v", page, err)
	}
	var refused *readmodel.FilterError
	for _, wrong := range []AsOfQuery{{Queue: MyQueue, Limit: 1}, {Queue: "boh", Limit: 1}, {Queue: AllQueue}, {Queue: AllQueue, Limit: 201}, {Queue: AllQueue, Limit: 1, Skip: -1}} {
		if _, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Auditor}, wrong); !errors.As(err, &refused) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if s, err := h.reader.QueueAsOf(t.Context(), ticketview.Viewer{Actor: tickettest.Neighbour}, AsOfQuery{Entity: tickettest.Torino, Queue: AllQueue, At: h.Now(), Limit: 1}); err != nil || s.Total != 0 {
		t.Errorf("a neighbour sees %+v, %v", s, err)
	}
}
