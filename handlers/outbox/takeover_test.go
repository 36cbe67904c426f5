// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/outbox"
)

// newHandler returns a handler of the topic "topic".
func newHandler(workers int, handle func(context.Context, outbox.Message) error) []outbox.Handler {
	return []outbox.Handler{{Name: "handler", Topic: "topic", Workers: workers, Handle: handle}}
}

func exec(t *testing.T, db *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// A message in hand holds no transaction and no connection, and its claim is renewed for as long as the handler takes.
func TestMessageInHandHoldsNoConnection(t *testing.T) {
	database := storetest.New(t)
	db := database.Store.Pools().Outbox
	publishMessages(t, db, "topic", 3)
	var g receivedMessages
	resume := make(chan struct{})
	handle := func(_ context.Context, m outbox.Message) error {
		g.add(m)
		<-resume
		return nil
	}
	runRouter(t, outbox.Config{Pool: db, LeaseDuration: 2 * time.Second, Handlers: newHandler(3, handle)})
	storetest.Eventually(t, "all three are in hand", func() bool { return len(g.ids()) == 3 })
	database.WaitForTransactions(t)
	claimedUntil := func() (until time.Time) {
		if err := db.QueryRow(t.Context(), `select min(claimed_until) from saga.outbox where not acked`).Scan(&until); err != nil {
			t.Fatal(err)
		}
		return until
	}
	first := claimedUntil()
	storetest.Eventually(t, "the claims are renewed", func() bool { return claimedUntil().After(first) })
	if n := db.Stat().AcquiredConns(); n > 1 { // a poll may have one
		t.Errorf("got %d connections in use, want at most 1", n)
	}
	close(resume)
	storetest.Eventually(t, "all are delivered", func() bool { return len(listMessages(t, db)) == 0 })
}

// A node whose renewals fail while it handles messages loses its claims: the contexts of the messages end, the other node delivers them and
// those after them, and neither an acknowledgement nor a failure of the first node changes anything.
func TestSilentNodeLosesItsMessages(t *testing.T) {
	for name, result := range map[string]error{"it acknowledges": nil, "it fails": errors.New("not delivered"), "it poisons": outbox.Permanent(errors.New("never"))} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t)
			pool := db.Store.Pools().Outbox
			ids := publishMessages(t, pool, "topic", 6)
			closed := db.OpenNode(t)
			closed.Close()
			var inHand, ended atomic.Int32
			resume := make(chan struct{})
			stop := runRouter(t, outbox.Config{Pool: pool, LeasePool: closed.Pools().Lease, LeaseDuration: time.Second, MaxRetries: 1,
				Handlers: newHandler(3, func(ctx context.Context, _ outbox.Message) error {
					inHand.Add(1)
					<-ctx.Done()
					if errors.Is(context.Cause(ctx), lease.ErrLost) {
						ended.Add(1)
					}
					<-resume
					return result
				})})
			storetest.Eventually(t, "the silent node has the first messages in hand", func() bool { return inHand.Load() == 3 })
			var g receivedMessages
			runRouter(t, outbox.Config{Pool: pool, Handlers: newHandler(3, func(_ context.Context, m outbox.Message) error { g.add(m); return nil })})
			storetest.Eventually(t, "the other node delivers all", func() bool { return len(listMessages(t, pool)) == 0 })
			storetest.Eventually(t, "the silent node knows", func() bool { return ended.Load() == 3 })
			close(resume)
			stop()
			got := g.ids()
			if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(ids))) || len(listMessages(t, pool)) > 0 {
				t.Errorf("got messages %q and left %+v, want each of %q once", got, listMessages(t, pool), ids)
			}
		})
	}
}

// The result of a claim that another node has taken over is not stored.
func TestLateResultIsFenced(t *testing.T) {
	for name, result := range map[string]error{"acknowledged": nil, "failed": errors.New("not delivered"), "poisoned": outbox.Permanent(errors.New("never"))} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t).Store.Pools().Outbox
			publishMessages(t, db, "topic", 1)
			started, resume := make(chan struct{}), make(chan struct{})
			start := sync.OnceFunc(func() { close(started) })
			stop := runRouter(t, outbox.Config{Pool: db, MaxRetries: 1, Handlers: newHandler(1, func(ctx context.Context, _ outbox.Message) error {
				start()
				<-resume
				return result
			})})
			<-started
			// As another node does when the claim has ended; it is frozen in its turn.
			exec(t, db, `update saga.outbox set claimed_by = gen_random_uuid(), claimed_until = clock_timestamp() + interval '1 hour'`)
			close(resume)
			stop()
			if all := listMessages(t, db); len(all) != 1 || all[0].Poisoned {
				t.Fatalf("got %+v, want the message to wait for the other node", all)
			}
			exec(t, db, `update saga.outbox set claimed_until = clock_timestamp()`)
			var g receivedMessages
			runRouter(t, outbox.Config{Pool: db, Handlers: newHandler(1, func(_ context.Context, m outbox.Message) error { g.add(m); return nil })})
			storetest.Eventually(t, "the message is delivered", func() bool { return len(g.ids()) == 1 && len(listMessages(t, db)) == 0 })
		})
	}
}

// While the first message of a ticket is in hand on one node, no node delivers a later one of its ticket, and all deliver those of other
// tickets.
func TestTicketIsInOneHand(t *testing.T) {
	db := storetest.New(t)
	pool := db.Store.Pools().Outbox
	ids := publishMessages(t, pool, "topic", 9) // of three tickets
	resume := make(chan struct{})
	var g receivedMessages
	for _, node := range []*eventstore.Store{db.Store, db.OpenNode(t)} {
		runRouter(t, outbox.Config{Pool: node.Pools().Outbox, Handlers: newHandler(4, func(_ context.Context, m outbox.Message) error {
			if m.ID == ids[0] {
				<-resume
			}
			g.add(m)
			return nil
		})})
	}
	storetest.Eventually(t, "the other tickets' messages are delivered", func() bool { return len(listMessages(t, pool)) == 3 })
	if got := g.ids(); slices.Contains(got, ids[3]) || slices.Contains(got, ids[6]) {
		t.Errorf("got %q delivered, want none of the ticket in hand (%q)", got, ids)
	}
	close(resume)
	storetest.Eventually(t, "all are delivered", func() bool { return len(listMessages(t, pool)) == 0 })
	got := g.ids()
	if len(got) != 9 || !(slices.Index(got, ids[0]) < slices.Index(got, ids[3]) && slices.Index(got, ids[3]) < slices.Index(got, ids[6])) {
		t.Errorf("got %q, want each of %q once and in the order of its ticket", got, ids)
	}
}

// A node of the release before takes a message by locking its row, without a claim. It disturbs nobody: the others take the messages of
// other tickets, and its own when it has ended without a result.
func TestRowLockedByAnOlderNodeIsSkipped(t *testing.T) {
	db := storetest.New(t)
	pool := db.Store.Pools().Outbox
	ids := publishMessages(t, pool, "topic", 3)
	tx, err := db.OpenNode(t).Pools().Outbox.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from saga.outbox where uuid = $1 for update`, ids[0]); err != nil {
		t.Fatal(err)
	}
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: pool, Handlers: newHandler(2, func(_ context.Context, m outbox.Message) error { g.add(m); return nil })})
	storetest.Eventually(t, "the others are delivered", func() bool { return len(g.ids()) >= 2 })
	_ = tx.Rollback(t.Context()) // the server may have ended the transaction, which was idle
	storetest.Eventually(t, "the message is delivered", func() bool { return len(listMessages(t, pool)) == 0 })
	if got := g.ids(); len(got) != 3 {
		t.Errorf("got %q, want each message once", got)
	}
}

// A router that ends gives its messages back at once: another node need not wait for the end of their claims.
func TestEndedRouterReleasesItsMessages(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	publishMessages(t, db, "topic", 6)
	var g receivedMessages
	stop := runRouter(t, outbox.Config{Pool: db, Handlers: newHandler(3, func(ctx context.Context, m outbox.Message) error {
		g.add(m)
		<-ctx.Done()
		return ctx.Err()
	})})
	storetest.Eventually(t, "three are in hand", func() bool { return len(g.ids()) == 3 })
	stop()
	var claimed int
	if err := db.QueryRow(t.Context(), `select count(*) from saga.outbox where claimed_by is not null`).Scan(&claimed); err != nil || claimed > 0 {
		t.Errorf("got %d claims, %v, want none", claimed, err)
	}
}

// The database freezes before a message is poisoned, or left to a node of a newer release. The attempt to store that ends, so that the service
// can stop.
func TestResultsEndWhileTheDatabaseIsFrozen(t *testing.T) {
	for name, result := range map[string]error{"poisoned": outbox.Permanent(errors.New("no")), "left": &outbox.NewerError{Unknown: "a kind"}} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t).Store.Pools().Outbox
			publishMessages(t, db, "topic", 1)
			resume := make(chan func(), 1)
			freeze := sync.OnceFunc(func() { resume <- storetest.Freeze(t) })
			stop := runRouter(t, outbox.Config{Pool: db, Handlers: newHandler(1, func(context.Context, outbox.Message) error {
				freeze()
				return result
			})})
			goOn := <-resume
			storetest.Eventually(t, "a statement waits for the database", func() bool { return db.Stat().AcquiredConns() > 0 })
			stop()
			storetest.Eventually(t, "no statement waits for the database", func() bool { return db.Stat().AcquiredConns() == 0 })
			goOn()
		})
	}
}
