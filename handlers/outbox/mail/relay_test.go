// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// count returns the number of mails in a state.
func (w *fixture) count(state string) (n int) {
	w.Helper()
	if err := w.store.Pools().Outbox.QueryRow(w.Context(), "select count(*) from mail.deliveries where state = $1", state).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// A relay that closes each connection is tried once, not once for each mail. The other mails wait, and are sent when a relay answers.
func TestUnreachableRelayIsTriedOnce(t *testing.T) {
	w := newFixture(t)
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := listen.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = listen.Close(); <-done })
	ticketID := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, "smtp://"+listen.Addr().String(), func(c *mail.Config) { c.RetryDelay = time.Hour })
	for range 20 {
		w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
	}
	if err := w.sender.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, waiting := calls.Load(), w.count("waiting"); n != 1 || waiting != 20 {
		t.Errorf("got %d connections and %d waiting mails, want 1 and 20", n, waiting)
	}
	_, w.sender = newSender(w.store, w.relay.url())
	if err := w.sender.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sent, waiting := w.count("sent"), w.count("waiting"); sent != 19 || waiting != 1 || len(w.relay.received()) != 19 {
		t.Errorf("reachable again: got %d sent and %d waiting, want 19 and 1", sent, waiting)
	}
}

func TestRelayRateLimit(t *testing.T) {
	w := newFixture(t)
	ticketID := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.PerMinute = 2 })
	for range 5 {
		w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
	}
	if sent, waiting := w.count("sent"), w.count("waiting"); sent != 2 || waiting != 3 {
		t.Errorf("got %d sent and %d waiting, want 2 and 3", sent, waiting)
	}
}

// failingDispatcher refuses commands while down is set.
type failingDispatcher struct {
	*app.TicketDispatcher
	down atomic.Bool
}

func (f *failingDispatcher) Dispatch(ctx context.Context, r app.CommandRequest) (app.CommandResult, error) {
	if f.down.Load() {
		return app.CommandResult{}, errors.New("the database is unavailable")
	}
	return f.TicketDispatcher.Dispatch(ctx, r)
}

// A rejected address is recorded later if it cannot be recorded at once.
func TestRejectionIsRecordedLater(t *testing.T) {
	w := newFixture(t)
	ticketID := w.open(ticket.Declared)
	f := &failingDispatcher{TicketDispatcher: w.dispatcher}
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.App = f })
	w.relay.behave(false, &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"})
	f.down.Store(true)
	id := uuid.NewString()
	if err := w.sender.Deliver(t.Context(), id, ticketID, sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("got no error although the failed contact was not recorded")
	}
	f.down.Store(false)
	w.eventuallyState(id, "refused")
	if s, _, err := w.dispatcher.State(t.Context(), ticketID); err != nil || !s.Unreachable {
		t.Errorf("«e-mail non consegnata»: got %t, %v, want true", s.Unreachable, err)
	}
	if _, uncertain := w.row(id); uncertain || len(w.relay.received()) != 0 {
		t.Errorf("got uncertain %t and %d mails, want false and none", uncertain, len(w.relay.received()))
	}
}

// A mail that cannot be written gives an error and does not stop the others.
func TestUnwritableMailDoesNotStopOthers(t *testing.T) {
	w := newFixture(t)
	ticketID := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, listenNowhere(t))
	id := uuid.NewString()
	if err := w.sender.Deliver(t.Context(), id, newID(), sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("got no error for a ticket that does not exist")
	}
	m := w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
	if _, err := w.store.Pools().Outbox.Exec(t.Context(), "update mail.deliveries set next_at = created_at"); err != nil {
		t.Fatal(err)
	}
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.RetryDelay = time.Hour })
	err := w.sender.Retry(t.Context())
	if state, _ := w.row(m); state != "sent" || err == nil {
		t.Errorf("other mail: got %s and error %v, want sent and an error", state, err)
	}
	if state, uncertain := w.row(id); state != "waiting" || uncertain {
		t.Errorf("got %s, uncertain %t, want waiting and false", state, uncertain)
	}
}

// cancellingDispatcher stops the service while it reads a history.
type cancellingDispatcher struct {
	*app.TicketDispatcher
	stop context.CancelFunc
}

func (s cancellingDispatcher) SettledHistory(ctx context.Context, id, act ticket.ID) ([]ticket.Recorded, error) {
	s.stop()
	return s.TicketDispatcher.SettledHistory(ctx, id, act)
}

// A mail whose attempt the end of the service interrupted before it was sent, is sent later and is not uncertain.
func TestInterruptedMailIsSentLater(t *testing.T) {
	w := newFixture(t)
	ticketID := w.open(ticket.Declared)
	ctx, stop := context.WithCancel(t.Context())
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.App, c.Lease = cancellingDispatcher{w.dispatcher, stop}, time.Hour })
	id := uuid.NewString()
	if err := w.sender.Deliver(ctx, id, ticketID, sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("got no error although the service stopped")
	}
	if state, uncertain := w.row(id); state != "waiting" || uncertain {
		t.Errorf("got %s, uncertain %t, want waiting and false", state, uncertain)
	}
	_, w.sender = newSender(w.store, w.relay.url())
	w.eventuallySent(id)
	if _, uncertain := w.row(id); uncertain || len(w.relay.received()) != 1 {
		t.Errorf("got uncertain %t and %d mails, want false and 1", uncertain, len(w.relay.received()))
	}
}
