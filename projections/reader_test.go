// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

func TestQueuesFollowTheWork(t *testing.T) {
	h := newHouse(t)
	id := h.open(tickettest.Torino)
	h.project()
	h.counts(operator, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.counts(citizen, map[QueueID]int{Mine: 1})
	h.counts(neighbour, nil)

	h.do(id, operator, ticket.Update{Status: ticket.InProgress})
	h.project()
	h.counts(operator, map[QueueID]int{Mine: 1, InProgressQueue: 1, AllQueue: 1})
	h.counts(colleague, map[QueueID]int{InProgressQueue: 1, AllQueue: 1})

	h.do(id, operator, ticket.Update{Status: ticket.HandedOver, Note: public("non è nostra")})
	h.project()
	h.counts(operator, map[QueueID]int{HandedOverQueue: 1})
	h.counts(regional, map[QueueID]int{NewQueue: 1, AllQueue: 1})
	h.counts(auditor, map[QueueID]int{AllQueue: 1})

	page, err := h.reader.Tickets(t.Context(), Viewer{Actor: operator}, Filter{Queue: HandedOverQueue})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 || page.Total != 1 || !page.Items[0].ReadOnly || page.Items[0].ID != id {
		t.Fatalf("the trace: %+v", page)
	}
}

// counts checks all counts of a viewer; those not named must be zero.
func (h *house) counts(who person.Actor, want map[QueueID]int) {
	h.t.Helper()
	got, _, err := h.reader.Queues(h.t.Context(), Viewer{Actor: who})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, q := range got {
		if q.Count != want[q.ID] {
			h.t.Errorf("%s %s: %s has %d, want %d", who.Role, who.ID, q.ID, q.Count, want[q.ID])
		}
	}
}

var _ = time.Second
