// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/consumers"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// A leader stops inside the transaction of its batch, in which it has locked a row, as a frozen or cut-off node does. The database ends the
// idle transaction, and the next leader handles the batch.
func TestLeaderSilentInItsTransactionIsTakenOver(t *testing.T) {
	short := func(c *eventstore.Config) {
		useShortIntervals(c)
		c.Pools = append(c.Pools, func(s *pgpool.Spec) { s.Idle = 500 * time.Millisecond })
	}
	db := newTallyDB(t, short)
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `insert into tally values (0)`); err != nil {
		t.Fatal(err)
	}
	lockRow := func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update tally set position = position where position = 0`)
		return err
	}
	silent := db.OpenNode(t, short)
	entered, resume := make(chan struct{}), make(chan struct{})
	enter := sync.OnceFunc(func() { close(entered) })
	stopSilent := startConsumer(t, silent, eventstore.Consumer{Name: "tally", Version: 1, Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		if err := lockRow(ctx, tx); err != nil {
			return err
		}
		enter()
		<-resume
		return writeTally(ctx, tx, records)
	}})
	var last eventstore.Result
	for range 3 {
		last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	}
	<-entered
	// The silent node does not renew its lease either.
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `update log.consumers set holder = gen_random_uuid(), lease_until = clock_timestamp()`); err != nil {
		t.Fatal(err)
	}
	stop := startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		if err := lockRow(ctx, tx); err != nil {
			return err
		}
		return writeTally(ctx, tx, records)
	}})
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	close(resume)
	stopSilent()
	last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `delete from tally where position = 0`); err != nil {
		t.Fatal(err)
	}
	assertTally(t, db, last.Position.N)
}

// A consumer's row is locked by a transaction that does not end. Neither the renewal of the other consumers' leases nor their batches wait
// for it.
func TestLockedConsumerDelaysNoOther(t *testing.T) {
	db := newTallyDB(t, useShortIntervals)
	stop := startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally})
	var handled atomic.Int64
	stopOther := startConsumer(t, db.Store, eventstore.Consumer{Name: "other", Version: 1, Handle: func(_ context.Context, _ pgx.Tx, records []eventstore.Record) error {
		handled.Add(int64(len(records)))
		return nil
	}})
	storetest.Eventually(t, "both have a leader", func() bool {
		list, err := consumers.List(t.Context(), db.Store.Pools().Read)
		return err == nil && len(list) == 2 && list[0].HasLeader && list[1].HasLeader
	})
	tx, err := storetest.Connect(t, db.URL).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from log.consumers where name = 'other' for update`); err != nil {
		t.Fatal(err)
	}
	leaseUntil := func() (until time.Time) {
		if err := storetest.Connect(t, db.URL).QueryRow(t.Context(), `select coalesce(lease_until, '-infinity'::timestamptz) from log.consumers where name = 'tally'`).Scan(&until); err != nil {
			t.Fatal(err)
		}
		return until
	}
	first := leaseUntil()
	storetest.Eventually(t, "the lease of the other consumer is renewed", func() bool { return leaseUntil().After(first) })
	last := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Store.WaitForConsumer(t.Context(), "other", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	stop()
	stopOther()
	assertTally(t, db, last.Position.N)
}

// slowTracer delays every query while slow is set, as a slow network does.
type slowTracer struct{ slow atomic.Bool }

func (s *slowTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if s.slow.Load() {
		<-time.After(300 * time.Millisecond)
	}
	return ctx
}

func (*slowTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A node that becomes slow can still renew its leases; it gives them to a node that is not slow, and keeps them if there is none.
func TestSlowNodeYieldsItsConsumers(t *testing.T) {
	tracer := &slowTracer{}
	timing := func(c *eventstore.Config) { c.LeaseDuration = 2 * time.Second }
	db := newTallyDB(t, timing)
	slow := db.OpenNode(t, timing, func(c *eventstore.Config) { c.Tracer = tracer })
	var byOther atomic.Int64
	count := func(ctx context.Context, tx pgx.Tx, records []eventstore.Record) error {
		byOther.Add(int64(len(records)))
		return writeTally(ctx, tx, records)
	}
	stopSlow := startConsumer(t, slow, eventstore.Consumer{Name: "tally", Version: 1, Handle: writeTally})
	last := mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	tracer.slow.Store(true)
	stop := startConsumer(t, db.Store, eventstore.Consumer{Name: "tally", Version: 1, Handle: count})
	conn := storetest.Connect(t, db.URL)
	storetest.Eventually(t, "the other node handles events", func() bool {
		var position int64
		if err := conn.QueryRow(t.Context(), `select position from log.consumers where name = 'tally'`).Scan(&position); err != nil {
			t.Fatal(err)
		}
		if position == last.Position.N { // one event at a time: the slow node needs 300 ms for each that is left to it
			last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
		}
		return byOther.Load() > 0
	})
	stop() // the slow node is alone
	last = mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if err := db.Store.WaitForConsumer(t.Context(), "tally", 1, last.Position.N); err != nil {
		t.Fatal(err)
	}
	tracer.slow.Store(false)
	stopSlow()
	assertTally(t, db, last.Position.N)
}
