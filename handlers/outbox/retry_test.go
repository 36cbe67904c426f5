// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/outbox"
)

// The database becomes unavailable while messages are handled, either that of the outbox or only that of the handler, for longer than all
// retries take. No message is poisoned for it, and afterwards the messages are delivered in the order of their ticket.
func TestUnavailableDatabasePoisonsNothing(t *testing.T) {
	for name, allDown := range map[string]bool{"database of the outbox": true, "database of the handler": false} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t)
			downstream := db
			if !allDown {
				downstream = storetest.New(t)
			}
			testUnavailableDatabase(t, db.Store.Pools().Outbox, downstream)
		})
	}
}

func testUnavailableDatabase(t *testing.T, db *pgxpool.Pool, downstream *storetest.DB) {
	t.Helper()
	ids := publishMessages(t, db, "topic", 6)
	var g receivedMessages
	var failed atomic.Int32
	started, unavailable := make(chan struct{}), make(chan struct{})
	signalStart := sync.OnceFunc(func() { close(started) })
	stop := runRouter(t, outbox.Config{Pool: db, MaxRetries: 2, BreakerTimeout: time.Millisecond, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Workers: 2,
		Handle: func(ctx context.Context, m outbox.Message) error {
			signalStart()
			<-unavailable
			if err := downstream.Store.Pools().Outbox.Ping(ctx); err != nil {
				failed.Add(1)
				return fmt.Errorf("deliver: %w", err)
			}
			g.add(m)
			return nil
		}}}})
	<-started
	restore := storetest.MakeUnavailable(t, downstream.URL)
	close(unavailable)
	storetest.Eventually(t, "the messages are tried more often than MaxRetries allows", func() bool { return failed.Load() > 8 })
	restore()
	storetest.Eventually(t, "all messages are delivered", func() bool {
		all, err := messages.New(db).List(t.Context(), "", false, 10)
		return err == nil && (len(all) == 0 || all[0].Poisoned)
	})
	stop()
	last := map[string]int{}
	delivered := map[string]bool{}
	for _, m := range g.all { // a message whose acknowledgement was lost comes twice, but no later one comes before it
		n := slices.Index(ids, m.ID)
		if last[string(m.Ticket)] > n {
			t.Errorf("ticket %s: got message %d after %d, want them in order", m.Ticket, n, last[string(m.Ticket)])
		}
		last[string(m.Ticket)], delivered[m.ID] = n, true
	}
	if all := listMessages(t, db); len(delivered) != len(ids) || len(all) != 0 {
		t.Errorf("got %d of %d messages delivered, left %+v", len(delivered), len(ids), all)
	}
}

// A failing message opens the breaker on its own. The open breaker must neither use up the message's retries nor keep it for ever.
func TestOpenBreakerUsesUpNoRetries(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 2)
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, MaxRetries: 8, BreakerTimeout: 20 * time.Millisecond, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(_ context.Context, m outbox.Message) error {
		if n := g.add(m); m.ID == ids[0] || n < 9 {
			return errors.New("not yet")
		}
		return nil
	}}}})
	storetest.Eventually(t, "one message is poisoned, the other delivered", func() bool {
		all := listMessages(t, db)
		return len(all) == 1 && all[0].Poisoned && all[0].ID == ids[0]
	})
	if n := len(g.ids()); n != 9+9 {
		t.Errorf("got %d deliveries, want 18", n)
	}
}

func TestPanickedMessageIsRetried(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 2)
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, MaxRetries: 3, BreakerTimeout: time.Millisecond, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(_ context.Context, m outbox.Message) error {
		if n := g.add(m); m.ID == ids[0] || n == 1 {
			panic("broken\x00" + strings.Repeat("è", 400))
		}
		return nil
	}}}})
	storetest.Eventually(t, "one message is poisoned, the other delivered", func() bool { return len(listMessages(t, db)) == 1 && listMessages(t, db)[0].Poisoned })
	if e := listMessages(t, db)[0]; e.ID != ids[0] || !strings.Contains(e.Reason, "broken") || strings.Contains(e.Reason, "goroutine") || len([]rune(e.Reason)) > 301 {
		t.Errorf("got the poisoned message %+v, want %s with a short reason", e, ids[0])
	}
	if n := len(g.ids()); n != 4+2 {
		t.Errorf("got %d deliveries, want 6", n)
	}
}

// Handlers get a connection even if more messages are handled at once than the worker pool has connections.
func TestHandledMessagesDoNotExhaustConnections(t *testing.T) {
	db := storetest.New(t, func(c *eventstore.Config) {
		c.Pools = append(c.Pools, pgpool.Small)
	}).Store.Pools().Outbox
	const n = 8
	var handlers []outbox.Handler
	var handling, delivered atomic.Int32
	all := make(chan struct{})
	for i := range n {
		topic := fmt.Sprintf("topic-%d", i)
		publishMessages(t, db, topic, 1)
		handlers = append(handlers, outbox.Handler{Name: topic, Topic: topic, Handle: func(ctx context.Context, _ outbox.Message) error {
			if handling.Add(1) == n {
				close(all)
			}
			select {
			case <-all:
			case <-ctx.Done():
				return ctx.Err()
			}
			err := db.Ping(ctx)
			delivered.Add(1)
			return err
		}})
	}
	runRouter(t, outbox.Config{Pool: db, Handlers: handlers})
	storetest.Eventually(t, "all messages are delivered", func() bool { return delivered.Load() == n && len(listMessages(t, db)) == 0 })
}
