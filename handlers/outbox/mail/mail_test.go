// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
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

// childEnv is the environment variable that makes the test binary run as the sender that a test kills. It holds a childSpec.
const childEnv = "SOL_MAIL_TEST_SENDER"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		runChildSender(spec)
		return
	}
	storetest.Run(m)
}

// fakeRelay is an SMTP server that stores the mails it gets, and fails as configured by behave.
type fakeRelay struct {
	server *smtp.Server
	listen net.Listener

	mu    sync.Mutex
	mails []string
	drop  bool  // take the text and close the connection instead of a reply
	rcpt  error // reply to RCPT
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
func (session) Reset()                               {}
func (session) Logout() error                        { return nil }
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
	defer s.mu.Unlock()
	s.mails = append(s.mails, string(text))
	if s.drop {
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
		Pool: store.WorkerPool(), App: d, Catalog: catalog.Default(), Now: store.Now, Relay: relay,
		Addresses: mailaddress.New(store.KeyedHash, "assistenza.example.it"),
		Link: func(id ticket.ID, verified bool) string {
			if verified {
				return "https://assistenza.example.it/richieste"
			}
			return "https://assistenza.example.it/richieste/t." + string(id) + ".mac"
		},
		RetryDelay: time.Millisecond, Lease: 40 * time.Millisecond, Timeout: 2 * time.Minute,
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
	if err := w.store.WorkerPool().QueryRow(w.Context(), "select state, uncertain from mail.deliveries where id = $1", id).Scan(&state, &uncertain); err != nil {
		w.Fatal(err)
	}
	return state, uncertain
}

func TestMailHoldsTheOperatorsText(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	for _, c := range []struct {
		status  ticket.Status
		subject string
	}{{ticket.StatusWaiting, "informazione"}, {ticket.StatusResolved, "risolta"}} {
		status, subject := c.status, c.subject
		n := w.write(id, status, "Ci indica la data dell’esame?\nGrazie")
		m := w.deliver(id, n)
		again := w.sender.Deliver(t.Context(), m, id, n) // a redelivery
		mails := w.relay.received()
		if state, uncertain := w.row(m); state != "sent" || uncertain || again != nil {
			t.Fatalf("%s: got %s, uncertain %t, error %v, want sent", status, state, uncertain, again)
		}
		raw := strings.ReplaceAll(mails[len(mails)-1], "=\r\n", "")
		for _, want := range []string{
			"Message-ID: <" + m + "@assistenza.example.it>", "Auto-Submitted: auto-generated", "<r-", "n. 2026-0001234", subject,
			"richieste/t." + string(id), "To: <prova@example.it>",
		} {
			if !strings.Contains(raw, want) && !strings.Contains(decoded(raw), want) {
				t.Errorf("%s: got the mail\n%s\nwant it to hold %q", status, raw, want)
			}
		}
		if subject := regexp.MustCompile(`(?m)^Subject: .*$`).FindString(raw); strings.Contains(subject, "Prova") || strings.Contains(subject, "RSSMRA") {
			t.Errorf("got the subject %s, want no personal data", subject)
		}
	}
	if n := len(w.relay.received()); n != 2 {
		t.Errorf("got %d mails, want 2", n)
	}
}

// decoded decodes quoted-printable characters.
func decoded(raw string) string {
	return regexp.MustCompile(`=([0-9A-F]{2})`).ReplaceAllStringFunc(raw, func(hex string) string {
		var b byte
		_, _ = fmt.Sscanf(hex, "=%02X", &b)
		return string([]byte{b})
	})
}

func TestMailToAVerifiedCitizenHoldsNoText(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Verified)
	w.deliver(id, w.write(id, ticket.StatusResolved, "Il referto è pronto"))
	raw := decoded(w.relay.received()[0])
	if strings.Contains(raw, "pronto") || strings.Contains(raw, "/t.") || !strings.Contains(raw, "https://assistenza.example.it/richieste") {
		t.Errorf("got the mail %s, want a link and no text", raw)
	}
}

// Text that was undone or erased, or that the citizen may not read, is not sent, whatever the notification names.
func TestHiddenTextIsNeverSent(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	hidden, handed := newID(), newID()
	w.dispatch(id, anna, ticket.Update{Note: &ticket.NoteInput{ID: hidden, Text: internal, Visibility: ticket.Internal}})
	w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: &ticket.NoteInput{ID: handed, Text: regional, Visibility: ticket.Public}})
	w.dispatch(id, rita, ticket.Update{Note: &ticket.NoteInput{ID: newID(), Text: regional, Visibility: ticket.Regional}})
	for _, n := range []sagas.Notification{{Kind: sagas.KindPublicNote, Note: hidden}, {Kind: sagas.KindPublicNote, Note: handed}, {Kind: sagas.KindPublicNote, Note: newID()}, {Kind: "boh"}} {
		if state, _ := w.row(w.deliver(id, n)); state != "void" {
			t.Errorf("%+v: got %s, want void", n, state)
		}
	}
	w.deliver(id, sagas.Notification{Kind: sagas.KindWithRegion})
	w.dispatch(id, admin, ticket.Erase{})
	if state, _ := w.row(w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})); state != "void" {
		t.Errorf("erased ticket: got %s, want void", state)
	}
	if mails := w.relay.received(); len(mails) != 1 || strings.Contains(mails[0], internal) || strings.Contains(mails[0], regional) {
		t.Errorf("got the mails %q, want one without internal and regional text", mails)
	}
}

func TestRejectedAddressIsRecorded(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.relay.behave(false, &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"})
	if state, _ := w.row(w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})); state != "refused" {
		t.Errorf("got state %s, want refused", state)
	}
	if s, _, err := w.dispatcher.State(t.Context(), id); err != nil || !s.Unreachable {
		t.Errorf("«recapito fallito»: got %t, %v, want true", s.Unreachable, err)
	}
	w.relay.behave(false, nil)
	id = w.open(ticket.Declared)
	m := w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	if err := w.sender.RecordBounce(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if s, _, err := w.dispatcher.State(t.Context(), id); err != nil || !s.Unreachable {
		t.Errorf("returned mail, «recapito fallito»: got %t, %v, want true", s.Unreachable, err)
	}
	if state, _ := w.row(m); state != "bounced" {
		t.Errorf("got state %s, want bounced", state)
	}
}

func (w *fixture) eventuallySent(id string) { w.Helper(); w.eventuallyState(id, "sent") }

// eventuallyState sends due mails until a mail has the state want.
func (w *fixture) eventuallyState(id, want string) {
	w.Helper()
	storetest.Eventually(w.T, "the mail is "+want, func() bool {
		if err := w.sender.Retry(w.Context()); err != nil {
			w.Fatal(err)
		}
		state, _ := w.row(id)
		return state == want
	})
}

// A mail that the relay defers is sent later. A connection that breaks after the text leaves the mail uncertain.
func TestDeferredMailIsSentLater(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.relay.behave(false, &smtp.SMTPError{Code: 451, Message: "later"})
	m := w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	if state, uncertain := w.row(m); state != "waiting" || uncertain {
		t.Errorf("deferred: got %s, uncertain %t, want waiting and false", state, uncertain)
	}
	w.relay.behave(false, nil)
	w.eventuallySent(m)
	w.relay.behave(true, nil)
	m = w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	if state, uncertain := w.row(m); state != "waiting" || !uncertain {
		t.Errorf("broken connection: got %s, uncertain %t, want waiting and true", state, uncertain)
	}
	w.relay.behave(false, nil)
	w.eventuallySent(m)
	if n := len(w.relay.received()); n != 3 {
		t.Errorf("got %d mails, want 3: one of them twice", n)
	}
}

// childSpec holds the database and the relay of a child sender.
type childSpec struct{ URL, Peer string }

// runChildSender is the child process: it sends due mails until it is killed.
func runChildSender(spec string) {
	var c childSpec
	if err := json.Unmarshal([]byte(spec), &c); err != nil {
		panic(err)
	}
	ctx := context.Background()
	store, err := eventstore.Open(ctx, eventstore.Config{URL: c.URL, MasterKey: storetest.MasterKey()})
	if err != nil {
		panic(err)
	}
	_, sender := newSender(store, c.Peer)
	for {
		if err := sender.Retry(ctx); err != nil && !errors.Is(err, context.Canceled) {
			panic(err)
		}
	}
}

var messageID = regexp.MustCompile(`Message-ID: <([0-9a-f-]{36})@`)

// The sender is killed again and again at random moments. Every mail arrives, and only mails that are marked as uncertain arrive twice. No
// mail holds an internal or regional note.
func TestKilledSenderLosesNoMail(t *testing.T) {
	w := newFixture(t)
	const n = 120
	down := listenNowhere(t)
	_, w.sender = newSender(w.store, down)
	ids := map[string]bool{}
	for i := range n {
		id := w.open(ticket.Declared)
		w.dispatch(id, anna, ticket.Update{Note: &ticket.NoteInput{ID: newID(), Text: internal, Visibility: ticket.Internal}})
		note := w.write(id, "", fmt.Sprintf("Messaggio %d", i))
		w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: &ticket.NoteInput{ID: newID(), Text: regional, Visibility: ticket.Public}})
		ids[w.deliver(id, note)] = true
	}
	spec, err := json.Marshal(childSpec{w.url, w.relay.url()})
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	for done := false; !done; {
		child := exec.Command(os.Args[0])
		child.Env, child.Stderr = append(os.Environ(), childEnv+"="+string(spec)), os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		goal := len(w.relay.received()) + 1 + rand.IntN(25)
		for poll := time.NewTicker(200 * time.Microsecond); ; {
			<-poll.C
			if len(w.relay.received()) >= goal {
				break
			}
			var left int
			if err := w.store.WorkerPool().QueryRow(t.Context(), "select count(*) from mail.deliveries where state <> 'sent'").Scan(&left); err != nil {
				t.Fatal(err)
			}
			if done = left == 0; done {
				break
			}
		}
		_ = child.Process.Kill()
		_ = child.Wait()
		killed++
	}
	arrived := map[string]int{}
	for _, m := range w.relay.received() {
		if strings.Contains(m, internal) || strings.Contains(m, regional) {
			t.Fatal("got a mail with internal or regional text")
		}
		arrived[messageID.FindStringSubmatch(m)[1]]++
	}
	twice, uncertain := 0, 0
	for id := range ids {
		_, marked := w.row(id)
		if marked {
			uncertain++
		}
		switch {
		case arrived[id] == 0:
			t.Errorf("mail %s never arrived", id)
		case arrived[id] > 1 && !marked:
			t.Errorf("mail %s arrived %d times and is not marked as uncertain", id, arrived[id])
		case arrived[id] > 1:
			twice++
		}
	}
	t.Logf("%d mails, sender killed %d times: %d uncertain, %d of them arrived twice", n, killed, uncertain, twice)
}

// listenNowhere returns the address of a relay that does not run.
func listenNowhere(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return "smtp://" + l.Addr().String()
}
