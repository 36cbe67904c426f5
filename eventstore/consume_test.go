// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/consumers"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// newTallyDB returns a database with the table tally, into which consumers write positions.
func newTallyDB(t *testing.T, options ...func(*eventstore.Config)) *storetest.DB {
	t.Helper()
	db := storetest.New(t, options...)
	_, err := storetest.Connect(t, db.URL).Exec(t.Context(), `
		create table tally (position bigint); grant usage on schema public to sol_worker; grant all on tally to sol_worker`)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// writeTally is a handler that writes the position of every event. An event that is handled twice gives a duplicate.
func writeTally(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
	for _, r := range records {
		if _, err := tx.Exec(ctx, `insert into tally values ($1)`, r.Position); err != nil {
			return err
		}
	}
	return nil
}

// assertTally checks that the tally contains the positions from 1 to n once each.
func assertTally(t *testing.T, db *storetest.DB, n int64) {
	t.Helper()
	var count, distinct, highest int64
	err := storetest.Connect(t, db.URL).QueryRow(t.Context(), `select count(*), count(distinct position), coalesce(max(position), 0) from tally`).
		Scan(&count, &distinct, &highest)
	if err != nil || count != n || distinct != n || highest != n {
		t.Errorf("tally: got %d positions, %d of them distinct, up to %d, %v, want each from 1 to %d once", count, distinct, highest, err, n)
	}
}

// startConsumer runs a consumer in a goroutine. stop ends it and waits for its end.
func startConsumer(t *testing.T, s *eventstore.Store, c eventstore.Consumer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := s.Consume(ctx, c); err != nil {
			t.Errorf("consume: %v", err)
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

func useShortIntervals(c *eventstore.Config) {
	c.LeaseDuration, c.PollInterval = 200*time.Millisecond, 100*time.Millisecond
}

func TestConsumerSeesEveryEventOnce(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	for range 20 {
		mustAppend(t, db.Store, newAppend(newID(), 0, "before"))
	}
	defer startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, BatchSize: 7, Handle: writeTally})()
	for range 30 {
		r := mustAppend(t, db.Store, newAppend(newID(), 0, "during"))
		if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, r.Position.N); err != nil {
			t.Fatal(err)
		}
		assertTally(t, db, r.Position.N) // the writes of the consumer are visible
	}
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, 51); !errors.Is(err, eventstore.ErrBeyondHead) {
		t.Errorf("beyond the head: got %v, want ErrBeyondHead", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := db.Store.WaitForConsumer(soon, "none", 1, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("consumer that never ran: got %v, want DeadlineExceeded", err)
	}
}

// TestFencedNodeRollsBack makes two nodes handle the same batch at the same time, as when the lease of a slow node expires: one node
// commits its work, the work of the other is rolled back.
func TestFencedNodeRollsBack(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	slow := db.OpenNode(t, func(c *eventstore.Config) { useShortIntervals(c); c.LeaseDuration = 20 * time.Millisecond })
	for range 10 {
		mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	}
	entered, resume := make(chan struct{}), make(chan struct{})
	var once sync.Once
	stalling := func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		err := writeTally(ctx, tx, records)
		once.Do(func() {
			close(entered)
			<-resume
		})
		return err
	}
	stopSlow := startConsumer(t, slow, eventstore.Consumer{Name: "tally", Version: 1, Handle: stalling})
	<-entered
	// The lease of the slow node ends, as if the node were silent: the other node leads and moves the checkpoint.
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `update log.consumers set holder = null`); err != nil {
		t.Fatal(err)
	}
	stop := startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally})
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, 10); err != nil {
		t.Fatal(err)
	}
	close(resume)
	last := mustAppend(t, db.Store, newAppend(newID(), 0, "after"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	stop()
	stopSlow()
	assertTally(t, db, last.Position.N)
}

func TestManyNodesCompeteForOneConsumer(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	stops := []func(){}
	for _, node := range []*eventstore.Store{db.Store, db.OpenNode(t, useShortIntervals), db.OpenNode(t, useShortIntervals)} {
		stops = append(stops, startConsumer(t, node, eventstore.Consumer{Name: "tally", Version: 1, BatchSize: 3, Handle: writeTally}))
	}
	conn := storetest.Connect(t, db.URL)
	var last eventstore.Result
	for i := range 60 {
		last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
		if i%6 == 0 { // another node may become the leader during the work
			if _, err := conn.Exec(t.Context(), `update log.consumers set holder = null`); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	stops[0]() // this node may be the leader: the others continue
	last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	for _, stop := range stops[1:] {
		stop()
	}
	assertTally(t, db, last.Position.N)
}

func TestFailingConsumerRecordsErrorAndRetries(t *testing.T) {
	registry := prometheus.NewRegistry()
	db := newTallyDB(t, useShortIntervals, func(c *eventstore.Config) { c.Metrics = registry })
	var broken atomic.Bool
	broken.Store(true)
	failing := func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		if err := writeTally(ctx, tx, records); err != nil {
			return err
		}
		if broken.Load() {
			return errors.New("handler failed")
		}
		return nil
	}
	r := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	defer startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 2, Handle: failing})()
	led := false // at any time: on a slow machine the node may lose the lease between two attempts and acquire it again
	storetest.Eventually(t, "two failures are recorded, and a leader was seen", func() bool {
		status := firstConsumer(t, db.Store)
		led = led || status.HasLeader
		if status.Failures > 0 && (status.Error != "handler failed" || status.Lag != 1 || status.FailedAt.IsZero()) {
			t.Fatalf("got status %+v, want the handler's error and lag 1", status)
		}
		return status.Failures >= 2 && led
	})
	var lag float64
	storetest.Eventually(t, "the node that leads reports the lag", func() bool {
		value, ok := gaugeValue(t, registry, "sol_consumer_lag_events")
		lag = value
		return ok
	})
	if lag != 1 {
		t.Errorf("got lag metric %v, want 1", lag)
	}
	broken.Store(false)
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 2, r.Position.N); err != nil {
		t.Fatal(err)
	}
	if status := firstConsumer(t, db.Store); status.Error != "" || status.Failures != 0 || status.Lag != 0 || status.AdvancedAt.IsZero() {
		t.Errorf("after the failures: got status %+v, want no error, no failures, no lag", status)
	}
	assertTally(t, db, 1) // the failed attempts were rolled back
}

// TestFailingNodeReleasesItsLease checks that a healthy node takes over from a node on which every batch fails, for example because of
// its build, disk or network.
func TestFailingNodeReleasesItsLease(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	last := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	failingNode := db.OpenNode(t, useShortIntervals)
	failing := func(context.Context, pgx.Tx, []eventstore.Record) error { return errors.New("handler failed") }
	defer startConsumer(t, failingNode, eventstore.Consumer{Name: "tally", Version: 1, Handle: failing})()
	storetest.Eventually(t, "the failing node leads", func() bool { return firstConsumer(t, db.Store).Failures > 0 })
	defer startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally})()
	soon, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for range 3 { // the healthy node stays the leader
		if err := db.Store.WaitForConsumer(soon, "tally", 1, last.Position.N); err != nil {
			t.Fatal(err)
		}
		last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	}
	if err := db.Store.WaitForConsumer(soon, "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	assertTally(t, db, last.Position.N)
}

func firstConsumer(t *testing.T, s *eventstore.Store) consumers.Status {
	t.Helper()
	list, err := consumers.List(t.Context(), s.Pools().Read)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return consumers.Status{}
	}
	return list[0]
}

func gaugeValue(t *testing.T, gatherer prometheus.Gatherer, name string) (value float64, ok bool) {
	t.Helper()
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.Metric[0].GetGauge().GetValue(), true
		}
	}
	return 0, false
}
