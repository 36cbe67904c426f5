// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"context"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

func TestMain(m *testing.M) { storetest.Run(m, func() error { return storetest.Leaks() }) }

var (
	anna   = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}
	system = person.Actor{ID: "auto-close", Role: person.System}
)

// fixture is a running Server with its own log.
type fixture struct {
	*testing.T
	store      *eventstore.Store
	dispatcher *app.TicketDispatcher
	addresses  *mailaddress.Addresses
	address    string
	stop       func() error

	mu      sync.Mutex
	bounced []string
	mailed  ticket.ID // the ticket of every mail that was sent
}

func newFixture(t *testing.T, options ...func(*Config)) *fixture {
	t.Helper()
	w := &fixture{T: t, store: storetest.New(t).Store}
	w.addresses = mailaddress.New(w.store.KeyedHashes, "assistenza.example.it")
	people, err := identity.New(identity.Config{Pools: w.store.Pools(), KeyedHashes: w.store.KeyedHashes, Persons: persons.New(w.store), Clock: w.store.Now, CitizenPasswords: true})
	if err != nil {
		t.Fatal(err)
	}
	service, err := app.New(app.Config{
		Store: w.store, Rules: rules.Engine{Catalog: catalog.Default()}, Identity: people,
		Forms: formlimit.Config{Email: formlimit.Bound{Count: formlimit.Unlimited}, TaxCode: formlimit.Bound{Count: formlimit.Unlimited}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.dispatcher = service.TicketDispatcher
	c := Config{App: service, Addresses: w.addresses, Domain: "assistenza.example.it",
		RecordBounce: func(_ context.Context, id string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.bounced = append(w.bounced, id)
			return nil
		},
		TicketOf:   func(context.Context, string) (ticket.ID, error) { return w.mailed, nil },
		SenderName: "SOL Assistenza",
		SentTexts: []string{
			"Gentile cittadina, gentile cittadino,", "C’è un messaggio per Lei:", "Per andare avanti ci serve un’informazione da Lei:",
			"In che data ha fatto l’esame?\nIn quale sede?", "La Sua richiesta n.", "Apri la richiesta n.", "Non serve inviarne un’altra.", "ASL di prova",
			"Risponda a questa e-mail o usi il collegamento: finché non risponde, la richiesta resta ferma.",
			"Il collegamento è personale: chi lo possiede può leggere la richiesta. Non lo inoltri.",
			"SOL Assistenza – messaggio inviato automaticamente",
		},
	}
	for _, o := range options {
		o(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }()
	w.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return w
}

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *fixture) dispatch(id ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	handlertest.Dispatch(w.T, w.dispatcher, id, by, c)
}

// open opens a ticket and moves it to a status.
func (w *fixture) open(status ticket.Status) ticket.ID {
	w.Helper()
	id := newID()
	open := tickettest.DeclaredOpenCommand(string(id), "010301")
	open.Problem = "altro"
	w.dispatch(id, person.Actor{Role: person.Anonymous}, open)
	note := func() *ticket.NoteInput {
		return &ticket.NoteInput{ID: newID(), Text: "Testo", Visibility: ticket.Public}
	}
	switch status {
	case ticket.StatusWaiting:
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: note()})
	case ticket.StatusResolved, ticket.StatusClosed:
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: note()})
	case ticket.StatusNew, ticket.StatusInProgress, ticket.StatusHandedOver:
	}
	if status == ticket.StatusClosed {
		w.dispatch(id, system, ticket.Close{Resolution: 1})
	}
	return id
}

// mail sends a message by SMTP and returns the server's answer as an error; nil if it was accepted.
func (w *fixture) mail(to, raw string) error {
	return w.mailFrom("prova@example.it", to, raw)
}

// mailFrom sends a message with a sender of the SMTP envelope.
func (w *fixture) mailFrom(from, to, raw string) error {
	return smtp.SendMail(w.address, nil, from, []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

// last returns the last event of a ticket, its state and the number of its events.
func (w *fixture) last(id ticket.ID) (ticket.Event, ticket.State, int) {
	w.Helper()
	history, err := w.dispatcher.History(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	s, _, err := w.dispatcher.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return history[len(history)-1].Event, s, len(history)
}

func plain(text string, headers ...string) string {
	return strings.Join(append([]string{"From: Prova <prova@example.it>", "Subject: Re: richiesta", "Message-ID: <" + uuid.NewString() + "@example.it>"}, headers...), "\n") +
		"\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n"
}
