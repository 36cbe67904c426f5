// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

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
	for _, n := range []sagas.Notification{{Kind: sagas.KindPublicNote, Note: hidden}, {Kind: sagas.KindPublicNote, Note: handed}, {Kind: sagas.KindPublicNote, Note: newID()}} {
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
		t.Errorf("«e-mail non consegnata»: got %t, %v, want true", s.Unreachable, err)
	}
	w.relay.behave(false, nil)
	id = w.open(ticket.Declared)
	m := w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	if err := w.sender.RecordBounce(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if s, _, err := w.dispatcher.State(t.Context(), id); err != nil || !s.Unreachable {
		t.Errorf("returned mail, «e-mail non consegnata»: got %t, %v, want true", s.Unreachable, err)
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

// A mail of a kind that only a newer release knows waits for a node of that release. It is not dropped, and others are sent.
func TestMailOfANewerReleaseWaits(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	w.relay.behave(false, &smtp.SMTPError{Code: 451, Message: "later"})
	newer := w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	m := w.deliver(id, sagas.Notification{Kind: sagas.KindOpened})
	if _, err := w.store.Pools().Outbox.Exec(t.Context(), `update mail.deliveries set kind = 'sung' where id = $1`, newer); err != nil {
		t.Fatal(err)
	}
	w.relay.behave(false, nil)
	w.eventuallySent(m)
	if state, uncertain := w.row(newer); state != "waiting" || uncertain {
		t.Errorf("got %s, uncertain %t, want waiting and false", state, uncertain)
	}
}

// While the relay cannot be reached the pause between attempts does not grow, so that mails go soon after a long outage.
func TestPauseDoesNotGrowWithAnOutage(t *testing.T) {
	w := newFixture(t)
	id, m := w.open(ticket.Declared), uuid.NewString()
	newNode := func() *mail.Sender { // its breaker is closed
		_, s := newSender(w.store, listenNowhere(t), func(c *mail.Config) { c.RetryDelay = time.Minute })
		return s
	}
	if err := newNode().Deliver(t.Context(), m, id, sagas.Notification{Kind: sagas.KindOpened}); err != nil {
		t.Fatal(err)
	}
	pool := w.store.Pools().Outbox
	if _, err := pool.Exec(t.Context(), `update mail.deliveries set attempts = 10, next_at = clock_timestamp() where id = $1`, m); err != nil {
		t.Fatal(err)
	}
	if err := newNode().Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	var attempts int
	var soon bool
	err := pool.QueryRow(t.Context(), `select attempts, next_at < clock_timestamp() + interval '2 minutes' from mail.deliveries where id = $1`, m).Scan(&attempts, &soon)
	if err != nil || attempts != 11 || !soon {
		t.Errorf("got %d attempts, the next soon %t, %v, want 11 and true", attempts, soon, err)
	}
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

// After a revocation the mails hold links and addresses of the new issue, and the citizen gets them if the operator said so.
func TestMailsHoldTheIssueOfTheTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.Declared)
	replyTo := func(n sagas.Notification) mailaddress.Address {
		t.Helper()
		w.deliver(id, n)
		mails := w.relay.received()
		raw := strings.ReplaceAll(mails[len(mails)-1], "=\r\n", "")
		at, ok := mailaddress.New(w.store.KeyedHashes, "assistenza.example.it").Parse(regexp.MustCompile(`r-[a-z2-7]+@assistenza\.example\.it`).FindString(raw))
		if !ok || at.ID != string(id) || !strings.Contains(decoded(raw), fmt.Sprintf("richieste/t.%s.%04x.mac", id, at.Issue.N)) {
			t.Fatalf("got address %+v, %t in the mail\n%s\nwant one of the ticket and the link of its issue", at, ok, raw)
		}
		return at
	}
	if at := replyTo(w.write(id, ticket.StatusWaiting, "In che data?")); at.Issue.N != 0 || at.Issue.Day == 0 {
		t.Errorf("got issue %+v, want the first one", at.Issue)
	}
	w.dispatch(id, anna, ticket.RevokeLinks{Reason: "inoltrato a estranei", Send: true})
	history, err := w.dispatcher.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	act := history[len(history)-1].Act
	if at := replyTo(sagas.Notification{Kind: sagas.KindNewLink, To: sagas.ToCitizen, Act: act, N: 1}); at.Issue.N != 1 {
		t.Errorf("got issue %+v, want the second one", at.Issue)
	}
}
