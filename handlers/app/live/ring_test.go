// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package live

import (
	"testing"

	"github.com/sol-assistenza/sol/projections/lists"
)

func rowsOf(from, to int64) (rows []*lists.ChangeRow) {
	for p := from; p <= to; p++ {
		rows = append(rows, &lists.ChangeRow{Position: p})
	}
	return rows
}

func TestRingHoldsTheLastRows(t *testing.T) {
	r := newRing(rowsOf(11, 13), false, 3)
	early, ok := r.after(10)
	if !ok || len(early) != 3 {
		t.Fatalf("after 10: got %d rows, %t, want 3", len(early), ok)
	}
	if _, ok := r.after(9); ok {
		t.Error("after 9: the ring cannot know what is at 10")
	}
	for _, row := range rowsOf(14, 20) {
		r.add(row)
	}
	for _, c := range []struct {
		after int64
		rows  int
		ok    bool
	}{{10, 0, false}, {16, 4, true}, {19, 1, true}, {20, 0, true}, {25, 0, true}} {
		rows, ok := r.after(c.after)
		if ok != c.ok || len(rows) != c.rows || ok && len(rows) > 0 && rows[0].Position != c.after+1 {
			t.Errorf("after %d: got %d rows, %t, want %d, %t", c.after, len(rows), ok, c.rows, c.ok)
		}
	}
	if len(early) != 3 || early[0].Position != 11 {
		t.Error("rows that were returned before have changed")
	}
}

func TestRingOfAShortFeedHoldsEverything(t *testing.T) {
	r := newRing(rowsOf(1, 2), true, 3)
	if rows, ok := r.after(0); !ok || len(rows) != 2 {
		t.Errorf("after 0: got %d rows, %t, want 2", len(rows), ok)
	}
}

// A stream that nobody reads does not grow: it forgets its rows and catches up later.
func TestSlowStreamForgetsItsRows(t *testing.T) {
	s := &Stream{woken: make(chan struct{}, 1)}
	for _, row := range rowsOf(1, maxPending) {
		s.add(row)
	}
	if s.missed || len(s.pending) != maxPending {
		t.Fatalf("got %d rows, missed %t, want %d", len(s.pending), s.missed, maxPending)
	}
	for _, row := range rowsOf(maxPending+1, maxPending+5) {
		s.add(row)
	}
	if !s.missed || len(s.pending) != 0 {
		t.Errorf("got %d rows, missed %t, want none and missed", len(s.pending), s.missed)
	}
}
