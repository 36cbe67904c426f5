// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/outbox"
)

// makeUnavailable takes a database away, connections and all, and gives it back.
func makeUnavailable(t *testing.T, of string) (back func()) {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	do := func(sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	do(`alter database ` + name + ` with allow_connections false`)
	do(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	return func() { do(`alter database ` + name + ` with allow_connections true`) }
}

// The database goes away with messages in hand, or only the one behind the door, and stays away for longer than all
// retries take: no message is put aside for it, and when it is back they come in their ticket's order.
func TestUnavailableDatabasePoisonsNothing(t *testing.T) {
	for name, allDown := range map[string]bool{"the whole": true, "behind the door": false} {
		t.Run(name, func(t *testing.T) {
			db := storetest.New(t)
			downstream := db
			if !allDown {
				downstream = storetest.New(t)
			}
			testUnavailableDatabase(t, db.Store.WorkerPool(), downstream)
		})
	}
}

func testUnavailableDatabase(t *testing.T, db *pgxpool.Pool, downstream *storetest.DB) {
	t.Helper()
	ids := publishMessages(t, db, "told", 6)
	var g receivedMessages
	var failed atomic.Int32
	begun, gone := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	stop := runRouter(t, outbox.Config{Pool: db, MaxRetries: 2, BreakerTimeout: time.Millisecond, Handlers: []outbox.Handler{{Name: "tell", Topic: "told", Workers: 2,
		Handle: func(ctx context.Context, m outbox.Message) error {
			begin()
			<-gone
			if err := downstream.Store.WorkerPool().Ping(ctx); err != nil {
				failed.Add(1)
				return fmt.Errorf("tell: %w", err)
			}
			g.add(m)
			return nil
		}}}})
	<-begun
	back := makeUnavailable(t, downstream.URL)
	close(gone)
	storetest.Eventually(t, "it is tried more often than a message of its own fault", func() bool { return failed.Load() > 8 })
	back()
	storetest.Eventually(t, "all are carried", func() bool {
		all, err := messages.List(t.Context(), db, "", false, 10)
		return err == nil && (len(all) == 0 || all[0].Poisoned)
	})
	stop()
	last := map[string]int{}
	carried := map[string]bool{}
	for _, m := range g.all { // one whose receipt was lost comes twice, and no later one before it
		n := slices.Index(ids, m.ID)
		if last[string(m.Ticket)] > n {
			t.Errorf("ticket %s is told %d after %d", m.Ticket, n, last[string(m.Ticket)])
		}
		last[string(m.Ticket)], carried[m.ID] = n, true
	}
	if all := listMessages(t, db); len(carried) != len(ids) || len(all) != 0 {
		t.Errorf("%d of %d were carried, left are %+v", len(carried), len(ids), all)
	}
}

// A message that fails alone opens the breaker by itself. That must neither use up its retries nor keep it for ever.
func TestAnOpenBreakerIsNotCounted(t *testing.T) {
	db := storetest.New(t).Store.WorkerPool()
	ids := publishMessages(t, db, "told", 2)
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, MaxRetries: 8, BreakerTimeout: 20 * time.Millisecond, Handlers: []outbox.Handler{{Name: "tell", Topic: "told", Handle: func(_ context.Context, m outbox.Message) error {
		if n := g.add(m); m.ID == ids[0] || n < 9 {
			return errors.New("not yet")
		}
		return nil
	}}}})
	storetest.Eventually(t, "one is put aside, the other carried", func() bool {
		all := listMessages(t, db)
		return len(all) == 1 && all[0].Poisoned && all[0].ID == ids[0]
	})
	if n := len(g.ids()); n != 9+9 {
		t.Errorf("%d deliveries", n)
	}
}

func TestWhatPanickedIsTriedAgain(t *testing.T) {
	db := storetest.New(t).Store.WorkerPool()
	ids := publishMessages(t, db, "told", 2)
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, MaxRetries: 3, BreakerTimeout: time.Millisecond, Handlers: []outbox.Handler{{Name: "tell", Topic: "told", Handle: func(_ context.Context, m outbox.Message) error {
		if n := g.add(m); m.ID == ids[0] || n == 1 {
			panic("broken\x00" + strings.Repeat("è", 400))
		}
		return nil
	}}}})
	storetest.Eventually(t, "one is put aside, the other carried", func() bool { return len(listMessages(t, db)) == 1 && listMessages(t, db)[0].Poisoned })
	if e := listMessages(t, db)[0]; e.ID != ids[0] || !strings.Contains(e.Reason, "broken") || strings.Contains(e.Reason, "goroutine") || len([]rune(e.Reason)) > 301 {
		t.Errorf("put aside is %+v", e)
	}
	if n := len(g.ids()); n != 4+2 {
		t.Errorf("%d deliveries", n)
	}
}

// However many messages are in hand, whoever carries them finds a connection.
func TestMessagesInHandStarveNobody(t *testing.T) {
	db := storetest.New(t, func(c *eventstore.Config) { c.WorkerConns = 2 }).Store.WorkerPool()
	const n = 8
	var handlers []outbox.Handler
	var inHand, carried atomic.Int32
	all := make(chan struct{})
	for i := range n {
		topic := fmt.Sprintf("told-%d", i)
		publishMessages(t, db, topic, 1)
		handlers = append(handlers, outbox.Handler{Name: topic, Topic: topic, Handle: func(ctx context.Context, _ outbox.Message) error {
			if inHand.Add(1) == n {
				close(all)
			}
			select {
			case <-all:
			case <-ctx.Done():
				return ctx.Err()
			}
			err := db.Ping(ctx)
			carried.Add(1)
			return err
		}})
	}
	runRouter(t, outbox.Config{Pool: db, Handlers: handlers})
	storetest.Eventually(t, "all are carried", func() bool { return carried.Load() == n && len(listMessages(t, db)) == 0 })
}
