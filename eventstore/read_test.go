// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestReadPagesByPosition(t *testing.T) {
	s := storetest.New(t).Store
	if head, at, err := s.Head(t.Context()); err != nil || head.String() != "1.0" || !at.IsZero() {
		t.Errorf("empty log: got head %v at %v, %v, want 1.0 at the zero time", head, at, err)
	}
	stream := newID()
	mustAppend(t, s, newAppend(stream, 0, "a", "b", "c"))
	last := mustAppend(t, s, newAppend(newID(), 0, "d", "e"))
	var seen []int64
	for after := int64(0); ; {
		page, err := s.Read(t.Context(), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			seen = append(seen, r.Position)
		}
		after = seen[len(seen)-1]
	}
	if len(seen) != 5 {
		t.Errorf("got positions %v, want 5", seen)
	}
	if head, at, err := s.Head(t.Context()); err != nil || head != last.Position || !at.Equal(last.At) {
		t.Errorf("got head %v at %v, %v, want %+v", head, at, err, last)
	}
	if _, err := s.ReadStream(t.Context(), newID()); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("unknown stream: got %v, want ErrNotFound", err)
	}
	if _, err := s.ReadStream(t.Context(), "not an id"); !errors.Is(err, eventstore.ErrNotFound) {
		t.Errorf("invalid id: got %v, want ErrNotFound", err)
	}
}

func TestReadByStreamStopsAtPosition(t *testing.T) {
	s := storetest.New(t).Store
	sizes := make(map[string]int)
	var streams []string
	for range 5 {
		streams = append(streams, newID())
		mustAppend(t, s, newAppend(streams[len(streams)-1], 0, "one"))
	}
	upTo := mustAppend(t, s, newAppend(streams[0], 1, "two")).Position.N
	mustAppend(t, s, newAppend(streams[0], 2, "after"))
	mustAppend(t, s, newAppend(newID(), 0, "after"))
	err := s.ReadByStream(t.Context(), upTo, func(records []eventstore.Record) error {
		for i, r := range records {
			if r.Stream != records[0].Stream || r.Version != i+1 {
				t.Errorf("got record %+v, want version %d of %s", r, i+1, records[0].Stream)
			}
		}
		sizes[records[0].Stream] += len(records)
		return nil
	})
	if err != nil || len(sizes) != 5 || sizes[streams[0]] != 2 || sizes[streams[4]] != 1 {
		t.Errorf("got %v, %v, want 5 streams, the first with 2 events", sizes, err)
	}
	stop := errors.New("stop")
	if err := s.ReadByStream(t.Context(), upTo, func([]eventstore.Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want the callback's error", err)
	}
}

// TestReadByStreamHoldsNothingOpen reads streams of one to seven events in pages of three. The result is that of one page, and whenever a
// stream is handed over, no other session of the database has a transaction or a snapshot open.
func TestReadByStreamHoldsNothingOpen(t *testing.T) {
	db := storetest.New(t)
	for n := range 20 {
		texts := make([]string, 1+n%7)
		for i := range texts {
			texts[i] = strings.Repeat(fmt.Sprint(n, i), 20_000) // more than the buffers between server and client hold
		}
		mustAppend(t, db.Store, newAppend(newID(), 0, texts...))
	}
	head, _, err := db.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := func(s *eventstore.Store, each func()) (streams [][]eventstore.Record) {
		err := s.ReadByStream(t.Context(), head.N, func(records []eventstore.Record) error {
			each()
			streams = append(streams, records)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return streams
	}
	want := read(db.Store, func() {})
	got := read(db.OpenNode(t, func(c *eventstore.Config) { c.SetStreamPageSize(3) }), func() { db.WaitForTransactions(t) })
	if !reflect.DeepEqual(got, want) || len(want) != 20 {
		t.Errorf("got %d streams in pages, want the %d of one page", len(got), len(want))
	}
}

func TestAppendWakesOtherNode(t *testing.T) {
	db := storetest.New(t)
	withoutPolling := func(c *eventstore.Config) { c.PollInterval = time.Hour }
	other := db.OpenNode(t, withoutPolling) // only NOTIFY messages wake it, after it listens
	conn := storetest.Connect(t, db.URL)
	for listening := 0; listening < 2; { // db.Store listens too
		err := conn.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity
			where datname = current_database() and state = 'idle' and query = 'listen sol_log'`).Scan(&listening)
		if err != nil {
			t.Fatal(err)
		}
	}
	woken := make(chan error)
	go func() { woken <- other.WaitForHead(t.Context(), 2) }()
	mustAppend(t, db.Store, newAppend(newID(), 0, "a", "b", "c"))
	if err := <-woken; err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.WaitForHead(ended, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("wait after the head: got %v, want Canceled", err)
	}
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	s := storetest.New(t, func(c *eventstore.Config) { c.Metrics = registry }).Store
	request := withCommand(newAppend(newID(), 0, "a"), "k", "b")
	mustAppend(t, s, request)
	mustAppend(t, s, request)
	_, _ = s.Append(t.Context(), newAppend(request.Stream, 0, "conflict")) // the metric counts it
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.Metric {
			for _, l := range m.Label {
				got[l.GetValue()] += m.GetCounter().GetValue()
			}
		}
	}
	if got["stored"] != 1 || got["repeated"] != 1 || got["conflict"] != 1 {
		t.Errorf("got appends by outcome %v, want one each of stored, repeated, conflict", got)
	}
	if head, _ := gaugeValue(t, registry, "sol_log_head_position"); head != 1 {
		t.Errorf("got head %v, want 1", head)
	}
	if _, err := eventstore.Open(t.Context(), eventstore.Config{URL: "", MasterKey: storetest.MasterKey()}); err == nil {
		t.Error("opened without a URL")
	}
}

func TestNumbersAndHashes(t *testing.T) {
	db := storetest.New(t)
	first, err := db.Store.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second, err := db.OpenNode(t).NextNumber(t.Context()); err != nil || second != first+1 {
		t.Errorf("got %d, %v, want %d", second, err, first+1)
	}
	a, b := db.Store.KeyedHash("personal-link", "X"), db.Store.KeyedHash("subject", "X")
	if len(a) != 64 || a == b || a != db.OpenNode(t).KeyedHash("personal-link", "X") {
		t.Errorf("got hashes %s and %s, want two different ones, the same on all nodes", a, b)
	}
}
