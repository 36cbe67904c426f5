// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// fixture is a projectionstest.Fixture with the lists and their reader.
type fixture struct {
	*projectionstest.Fixture
	reader *Reader
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := projectionstest.New(t, Model)
	return &fixture{f, NewReader(f.Store, catalog.Default(), nil)}
}

// checkCounts checks all counts of a viewer; a queue that want does not name must be empty.
func (h *fixture) checkCounts(who person.Actor, want map[QueueID]int) {
	h.T.Helper()
	got, _, err := h.reader.Queues(h.T.Context(), ticketview.Viewer{Actor: who})
	if err != nil {
		h.T.Fatal(err)
	}
	for _, q := range got {
		if q.Count != want[q.ID] {
			h.T.Errorf("%s %s: %s has %d, want %d", who.Role, who.ID, q.ID, q.Count, want[q.ID])
		}
		if page := h.list(who, Filter{Queue: q.ID}); page.Queues != nil && !slices.Equal(page.Queues, got) {
			h.T.Errorf("%s %s: the list %s has the queues %v, want %v", who.Role, who.ID, q.ID, page.Queues, got)
		}
	}
}

func (h *fixture) list(who person.Actor, f Filter) Page {
	h.T.Helper()
	page, err := h.reader.ListTickets(h.T.Context(), ticketview.Viewer{Actor: who}, f)
	if err != nil {
		h.T.Fatal(err)
	}
	return page
}

// countFound returns the number of tickets that a search finds for a viewer.
func (h *fixture) countFound(who person.Actor, q string) int {
	h.T.Helper()
	page := h.list(who, Filter{Q: q})
	if page.Total != len(page.Items) {
		h.T.Fatalf("%q: total %d, %d items", q, page.Total, len(page.Items))
	}
	return page.Total
}

func numbers(p Page) (all []string) {
	for _, i := range p.Items {
		all = append(all, i.Number)
	}
	return all
}
