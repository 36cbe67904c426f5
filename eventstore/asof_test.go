// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestPositionAt checks that the log at a moment is a prefix of the log, and that ReadStreams reads the streams of that prefix.
func TestPositionAt(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return now } }).Store
	at := func(moment time.Time) int64 {
		t.Helper()
		p, err := s.PositionAt(t.Context(), moment)
		if err != nil || p.Epoch != 1 {
			t.Fatal(p, err)
		}
		return p.N
	}
	if n := at(now); n != 0 {
		t.Errorf("empty log: got position %d, want 0", n)
	}
	one, other, begun := newID(), newID(), now
	first := newAppend(one, 0, "a", "b")
	first.Events[0].Personal = []byte(`"secret"`)
	mustAppend(t, s, first)
	mustAppend(t, s, newAppend(newID(), 0, "c"))
	now = now.Add(time.Second)
	mustAppend(t, s, newAppend(one, 2, "d"))
	mustAppend(t, s, newAppend(other, 0, "e"))
	for moment, want := range map[time.Time]int64{
		begun.Add(-time.Microsecond): 0, begun: 3, now.Add(-time.Microsecond): 3, now: 5, now.AddDate(1, 0, 0): 5,
	} {
		if got := at(moment); got != want {
			t.Errorf("at %s: got position %d, want %d", moment, got, want)
		}
	}
	sizes := map[string]int{}
	err := s.ReadStreams(t.Context(), []string{other, one, newID()}, 4, func(records []eventstore.Record) error {
		sizes[records[0].Stream] = len(records)
		if records[0].Personal != nil {
			t.Errorf("got personal part %s, want none", records[0].Personal)
		}
		return nil
	})
	if err != nil || len(sizes) != 1 || sizes[one] != 3 {
		t.Errorf("up to position 4: got streams %v, %v, want 3 events of %s", sizes, err, one)
	}
}
