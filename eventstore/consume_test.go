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
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// newTallyDB is a database with a table that consumers write positions into, and the store on it.
func newTallyDB(t *testing.T, options ...func(*eventstore.Config)) *storetest.DB {
	t.Helper()
	db := storetest.New(t, options...)
	_, err := ownerConn(t, db).Exec(t.Context(), `
		create table tally (position bigint); grant usage on schema public to sol_worker; grant all on tally to sol_worker`)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// writeTally writes every position down; a second write of one shows as a duplicate.
func writeTally(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
	for _, r := range records {
		if _, err := tx.Exec(ctx, `insert into tally values ($1)`, r.Position); err != nil {
			return err
		}
	}
	return nil
}

// assertTally fails unless the tally holds 1 to n once each.
func assertTally(t *testing.T, db *storetest.DB, n int64) {
	t.Helper()
	var count, distinct, highest int64
	err := ownerConn(t, db).QueryRow(t.Context(), `select count(*), count(distinct position), coalesce(max(position), 0) from tally`).
		Scan(&count, &distinct, &highest)
	if err != nil || count != n || distinct != n || highest != n {
		t.Errorf("the tally holds %d positions, %d of them distinct, up to %d; want %d; %v", count, distinct, highest, n, err)
	}
}

// startConsumer consumes in the background; stop ends it and waits.
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
		assertTally(t, db, r.Position.N) // reads its own write
	}
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, 51); !errors.Is(err, eventstore.ErrBeyondHead) {
		t.Errorf("beyond the head: %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := db.Store.WaitForConsumer(soon, "none", 1, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a consumer that never ran: %v", err)
	}
}

// Both nodes hold the same batch in hand at the same moment, as when a lease runs out under a slow node: one keeps
// its work, the other's is rolled back whole.
func TestFenceBetweenTwoNodes(t *testing.T) {
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
	// Its lease is taken away as if it had fallen silent: the other node leads and goes past it.
	if _, err := ownerConn(t, db).Exec(t.Context(), `update log.consumers set holder = null`); err != nil {
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
	conn := ownerConn(t, db)
	var last eventstore.Result
	for i := range 60 {
		last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
		if i%6 == 0 { // leadership wanders in the middle of the work
			if _, err := conn.Exec(t.Context(), `update log.consumers set holder = null`); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	stops[0]() // whoever led: the others go on
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
			return errors.New("the row is not there")
		}
		return nil
	}
	r := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	defer startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 2, Handle: failing})()
	led := false // at some time: a slow machine may lose the lease between two attempts, and has it again
	storetest.Eventually(t, "two failures are recorded, and a leader", func() bool {
		status := firstConsumer(t, db.Store)
		led = led || status.HasLeader
		if status.Failures > 0 && (status.Error != "the row is not there" || status.Lag != 1 || status.FailedAt.IsZero()) {
			t.Fatalf("status %+v", status)
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
		t.Errorf("lag metric %v", lag)
	}
	broken.Store(false)
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 2, r.Position.N); err != nil {
		t.Fatal(err)
	}
	if status := firstConsumer(t, db.Store); status.Error != "" || status.Failures != 0 || status.Lag != 0 || status.AdvancedAt.IsZero() {
		t.Errorf("status after mending: %+v", status)
	}
	assertTally(t, db, 1) // nothing of the failed attempts was kept
}

// A node whose own build, disk or network makes every batch fail must not keep a healthy one from the work.
func TestFailingNodeReleasesItsLease(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	last := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	ill := db.OpenNode(t, useShortIntervals)
	failing := func(context.Context, pgx.Tx, []eventstore.Record) error { return errors.New("ill") }
	defer startConsumer(t, ill, eventstore.Consumer{Name: "tally", Version: 1, Handle: failing})()
	storetest.Eventually(t, "the failing node leads", func() bool { return firstConsumer(t, db.Store).Failures > 0 })
	defer startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally})()
	soon, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for range 3 { // and goes on leading
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

func firstConsumer(t *testing.T, s *eventstore.Store) eventstore.ConsumerStatus {
	t.Helper()
	list, err := s.Consumers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return eventstore.ConsumerStatus{}
	}
	return list[0]
}

func gaugeValue(t *testing.T, from prometheus.Gatherer, name string) (value float64, there bool) {
	t.Helper()
	families, err := from.Gather()
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
