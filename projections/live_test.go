// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/projectionstest"
)

// TestLiveTablesEqualRebuiltTables compares all tables, kept live in batches and rebuilt, for a random log with erasures.
func TestLiveTablesEqualRebuiltTables(t *testing.T) {
	h := projectionstest.New(t, All()...)
	for i, random := range tickettest.DrawExamples(80, 40) {
		h.PlayTicket(random, func(step int) {
			if (i+step)%97 == 0 {
				h.Project()
			}
		})
	}
	h.Project()
	before := h.Dump()
	for _, m := range All() {
		h.Rebuild(m)
	}
	after := h.Dump()
	for i := range before {
		if i >= len(after) || before[i] != after[i] {
			t.Fatalf("live\n%s\nrebuilt\n%s", before[i], slices.Concat(after, []string{"nothing"})[min(i, len(after))])
		}
	}
	if len(before) != len(after) || len(before) < 200 {
		t.Fatalf("got %d rows rebuilt, want %d as live, and at least 200", len(after), len(before))
	}
}
