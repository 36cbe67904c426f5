// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
)

// hold is long enough for the test to stall an undo before its end.
const hold = time.Second

// startNode runs sagas, outbox and mail on a store until the test ends, as a server does.
func startNode(t *testing.T, store *eventstore.Store, relayURL string) *app.TicketDispatcher {
	t.Helper()
	d := app.NewTicketDispatcher(store, rules.Engine{Catalog: catalog.Default(), Hold: hold})
	_, sender := newSender(store, relayURL, func(c *mail.Config) {
		c.App, c.Lease, c.PollInterval = d, time.Minute, 20*time.Millisecond
	})
	runner, err := runtime.New(runtime.Config{
		Store: store, PollInterval: 10 * time.Millisecond, Sagas: []runtime.Definition{sagas.Notifications()},
		Dispatch: func(context.Context, ticket.ID, ticket.Command, person.Actor, eventstore.CommandID, int64) error {
			return errors.New("notifications dispatch no commands")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	router, err := outbox.New(outbox.Config{
		Pool: store.Pools().Outbox, LeasePool: store.Pools().Lease, PollInterval: 20 * time.Millisecond, RetryDelay: 10 * time.Millisecond,
		Handlers: []outbox.Handler{{Name: "notify", Topic: sagas.TopicNotify, Workers: 2, Handle: outbox.HandleJSON(
			func(ctx context.Context, messageID string, id ticket.ID, n sagas.Notification) error {
				if n.To != sagas.ToCitizen {
					return nil
				}
				return sender.Deliver(ctx, messageID, id, n)
			})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	var workers sync.WaitGroup
	workers.Go(func() { handlertest.ExpectStopped(t, "sagas", runner.Run(ctx)) })
	workers.Go(func() { handlertest.ExpectStopped(t, "outbox", router.Run(ctx)) })
	workers.Go(func() { handlertest.ExpectStopped(t, "mail", sender.Run(ctx)) })
	t.Cleanup(func() {
		end()
		workers.Wait()
	})
	return d
}

// TestUndoAndMailExcludeEachOther undoes acts about the end of their hold while two nodes send what is due. In every other round a lock
// stalls the commit of the undo until the hold is over. The citizen gets the mail or the operator the undo, never both and never neither.
func TestUndoAndMailExcludeEachOther(t *testing.T) {
	const rounds = 20
	patient := func(c *eventstore.Config) { c.LockTimeout, c.AppendTimeout = 2*time.Minute, 2*time.Minute }
	db := storetest.New(t, patient)
	w := &fixture{T: t, store: db.Store, url: db.URL, relay: newFakeRelay(t)}
	w.dispatcher = startNode(t, db.Store, w.relay.url())
	other := startNode(t, db.OpenNode(t, patient), w.relay.url())

	undone, stalled := map[int]bool{}, 0
	for round := range rounds {
		id := w.open(ticket.Declared)
		note := newID()
		w.dispatch(id, anna, ticket.Update{Note: &ticket.NoteInput{ID: note, Text: noteText(round), Visibility: ticket.Public}})
		state, _, err := w.dispatcher.State(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		undo := func() {
			_, err := other.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: ticket.Undo{}, By: anna})
			if err != nil && !ticket.IsRefusal(err) {
				t.Errorf("round %d: undo: got %v, want a success or a refusal", round, err)
			}
			undone[round] = err == nil
		}
		if round%2 == 0 {
			w.waitUntil(state.Last.HeldUntil.Add(time.Duration(round-rounds/2) * time.Millisecond))
			undo()
			continue
		}
		release := storetest.StallAppends(t, db.URL, string(id))
		var undoing sync.WaitGroup
		undoing.Go(undo)
		storetest.WaitUntilBlocked(t, db.URL, 1)
		if w.store.Now().Before(state.Last.HeldUntil) {
			stalled++
		}
		w.waitUntil(state.Last.HeldUntil.Add(300 * time.Millisecond)) // both nodes poll meanwhile
		release()
		undoing.Wait()
	}
	if stalled == 0 {
		t.Error("no undo began before the end of its hold: the test proves nothing")
	}
	storetest.Eventually(t, "everything was sent", func() bool { return w.pending() == 0 })
	mails, undos := strings.Join(w.relay.received(), "\n"), 0
	for round := range rounds {
		if mailed := strings.Contains(mails, noteText(round)); mailed == undone[round] {
			t.Errorf("round %d: got undone %t and mailed %t, want one of them", round, undone[round], mailed)
		}
		if undone[round] {
			undos++
		}
	}
	t.Logf("%d rounds, %d undone, %d of the undos stalled over the end of the hold", rounds, undos, stalled)
}

func noteText(round int) string { return fmt.Sprintf("Messaggio-%d-fine", round) }

// waitUntil returns when a moment has passed by the log's clock.
func (w *fixture) waitUntil(moment time.Time) {
	w.Helper()
	storetest.Eventually(w.T, "the moment has passed", func() bool { return !w.store.Now().Before(moment) })
}

// pending returns the number of events that the saga has not handled, and of its timers, messages and mails that wait.
func (w *fixture) pending() (n int) {
	w.Helper()
	err := w.store.Pools().Consumer.QueryRow(w.Context(), `
		select (select head from log.logs) - (select position from saga.sagas where name = 'notifications')
			+ (select count(*) from saga.timers) + (select count(*) from saga.outbox where not acked)
			+ (select count(*) from mail.deliveries where state in ('waiting', 'sending'))`).Scan(&n)
	if err != nil {
		w.Fatal(err)
	}
	return n
}
