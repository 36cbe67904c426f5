// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// resolutionMessages returns a saga that sends a message for each resolution. Its state is the number of resolutions.
func resolutionMessages(version int) runtime.Saga[int] {
	return runtime.Saga[int]{Name: "resolution-messages", Version: version, React: func(n int, r ticket.Recorded) (int, []runtime.Action) {
		e, ok := r.Event.(ticket.Resolved)
		if !ok {
			return n, nil
		}
		payload, _ := json.Marshal(e.Resolution)
		return n + 1, []runtime.Action{runtime.Send{Topic: "resolutions", Key: "resolved", Payload: payload}}
	}}
}

// subscribe reads a topic as the outbox router does.
func (w *fixture) subscribe(topic string) <-chan *message.Message {
	w.Helper()
	s, err := outbox.NewSubscriber(outbox.SubscriberConfig{Pool: w.store.Pools().Consumer, PollInterval: 20 * time.Millisecond})
	w.must(err)
	w.Cleanup(func() { w.must(s.Close()) })
	messages, err := s.Subscribe(w.ctx, topic)
	w.must(err)
	return messages
}

func (w *fixture) receive(from <-chan *message.Message) *message.Message {
	w.Helper()
	select {
	case m := <-from:
		m.Ack()
		return m
	case <-time.After(2 * time.Minute):
		w.Fatal("got no message within 2 minutes, want one")
		return nil
	}
}

func (w *fixture) count(query string, args ...any) (n int) {
	w.Helper()
	w.must(w.store.Pools().Consumer.QueryRow(w.ctx, query, args...).Scan(&n))
	return n
}

func TestMessageIsSentOnceForItsCause(t *testing.T) {
	w := newFixture(t, "2026-11-16 10:00")
	r := w.runner(resolutionMessages(1))
	w.begin(r)
	id := w.open()
	w.resolve(id)

	// A crash before the commit sends nothing.
	crash := errors.New("crash")
	records, err := w.store.Read(w.ctx, 0, 100)
	w.must(err)
	err = pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
		if err := r.HandleBatch(w.ctx, tx, r.Sagas[0], records); err != nil {
			return err
		}
		return crash
	})
	if !errors.Is(err, crash) || w.count("select count(*) from saga.outbox") != 0 {
		t.Fatalf("got messages after %v, want none", err)
	}

	// A redelivery of the same events, and the same events handled by the next version, send no second one.
	w.catchUp(r)
	w.must(pgx.BeginFunc(w.ctx, w.store.Pools().Consumer, func(tx pgx.Tx) error {
		err := r.HandleBatch(w.ctx, tx, r.Sagas[0], records)
		return err
	}))
	next := w.runner(resolutionMessages(2))
	w.begin(next)
	w.catchUp(next)
	w.reopen(id)
	w.resolve(id)
	w.catchUp(next)
	w.catchUp(r)

	inbox := w.subscribe("resolutions")
	first, second := w.receive(inbox), w.receive(inbox)
	if string(first.Payload) != "1" || string(second.Payload) != "2" || first.UUID == second.UUID {
		t.Fatalf("got messages %s %s and %s %s, want 1 and 2", first.UUID, first.Payload, second.UUID, second.Payload)
	}
	resolved := slices.IndexFunc(records, func(r eventstore.Record) bool { return r.Type == "ticket.resolved.v1" })
	cause := eventstore.Position{Epoch: 1, N: records[resolved].Position}
	if first.Metadata.Get(runtime.MetadataPosition) != cause.String() || first.Metadata.Get(runtime.MetadataTicket) != string(id) ||
		first.Metadata.Get(runtime.MetadataSaga) != "resolution-messages" || first.Metadata.Get(runtime.MetadataTopic) != "resolutions" {
		t.Errorf("got metadata %v", first.Metadata)
	}
	if n := w.count("select count(*) from saga.outbox"); n != 2 {
		t.Errorf("got %d messages in the outbox, want 2", n)
	}
	w.eventually("both are acknowledged", func() bool { return w.count("select count(*) from saga.outbox where not acked") == 0 })
}

// A new version of the saga sends no notifications of old events, but sends those of recent events.
func TestNewVersionSendsNoOldNotifications(t *testing.T) {
	w := newFixture(t, "2026-03-02 10:00")
	id := w.open()
	w.resolve(id)
	w.clock.Set(sagastest.Rome(t, "2026-03-16 10:00"))
	w.reopen(id)
	w.clock.Set(sagastest.Rome(t, "2026-03-20 10:00"))
	r := w.runner(sagas.Notifications())
	w.begin(r)
	w.catchUp(r)
	rows, err := w.store.Pools().Consumer.Query(w.ctx, `select payload ->> 'kind' from saga.outbox`)
	w.must(err)
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[sagas.NotificationKind])
	w.must(err)
	if len(kinds) != 1 || kinds[0] != sagas.KindReopened {
		t.Errorf("got notifications %v, want one of the reopening", kinds)
	}
	if n := w.count("select count(*) from saga.sent"); n < 2 {
		t.Errorf("got %d messages recorded as sent, want at least 2", n)
	}
}

// eventually waits until a condition holds.
func (w *fixture) eventually(what string, holds func() bool) {
	w.Helper()
	storetest.Eventually(w.T, what, holds)
}
