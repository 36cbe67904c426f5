// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// TestCitizenListAgreesWithTicketView compares status and entity at every moment of random histories, held acts included.
func TestCitizenListAgreesWithTicketView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := tickettest.DrawTicket(t, tickettest.TicketID, 40, true)
		for _, at := range tickettest.Moments(random.History) {
			row := folder{}.foldHistory(recordedUpTo(random.History, at))
			seen, _ := ticketview.Detail(ticketview.Viewer{Actor: tickettest.Citizen}, random.History,
				ticketview.Names{Catalog: catalog.Default()}, at)
			if got := row.citizenStateAt(at).State; got.Status != seen.Status || got.Entity != seen.Entity.Code || seen.Status == "" {
				t.Fatalf("at %s the list says %s at %s, the ticket %s at %s", at, got.Status, got.Entity, seen.Status, seen.Entity.Code)
			}
		}
	})
}

// recordedUpTo returns the events of a history that had happened at a moment.
func recordedUpTo(history []ticket.Recorded, at time.Time) []ticket.Recorded {
	return slices.DeleteFunc(slices.Clone(history), func(r ticket.Recorded) bool { return r.At.After(at) })
}

// TestLiveRowsEqualRebuiltRows folds random logs in random batches, with the rows stored between batches, and compares the result with a
// fold of the whole log, in which every text is erased.
func TestLiveRowsEqualRebuiltRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, rebuiltFrom := tickettest.DrawLog(t)
		live, counts, changes := map[ticket.ID]string{}, countChanges{}, []ChangeRow{}
		liveTraces := map[ticket.ID][]traceRow{}
		for len(history) > 0 {
			n := rapid.IntRange(1, len(history)).Draw(t, "batch")
			f := newTicketsFold(folder{}, map[ticket.ID]Row{})
			for id, stored := range live {
				var row Row
				if err := json.Unmarshal([]byte(stored), &row); err != nil {
					t.Fatal(err)
				}
				f.rows[id] = row
			}
			for _, r := range history[:n] {
				f.apply(r)
				f.apply(r) // a redelivery changes nothing
			}
			changed, traces, outdated := f.drain()
			for _, id := range outdated {
				delete(liveTraces, id)
			}
			for _, trace := range traces {
				liveTraces[trace.State.ID] = append(liveTraces[trace.State.ID], trace)
			}
			for _, row := range changed {
				live[row.State.ID] = row.marshal()
			}
			for k, n := range f.counts {
				counts[k] += n
			}
			changes = append(changes, f.changes...)
			history = history[n:]
		}
		f := newTicketsFold(folder{}, map[ticket.ID]Row{})
		for _, r := range rebuiltFrom {
			f.apply(r)
		}
		for id, row := range f.rows {
			if row.marshal() != live[id] {
				t.Fatalf("live\n%s\nrebuilt\n%s", live[id], row.marshal())
			}
			if got, want := fmt.Sprint(liveTraces[id]), fmt.Sprint(row.traceRows()); got != want {
				t.Fatalf("got traces\n%s\nrebuilt\n%s", got, want)
			}
		}
		zero := func(_ countKey, n int) bool { return n == 0 }
		maps.DeleteFunc(counts, zero)
		maps.DeleteFunc(f.counts, zero)
		if !maps.Equal(counts, f.counts) {
			t.Fatalf("live %v, rebuilt %v", counts, f.counts)
		}
		byPosition := func(a, b ChangeRow) int { return int(a.Position - b.Position) }
		slices.SortFunc(f.changes, byPosition)
		if fmt.Sprint(changes) != fmt.Sprint(f.changes) {
			t.Fatalf("live\n%v\nrebuilt\n%v", changes, f.changes)
		}
	})
}

// TestCountsMatchRecount compares the counts after every event with a count of the tickets in each queue.
func TestCountsMatchRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, _ := tickettest.DrawLog(t)
		f := newTicketsFold(folder{}, map[ticket.ID]Row{})
		for _, r := range history {
			f.apply(r)
			recount := countChanges{}
			for _, row := range f.rows {
				recount.move(Row{}, row)
			}
			for k, n := range f.counts {
				if recount[k] != n || n < 0 {
					t.Fatalf("%v: got %d, want %d", k, n, recount[k])
				}
			}
		}
	})
}

// TestStoredRowGolden holds the JSON of a stored row. When it fails because ticket.State has changed, the model needs a new version and a
// migration, not a new golden file.
func TestStoredRowGolden(t *testing.T) {
	goldentest.CompareJSON(t, "testdata/row_v4.json", testFolder.foldHistory(tickettest.SampleScenario(t).History))
}

// TestQueueCountsMatchLists compares, for every viewer and queue, the stored count, the number of tickets listed and the list's total.
func TestQueueCountsMatchLists(t *testing.T) {
	h := newFixture(t)
	for _, random := range tickettest.DrawExamples(60, 25) {
		h.PlayTicket(random, func(int) {})
	}
	h.Project()
	listed := 0
	for _, who := range append(slices.Clone(tickettest.Actors), tickettest.Auditor) {
		queues, _, err := h.reader.Queues(t.Context(), ticketview.Viewer{Actor: who})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range queues {
			page := h.list(who, Filter{Queue: q.ID, Limit: readmodel.MaxLimit})
			if page.Total != q.Count || len(page.Items) != q.Count {
				t.Errorf("%s at %s: %s counts %d, lists %d of %d", who.Role, who.Entity, q.ID, q.Count, len(page.Items), page.Total)
			}
			listed += len(page.Items)
		}
	}
	if listed < 100 {
		t.Errorf("got %d tickets listed, want at least 100 to compare", listed)
	}
}

// testFolder makes hashes that a golden file can hold.
var testFolder = folder{hash: func(value string) string { return hex.EncodeToString([]byte(value)) }}
