// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// playLife plays a made-up life on the real log, whatever its commands come to there. between runs now and then.
func (h *fixture) playLife(life tickettest.RandomTicket, between func(step int)) {
	h.t.Helper()
	id := newID()
	begun := life.Steps[0].Now
	base := h.now()
	for i, s := range life.Steps {
		h.clock.Store(base.Add(s.Now.Sub(begun)).UnixNano())
		_ = h.dispatch(id, s.By, h.withNewIDs(s.Command)) // refusals are part of a life
		between(i)
	}
	h.advance(time.Minute)
}

// withNewIDs gives a command ids and a number that no other life has.
func (h *fixture) withNewIDs(c ticket.Command) ticket.Command {
	switch c := c.(type) {
	case ticket.Open:
		h.number++
		c.Number = number(h.number)
		return c
	case ticket.Update:
		if c.Note != nil {
			note := *c.Note
			note.ID = newID()
			c.Note = &note
		}
		return c
	case ticket.Reply:
		c.ID = newID()
		return c
	case ticket.Undo, ticket.Close, ticket.TransferToSuccessor, ticket.Release, ticket.Erase:
		return c
	}
	return c
}

// drawLives makes lives up, always the same ones.
func drawLives(n, steps int) []tickettest.RandomTicket {
	lives := make([]tickettest.RandomTicket, n)
	for i := range lives {
		lives[i] = rapid.Custom(func(t *rapid.T) tickettest.RandomTicket { return tickettest.DrawTicket(t, ticketID, steps, true) }).Example(i + 1)
	}
	return lives
}

// TestIncrementalIsRebuiltOnPostgres compares whole tables: kept live in batches as they came, and rebuilt, erasures
// included.
func TestIncrementalIsRebuiltOnPostgres(t *testing.T) {
	h := newFixture(t)
	for i, life := range drawLives(80, 40) {
		h.playLife(life, func(step int) {
			if (i+step)%97 == 0 {
				h.project()
			}
		})
	}
	h.project()
	before := h.dump()
	for _, m := range models {
		if err := NewRunner(h.store).Rebuild(t.Context(), m.name, nil); err != nil {
			t.Fatal(err)
		}
	}
	after := h.dump()
	for i := range before {
		if i >= len(after) || before[i] != after[i] {
			t.Fatalf("live\n%s\nrebuilt\n%s", before[i], slices.Concat(after, []string{"nothing"})[min(i, len(after))])
		}
	}
	if len(before) != len(after) || len(before) < 200 {
		t.Fatalf("%d rows live, %d rebuilt", len(before), len(after))
	}
}

// TestQueueCountsMatchLists: the SQL of a queue, its kept count and the pure function agree for every viewer.
func TestQueueCountsMatchLists(t *testing.T) {
	h := newFixture(t)
	for _, life := range drawLives(60, 25) {
		h.playLife(life, func(int) {})
	}
	h.project()
	listed := 0
	for _, who := range append(slices.Clone(tickettest.Actors), auditor) {
		queues, _, err := h.reader.Queues(t.Context(), ticketview.Viewer{Actor: who})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range queues {
			page := h.list(who, Filter{Queue: q.ID, Limit: maxLimit})
			if page.Total != q.Count || len(page.Items) != q.Count {
				t.Errorf("%s at %s: %s counts %d, lists %d of %d", who.Role, who.Entity, q.ID, q.Count, len(page.Items), page.Total)
			}
			listed += len(page.Items)
		}
	}
	if listed < 100 {
		t.Errorf("only %d tickets listed: nothing was shown", listed)
	}
}
