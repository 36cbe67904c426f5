// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// fakeRelay is an SMTP server that stores the mails it gets, and fails as configured by behave.
type fakeRelay struct {
	server *smtp.Server
	listen net.Listener

	mu    sync.Mutex
	mails []string
	hello string // name in the greeting of the last mail
	drop  bool   // take the text and close the connection instead of a reply
	rcpt  error  // reply to RCPT

	beforeReply func() // called when a mail has arrived, before it is acknowledged; nil: no call
}

func newFakeRelay(t *testing.T) *fakeRelay {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &fakeRelay{listen: listen}
	p.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{p, c}, nil }))
	p.server.Domain = "localhost"
	go func() { _ = p.server.Serve(listen) }()
	t.Cleanup(func() { _ = p.server.Close() })
	return p
}

func (p *fakeRelay) url() string { return "smtp://" + p.listen.Addr().String() }

func (p *fakeRelay) received() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.mails...)
}

func (p *fakeRelay) greeted() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hello
}

func (p *fakeRelay) behave(drop bool, rcpt error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop, p.rcpt = drop, rcpt
}

type session struct {
	*fakeRelay
	conn *smtp.Conn
}

func (session) Mail(string, *smtp.MailOptions) error { return nil }

func (session) Reset() {}

func (session) Logout() error { return nil }

func (s session) Rcpt(string, *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rcpt
}

func (s session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	storetest.ExpectNoIdentifiers("a mail", string(text))
	s.mails, s.hello = append(s.mails, string(text)), s.conn.Hostname()
	drop, beforeReply := s.drop, s.beforeReply
	s.mu.Unlock()
	if beforeReply != nil {
		beforeReply()
	}
	if drop {
		return s.conn.Conn().Close()
	}
	return nil
}

// fixture is a store with a sender that sends to a fakeRelay.
type fixture struct {
	*testing.T
	store      *eventstore.Store
	url        string
	dispatcher *app.TicketDispatcher
	relay      *fakeRelay
	sender     *mail.Sender
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	db := storetest.New(t)
	w := &fixture{T: t, store: db.Store, url: db.URL, relay: newFakeRelay(t)}
	w.dispatcher, w.sender = newSender(db.Store, w.relay.url())
	return w
}

func newSender(store *eventstore.Store, relayURL string, options ...func(*mail.Config)) (*app.TicketDispatcher, *mail.Sender) {
	d := app.NewTicketDispatcher(store, rules.Engine{Catalog: catalog.Default()})
	relay, err := mail.ParseRelay(relayURL)
	if err != nil {
		panic(err)
	}
	c := mail.Config{
		Pool: store.Pools().Outbox, App: d, Catalog: catalog.Default(), Now: store.Now, Relay: relay,
		Addresses: mailaddress.New(store.KeyedHashes, "assistenza.example.it"),
		Link: func(id ticket.ID, issue ticket.LinkIssue, verified bool) string {
			if verified {
				return "https://assistenza.example.it/richieste"
			}
			return "https://assistenza.example.it/richieste/t." + string(id) + fmt.Sprintf(".%04x.mac", issue.N)
		},
		RetryDelay: time.Millisecond, Lease: time.Second, Timeout: 2 * time.Minute,
	}
	for _, o := range options {
		o(&c)
	}
	sender, err := mail.New(c)
	if err != nil {
		panic(err)
	}
	return d, sender
}

var (
	anna = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}
	rita = person.Actor{ID: "01930000-0000-7000-8000-000000000c01", Role: person.RegionalOperator, Entity: catalog.Region}

	admin = person.Actor{ID: "01930000-0000-7000-8000-000000000d01", Role: person.Administrator}
)

const (
	internal = "SOLO-INTERNO"
	regional = "SOLO-REGIONE"
)

func newID() ticket.ID { return ticket.ID(uuid.Must(uuid.NewV7()).String()) }

func (w *fixture) dispatch(id ticket.ID, actor person.Actor, c ticket.Command) {
	w.Helper()
	handlertest.Dispatch(w.T, w.dispatcher, id, actor, c)
}

func (w *fixture) open(identity ticket.Identity) ticket.ID {
	w.Helper()
	id := newID()
	open := tickettest.OpenCommand("2026-0001234", "010301")
	if identity == ticket.Declared {
		open = tickettest.DeclaredOpenCommand("2026-0001234", "010301")
	}
	open.Problem = "altro"
	w.dispatch(id, person.Actor{Role: person.Anonymous}, open)
	return id
}

// write writes a public note in an act and returns the notification about it.
func (w *fixture) write(id ticket.ID, status ticket.Status, text string) sagas.Notification {
	w.Helper()
	note := newID()
	w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: status}, Note: &ticket.NoteInput{ID: note, Text: text, Visibility: ticket.Public}})
	return sagas.Notification{Kind: sagas.KindPublicNote, To: sagas.ToCitizen, Note: note}
}

func (w *fixture) deliver(id ticket.ID, n sagas.Notification) (messageID string) {
	w.Helper()
	messageID = uuid.NewString()
	if err := w.sender.Deliver(w.Context(), messageID, id, n); err != nil {
		w.Fatal(err)
	}
	return messageID
}

// row returns the stored state of a mail.
func (w *fixture) row(id string) (state string, uncertain bool) {
	w.Helper()
	if err := w.store.Pools().Outbox.QueryRow(w.Context(), "select state, uncertain from mail.deliveries where id = $1", id).Scan(&state, &uncertain); err != nil {
		w.Fatal(err)
	}
	return state, uncertain
}
