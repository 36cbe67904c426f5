// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// moments are those at which what can be seen of a history may change: every event and every end of a hold, and just
// before it.
func moments(history []ticket.Recorded) []time.Time {
	var at []time.Time
	for _, r := range history {
		at = append(at, r.At)
		if until := ticketview.HeldUntil(r.Event); !until.IsZero() {
			at = append(at, until.Add(-time.Nanosecond), until)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return slices.CompactFunc(at, time.Time.Equal)
}

func TestNoCitizenEverReadsAnInternalOrRegionalText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, ticketID, 40, false)
		for _, v := range []ticketview.Viewer{{Actor: citizen}, {Ticket: ticketID}} {
			for _, at := range moments(life.History) {
				seen, ok := ticketview.Detail(v, life.History, names, at)
				if !ok {
					t.Fatalf("the citizen does not see the ticket at %s", at)
				}
				text, err := json.Marshal(seen)
				if err != nil {
					t.Fatal(err)
				}
				for _, mark := range []string{tickettest.MarkInternal, tickettest.MarkRegional, "null"} {
					if strings.Contains(string(text), mark) {
						t.Fatalf("at %s the citizen reads %s", at, text)
					}
				}
			}
		}
	})
}

// TestNotesReachTheirReadersAndNobodyElse says mission.md's row "note; audience" once more, by hand, for operators.
func TestNotesReachTheirReadersAndNobodyElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, ticketID, 40, false)
		by := rapid.SampledFrom([]person.Actor{operator, neighbour, regional}).Draw(t, "viewer")
		for _, at := range moments(life.History) {
			past := life.History[:ticketview.CountUpTo(life.History, at)]
			seen, ok := ticketview.Detail(ticketview.Viewer{Actor: by}, life.History, names, at)
			if !ok {
				continue
			}
			withdrawn := map[ticket.ID]bool{}
			for _, r := range past {
				if w, undo := r.Event.(ticket.ActWithdrawn); undo {
					for _, note := range w.Notes {
						withdrawn[note] = true
					}
				}
			}
			for _, r := range past {
				var note ticket.ID
				var reads bool
				own := r.By.Entity == by.Entity
				switch e := r.Event.(type) {
				case ticket.InternalNote:
					note, reads = e.Note, e.Entity == by.Entity
				case ticket.CitizenNote:
					note, reads = e.Note, own || !e.VisibleFrom.After(at) && !withdrawn[e.Note]
				case ticket.RegionalNote:
					party := by.Entity == catalog.Region || by.Entity == e.ASR
					note, reads = e.Note, party && (own || !e.VisibleFrom.After(at) && !withdrawn[e.Note])
				default:
					continue
				}
				if got := slices.ContainsFunc(seen.Notes, func(n ticketview.Note) bool { return n.ID == note }); got != reads {
					t.Fatalf("at %s: %s reads %T of %s: %v, want %v", at, by.Entity, r.Event, r.By.Entity, got, reads)
				}
			}
		}
	})
}

// TestViewerMustSeeTheTicketThenAndNow: a moment is read by who saw the ticket at that moment and sees it today.
func TestViewerMustSeeTheTicketThenAndNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, ticketID, 40, true)
		by := rapid.SampledFrom(append(slices.Clone(tickettest.Actors), auditor)).Draw(t, "viewer")
		_, now := ticketview.Detail(ticketview.Viewer{Actor: by}, life.History, names, life.Now)
		for _, at := range moments(life.History) {
			_, then := ticketview.Detail(ticketview.Viewer{Actor: by}, life.History[:ticketview.CountUpTo(life.History, at)], names, at)
			if _, ok := ticketview.Detail(ticketview.Viewer{Actor: by}, life.History, names, at); ok != (then && now) {
				t.Fatalf("%s at %s: seen then %v, today %v; ?at=%s shows it: %v", by.Role, by.Entity, then, now, at, ok)
			}
		}
	})
}

// TestTheCitizensListSaysWhatTheirTicketSays, at every moment, held acts included.
func TestTheCitizensListSaysWhatTheirTicketSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		life := tickettest.DrawTicket(t, ticketID, 40, true)
		for _, at := range moments(life.History) {
			row := foldHistory(life.History[:ticketview.CountUpTo(life.History, at)])
			seen, _ := ticketview.Detail(ticketview.Viewer{Actor: citizen}, life.History, names, at)
			if got := row.citizenStateAt(at).State; got.Status != seen.Status || got.Entity != seen.Entity.Code || seen.Status == "" {
				t.Fatalf("at %s the list says %s at %s, the ticket %s at %s", at, got.Status, got.Entity, seen.Status, seen.Entity.Code)
			}
		}
	})
}

// TestIncrementalIsRebuilt: whatever the batches, with the rows stored in between, and with every text erased by the
// time of the rebuild.
func TestIncrementalIsRebuilt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, rebuiltFrom := interleavedLives(t)
		live, counts, entries := map[ticket.ID]string{}, countChanges{}, []changeRow{}
		for len(history) > 0 {
			n := rapid.IntRange(1, len(history)).Draw(t, "batch")
			f := newTicketsFold(map[ticket.ID]Row{})
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
			for _, row := range f.drain() {
				live[row.State.ID] = row.marshal()
			}
			for k, n := range f.counts {
				counts[k] += n
			}
			entries = append(entries, f.changes...)
			history = history[n:]
		}
		f := newTicketsFold(map[ticket.ID]Row{})
		for _, r := range rebuiltFrom {
			f.apply(r)
		}
		for id, row := range f.rows {
			if row.marshal() != live[id] {
				t.Fatalf("live\n%s\nrebuilt\n%s", live[id], row.marshal())
			}
		}
		zero := func(_ countKey, n int) bool { return n == 0 }
		maps.DeleteFunc(counts, zero)
		maps.DeleteFunc(f.counts, zero)
		if !maps.Equal(counts, f.counts) {
			t.Fatalf("live %v, rebuilt %v", counts, f.counts)
		}
		byPosition := func(a, b changeRow) int { return int(a.Position - b.Position) }
		slices.SortFunc(f.changes, byPosition)
		if fmt.Sprint(entries) != fmt.Sprint(f.changes) {
			t.Fatalf("live\n%v\nrebuilt\n%v", entries, f.changes)
		}
	})
}

// TestCountsMatchRecount among the tickets that stand in each queue.
func TestCountsMatchRecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history, _ := interleavedLives(t)
		f := newTicketsFold(map[ticket.ID]Row{})
		for _, r := range history {
			f.apply(r)
			recount := countChanges{}
			for _, row := range f.rows {
				recount.move(Row{}, row)
			}
			for k, n := range f.counts {
				if recount[k] != n || n < 0 {
					t.Fatalf("%v: kept %d, counted %d", k, n, recount[k])
				}
			}
		}
	})
}

// interleavedLives is a log of some tickets' lives. The second form is the same as a rebuild reads it: ticket by ticket,
// and what was erased since cannot be read any more.
func interleavedLives(t *rapid.T) (history, byTicket []ticket.Recorded) {
	lives := map[ticket.ID][]ticket.Recorded{}
	for i := range rapid.IntRange(1, 3).Draw(t, "tickets") {
		id := ticket.ID(fmt.Sprintf("01930000-0000-7000-8000-%012d", i))
		lives[id] = tickettest.DrawTicket(t, id, 15, true).History
	}
	next := maps.Clone(lives)
	for len(next) > 0 {
		id := rapid.SampledFrom(slices.Sorted(maps.Keys(next))).Draw(t, "next")
		r := next[id][0]
		r.Position = int64(len(history) + 1)
		lives[id][r.Version-1].Position = r.Position
		history = append(history, r)
		if next[id] = next[id][1:]; len(next[id]) == 0 {
			delete(next, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(lives)) {
		life := slices.Clone(lives[id])
		if slices.ContainsFunc(life, func(r ticket.Recorded) bool { _, gone := r.Event.(ticket.PersonalDataErased); return gone }) {
			for i, r := range life {
				life[i].Event = withoutPersonalData(r.Event)
			}
		}
		byTicket = append(byTicket, life...)
	}
	return history, byTicket
}
