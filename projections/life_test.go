// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/projectionstest"
)

// TestIncrementalIsRebuiltOnPostgres compares whole tables: kept live in batches as they came, and rebuilt, erasures
// included.
func TestIncrementalIsRebuiltOnPostgres(t *testing.T) {
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
		t.Fatalf("%d rows live, %d rebuilt", len(before), len(after))
	}
}
