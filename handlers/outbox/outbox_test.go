// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	wmsql "github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// publishMessages writes n messages for three tickets to the outbox, as sagas do, and returns their ids.
func publishMessages(t *testing.T, db *pgxpool.Pool, topic string, n int) (ids []string) {
	t.Helper()
	publisher, err := wmsql.NewPublisher(wmsql.BeginnerFromPgx(db), wmsql.PublisherConfig{SchemaAdapter: runtime.OutboxSchema()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		m := message.NewMessage(uuid.NewString(), []byte(fmt.Sprint(i)))
		m.Metadata.Set(runtime.MetadataTopic, topic)
		m.Metadata.Set(runtime.MetadataSaga, "notifications")
		m.Metadata.Set(runtime.MetadataPosition, fmt.Sprintf("1.%d", i+1))
		m.Metadata.Set(runtime.MetadataTicket, fmt.Sprintf("01930000-0000-7000-8000-00000000000%d", i%3))
		if err := publisher.Publish(topic, m); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.UUID)
	}
	return ids
}

// receivedMessages records the messages that handlers get. add returns how often the message was delivered.
type receivedMessages struct {
	mu  sync.Mutex
	all []outbox.Message
}

func (g *receivedMessages) add(m outbox.Message) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, m)
	n := 0
	for _, o := range g.all {
		if o.ID == m.ID {
			n++
		}
	}
	return n
}

func (g *receivedMessages) ids() (ids []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.all {
		ids = append(ids, m.ID)
	}
	return ids
}

// runRouter runs a router until the test ends or stop is called.
func runRouter(t *testing.T, c outbox.Config) (stop func()) {
	t.Helper()
	c.RetryDelay, c.PollInterval = time.Millisecond, 5*time.Millisecond
	b, err := outbox.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func listMessages(t *testing.T, db *pgxpool.Pool) (all []messages.Entry) {
	t.Helper()
	all, err := messages.New(db).List(t.Context(), "", false, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMessagesAreDeliveredOnceAndInTheOrderOfTheirTicket(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 60)
	publishMessages(t, db, "other", 1)
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, Metrics: prometheus.NewRegistry(), Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Workers: 3,
		Handle: func(_ context.Context, m outbox.Message) error { g.add(m); return nil }}}})
	storetest.Eventually(t, "all messages are delivered", func() bool { return len(listMessages(t, db)) == 1 })
	all := g.ids()
	if slices.Sort(all); len(all) != 60 || len(slices.Compact(all)) != 60 {
		t.Fatalf("got %d deliveries, want 60, each message once", len(all))
	}
	last := map[string]int{}
	for _, m := range g.all {
		n := slices.Index(ids, m.ID)
		if before, ok := last[string(m.Ticket)]; ok && before > n {
			t.Errorf("ticket %s: got message %d after %d, want them in order", m.Ticket, n, before)
		}
		last[string(m.Ticket)] = n
	}
}

func TestFailuresAreRetriedAndPanicsArePoisoned(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 4)
	var g receivedMessages
	repaired := make(chan struct{})
	runRouter(t, outbox.Config{Pool: db, MaxRetries: 3, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(_ context.Context, m outbox.Message) error {
		n := g.add(m)
		select {
		case <-repaired:
			return nil
		default:
		}
		switch {
		case m.ID == ids[0] && n < 3:
			return errors.New("not yet")
		case m.ID == ids[1]:
			return outbox.Permanent(errors.New("never"))
		case m.ID == ids[2]:
			panic("broken")
		}
		return nil
	}}}})
	storetest.Eventually(t, "two messages are poisoned", func() bool {
		all := listMessages(t, db)
		return len(all) == 2 && all[0].Poisoned && all[1].Poisoned
	})
	for _, e := range listMessages(t, db) {
		if e.Topic != "topic" || e.Reason == "" || e.Ticket == "" || (e.ID != ids[1] && e.ID != ids[2]) {
			t.Errorf("got the poisoned message %+v, want %s or %s with topic, ticket and reason", e, ids[1], ids[2])
		}
	}
	if n := len(g.ids()); n < 3+1+1+1 {
		t.Errorf("got %d deliveries, want at least 6", n)
	}
	publishMessages(t, db, "other", 3)
	counts, err := messages.New(db).Counts(t.Context())
	if want := []messages.Count{{Topic: "other", Waiting: 3}, {Topic: "topic", Poisoned: 2, Delivered: 2}}; err != nil || !slices.Equal(counts, want) {
		t.Errorf("counts: got %+v, %v, want %+v", counts, err, want)
	}
	for topic, want := range map[string]int{"topic": 2, "other": 3, "nothing": 0} {
		if all, err := messages.New(db).List(t.Context(), topic, false, 1000); err != nil || len(all) != want {
			t.Errorf("messages of %s: got %+v, %v, want %d", topic, all, err, want)
		}
	}
	if _, err := db.Exec(t.Context(), `delete from saga.outbox where metadata ->> 'topic' = 'other'`); err != nil {
		t.Fatal(err)
	}
	close(repaired)
	if n, err := messages.New(db).Retry(t.Context(), ids[1]); err != nil || n != 1 {
		t.Fatalf("retried: got %d, %v, want 1", n, err)
	}
	if n, err := messages.New(db).Retry(t.Context(), ids[1]); err != nil || n != 0 {
		t.Fatalf("second retry: got %d, %v, want 0", n, err)
	}
	storetest.Eventually(t, "the message is delivered", func() bool { return len(listMessages(t, db)) == 1 })
	if n, err := messages.New(db).Retry(t.Context()); err != nil || n != 1 {
		t.Fatalf("retried: got %d, %v, want 1", n, err)
	}
	storetest.Eventually(t, "both messages are delivered", func() bool { return len(listMessages(t, db)) == 0 })
	if n, err := outbox.DeleteDelivered(t.Context(), db, 0); err != nil || n == 0 {
		t.Errorf("deleted: got %d, %v, want more than 0", n, err)
	}
}

func TestInterruptedMessageIsDeliveredAgain(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 1)
	started := make(chan struct{})
	stop := runRouter(t, outbox.Config{Pool: db, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(ctx context.Context, _ outbox.Message) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	}}}})
	<-started
	stop()
	if all := listMessages(t, db); len(all) != 1 || all[0].Poisoned {
		t.Fatalf("got %+v, want one message that is not poisoned", all)
	}
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(_ context.Context, m outbox.Message) error { g.add(m); return nil }}}})
	storetest.Eventually(t, "the message is delivered again", func() bool { return slices.Equal(g.ids(), ids) })
}

func TestStoppedRouterLeavesNoGoroutines(t *testing.T) {
	storetest.Empty(t) // starts the test server, which runs until the last test has ended
	before := goleak.IgnoreCurrent()
	store := storetest.New(t).Store
	publishMessages(t, store.Pools().Outbox, "topic", 1)
	var g receivedMessages
	stop := runRouter(t, outbox.Config{Pool: store.Pools().Outbox, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Workers: 2, Handle: func(_ context.Context, m outbox.Message) error { g.add(m); return nil }}}})
	storetest.Eventually(t, "the message is delivered", func() bool { return len(g.ids()) == 1 })
	stop()
	store.Close() // it starts goroutines after Open has returned, so before cannot hold them
	if err := storetest.Leaks(before); err != nil {
		t.Error(err)
	}
}

// TestDiscardWorksInPages discards more messages than one statement does, and keeps those that are named.
func TestDiscardWorksInPages(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 3)
	_, err := db.Exec(t.Context(), `
		insert into saga.outbox (uuid, payload, metadata) select gen_random_uuid()::text, '1', '{"topic": "topic"}' from generate_series(1, 2500)`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := outbox.Discard(t.Context(), db, ids[0], ids[2]); err != nil || n != 2501 {
		t.Errorf("got %d discarded, %v, want 2501", n, err)
	}
	if all := listMessages(t, db); len(all) != 2 || all[0].ID != ids[0] || all[1].ID != ids[2] {
		t.Errorf("got %+v, want the two that were named", all)
	}
}

// TestPayloadsMayHoldEscapes delivers a message whose JSON holds backslashes.
func TestPayloadsMayHoldEscapes(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 1)
	const payload = `{"text": "\"\u003c\\ \n"}`
	if _, err := db.Exec(t.Context(), `update saga.outbox set payload = $2::text::json where uuid = $1`, ids[0], payload); err != nil {
		t.Fatal(err)
	}
	var g receivedMessages
	runRouter(t, outbox.Config{Pool: db, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic",
		Handle: func(_ context.Context, m outbox.Message) error { g.add(m); return nil }}}})
	storetest.Eventually(t, "the message is delivered", func() bool { return len(g.ids()) == 1 })
	if got := string(g.all[0].Payload); got != payload {
		t.Errorf("got payload %s, want %s", got, payload)
	}
}

// TestMessageOfANewerReleaseWaitsAlone delivers messages of one ticket at a node that does not know the first. The others are delivered; the
// first waits, without failures, and says why. A node of the newer release delivers it, though the node of the older one goes on.
func TestMessageOfANewerReleaseWaitsAlone(t *testing.T) {
	db := storetest.New(t).Store.Pools().Outbox
	ids := publishMessages(t, db, "topic", 7) // 0, 3 and 6 are of one ticket
	log := &storetest.LogBuffer{}
	var older, newer receivedMessages
	stop := runRouter(t, outbox.Config{
		Pool: db, MaxRetries: 1, Log: slog.New(slog.NewTextHandler(log, nil)),
		Handlers: []outbox.Handler{{Name: "handler", Topic: "topic", Handle: func(_ context.Context, m outbox.Message) error {
			older.add(m)
			switch m.ID {
			case ids[0]:
				return &outbox.NewerError{Unknown: "the notification sung"}
			case ids[1]:
				return fmt.Errorf("read the ticket: %w", &codec.UnknownEventError{Name: "ticket.sung.v1"})
			}
			return nil
		}}},
	})
	waits := func(all []messages.Entry) bool {
		return len(all) == 2 && all[0].ID == ids[0] && !all[0].Poisoned && strings.Contains(all[0].Reason, "the notification sung") &&
			all[1].ID == ids[1] && !all[1].Poisoned && strings.Contains(all[1].Reason, "ticket.sung.v1")
	}
	storetest.Eventually(t, "all others are delivered", func() bool { return waits(listMessages(t, db)) })
	again := func() { // the pause before the next attempt has passed
		if _, err := db.Exec(t.Context(), `update saga.outbox set claimed_until = null where not acked and claimed_by is null`); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Eventually(t, "it is tried again", func() bool {
		again()
		return len(older.ids()) > 12
	})
	stop()
	if got := strings.Count(log.String(), "is of a newer release"); got != 2 || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("got log %s, want one warning for each message and no error", log)
	}
	again()
	runRouter(t, outbox.Config{Pool: db, Handlers: []outbox.Handler{{Name: "handler", Topic: "topic",
		Handle: func(_ context.Context, m outbox.Message) error { newer.add(m); return nil }}}})
	storetest.Eventually(t, "the newer node delivers them", func() bool { return len(listMessages(t, db)) == 0 })
	if got := newer.ids(); len(got) != 2 {
		t.Errorf("the newer node got %q, want the two messages", got)
	}
}
