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

// count tells how many mails are in a state.
func (w *fixture) count(state string) (n int) {
	w.Helper()
	if err := w.store.WorkerPool().QueryRow(w.Context(), "select count(*) from mail.deliveries where state = $1", state).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// A peer that hangs up at once is asked once, not once a mail; whoever comes meanwhile waits, and goes when it is back.
func TestUnreachableRelayIsNotTriedForAWhile(t *testing.T) {
	w := newFixture(t)
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := listen.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = listen.Close(); <-ended })
	on := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, "smtp://"+listen.Addr().String(), func(c *mail.Config) { c.RetryDelay = time.Hour })
	for range 20 {
		w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
	}
	if err := w.sender.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, waiting := calls.Load(), w.count("waiting"); n != 1 || waiting != 20 {
		t.Errorf("%d calls, %d mails wait", n, waiting)
	}
	_, w.sender = newSender(w.store, w.relay.url())
	if err := w.sender.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sent, waiting := w.count("sent"), w.count("waiting"); sent != 19 || waiting != 1 || len(w.relay.received()) != 19 {
		t.Errorf("when it is back %d are sent, %d wait for their time", sent, waiting)
	}
}

func TestRelayRateLimit(t *testing.T) {
	w := newFixture(t)
	on := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.PerMinute = 2 })
	for range 5 {
		w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
	}
	if sent, waiting := w.count("sent"), w.count("waiting"); sent != 2 || waiting != 3 {
		t.Errorf("%d are sent at once, %d wait", sent, waiting)
	}
}

// failingDispatcher is a desk that takes nothing while it is down.
type failingDispatcher struct {
	*app.Dispatcher
	down atomic.Bool
}

func (f *failingDispatcher) Dispatch(ctx context.Context, r app.CommandRequest) (app.Outcome, error) {
	if f.down.Load() {
		return app.Outcome{}, errors.New("the database is away")
	}
	return f.Dispatcher.Dispatch(ctx, r)
}

// That an address takes no mail is not lost when it cannot be reported at once.
func TestARefusalIsReportedLaterIfNotNow(t *testing.T) {
	w := newFixture(t)
	on := w.open(ticket.Declared)
	f := &failingDispatcher{Dispatcher: w.dispatcher}
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.App = f })
	w.relay.behave(false, &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"})
	f.down.Store(true)
	id := uuid.NewString()
	if err := w.sender.Deliver(t.Context(), id, on, sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("nobody is told that it was not reported")
	}
	f.down.Store(false)
	w.eventuallyState(id, "refused")
	if s, _, err := w.dispatcher.State(t.Context(), on); err != nil || !s.Unreachable {
		t.Errorf("«recapito fallito»: %t, %v", s.Unreachable, err)
	}
	if _, uncertain := w.row(id); uncertain || len(w.relay.received()) != 0 {
		t.Errorf("it is uncertain: %t", uncertain)
	}
}

// A mail that cannot be written is told of, and holds up none of the others.
func TestAMailThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	w := newFixture(t)
	on := w.open(ticket.Declared)
	_, w.sender = newSender(w.store, listenNowhere(t))
	id := uuid.NewString()
	if err := w.sender.Deliver(t.Context(), id, newID(), sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("a ticket that is not there is written about")
	}
	m := w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
	if _, err := w.store.WorkerPool().Exec(t.Context(), "update mail.deliveries set next_at = created_at"); err != nil {
		t.Fatal(err)
	}
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.RetryDelay = time.Hour })
	err := w.sender.Retry(t.Context())
	if state, _ := w.row(m); state != "sent" || err == nil {
		t.Errorf("the other is %s, %v", state, err)
	}
	if state, uncertain := w.row(id); state != "waiting" || uncertain {
		t.Errorf("it is %s, uncertain %t", state, uncertain)
	}
}

// cancellingDispatcher is a desk during whose work the service stops.
type cancellingDispatcher struct {
	*app.Dispatcher
	stop context.CancelFunc
}

func (s cancellingDispatcher) History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error) {
	s.stop()
	return s.Dispatcher.History(ctx, id)
}

// A mail that was in hand when the service stopped, and had not been handed over, goes later and is not uncertain.
func TestWhatIsInHandWhenTheServiceStopsGoesLater(t *testing.T) {
	w := newFixture(t)
	on := w.open(ticket.Declared)
	ctx, stop := context.WithCancel(t.Context())
	_, w.sender = newSender(w.store, w.relay.url(), func(c *mail.Config) { c.App, c.Lease = cancellingDispatcher{w.dispatcher, stop}, time.Hour })
	id := uuid.NewString()
	if err := w.sender.Deliver(ctx, id, on, sagas.Notification{Kind: sagas.KindOpened}); err == nil {
		t.Error("it is written all the same")
	}
	if state, uncertain := w.row(id); state != "waiting" || uncertain {
		t.Errorf("it is %s, uncertain %t", state, uncertain)
	}
	_, w.sender = newSender(w.store, w.relay.url())
	w.eventuallySent(id)
	if _, uncertain := w.row(id); uncertain || len(w.relay.received()) != 1 {
		t.Errorf("uncertain %t, %d arrived", uncertain, len(w.relay.received()))
	}
}
