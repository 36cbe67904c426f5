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
)

// live plays a made-up life on the real log, whatever its commands come to there. between runs now and then.
func (h *house) live(life tickettest.Life, between func(step int)) {
	h.t.Helper()
	id := newID()
	begun := life.Steps[0].Now
	base := h.now()
	for i, s := range life.Steps {
		h.clock.Store(base.Add(s.Now.Sub(begun)).UnixNano())
		_ = h.try(id, s.By, h.fresh(s.Command)) // refusals are part of a life
		between(i)
	}
	h.pass(time.Minute)
}

// fresh gives a command ids and a number that no other life has.
func (h *house) fresh(c ticket.Command) ticket.Command {
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
	case ticket.Undo, ticket.Close, ticket.Succeed, ticket.Release, ticket.Erase:
		return c
	}
	return c
}

// draw makes lives up, always the same ones.
func draw(n, steps int) []tickettest.Life {
	lives := make([]tickettest.Life, n)
	for i := range lives {
		lives[i] = rapid.Custom(func(t *rapid.T) tickettest.Life { return tickettest.Draw(t, ticketID, steps, true) }).Example(i + 1)
	}
	return lives
}

// TestIncrementalIsRebuiltOnPostgres compares whole tables: kept live in batches as they came, and rebuilt, erasures
// included.
func TestIncrementalIsRebuiltOnPostgres(t *testing.T) {
	h := newHouse(t)
	for i, life := range draw(80, 40) {
		h.live(life, func(step int) {
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

// TestQueuesListWhatTheyCount: the SQL of a queue, its kept count and the pure function agree for every viewer.
func TestQueuesListWhatTheyCount(t *testing.T) {
	h := newHouse(t)
	for _, life := range draw(60, 25) {
		h.live(life, func(int) {})
	}
	h.project()
	listed := 0
	for _, who := range append(slices.Clone(tickettest.People), auditor) {
		queues, _, err := h.reader.Queues(t.Context(), Viewer{Actor: who})
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
