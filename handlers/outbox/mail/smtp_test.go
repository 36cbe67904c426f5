// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/messages"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// scripted is a mail server that misbehaves at one verb: it says what it is told to, or hangs («…»), or hangs up («»). reached is whether
// a conversation came as far as that.
func scripted(t *testing.T, at, says string) (url string, reached *atomic.Bool) {
	t.Helper()
	on, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended, reached := make(chan struct{}), &atomic.Bool{}
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			c, err := on.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() { converse(c, at, says, ended, reached) })
		}
	})
	t.Cleanup(func() { close(ended); _ = on.Close(); conversations.Wait() })
	return "smtp://" + on.Addr().String(), reached
}

func converse(c net.Conn, at, says string, ended <-chan struct{}, reached *atomic.Bool) {
	defer c.Close()
	r, text := bufio.NewReader(c), false
	for verb := "CONNECT"; ; {
		answer := map[string]string{
			"CONNECT": "220 localhost", "EHLO": "250-localhost\r\n250 ENHANCEDSTATUSCODES", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
			"DATA": "354 go on", ".": "250 2.0.0 taken", "RSET": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye",
		}[verb]
		if verb == at {
			reached.Store(true)
			switch answer = says; answer {
			case "":
				return
			case "…":
				<-ended
				return
			}
		}
		if _, err := fmt.Fprint(c, answer+"\r\n"); err != nil || verb == "QUIT" {
			return
		}
		text = verb == "DATA" && strings.HasPrefix(answer, "3")
		for verb = ""; verb == ""; {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			switch {
			case !text:
				verb = strings.ToUpper(strings.Fields(line + " x")[0])
			case line == ".\r\n":
				verb = "."
			}
		}
	}
}

// Whatever a peer does at whatever verb, no mail is lost, none is taken for sent that was not, and only what is said of the
// recipient marks the recipient.
func TestMisbehavingRelay(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		at, says  string
		state     string
		uncertain bool
		failed    bool // «recapito fallito»
	}{
		{"CONNECT", "", "waiting", false, false},
		{"CONNECT", "…", "waiting", false, false},
		{"CONNECT", "554 no service", "waiting", false, false},
		{"CONNECT", "hello", "waiting", false, false},
		{"EHLO", "…", "waiting", false, false},
		{"EHLO", "550 go away", "waiting", false, false},
		{"MAIL", "", "waiting", false, false},
		{"MAIL", "…", "waiting", false, false},
		{"MAIL", "451 4.3.0 later", "waiting", false, false},
		{"MAIL", "550 5.1.0 sender refused", "waiting", false, false},
		{"MAIL", "553 5.1.8 sender's domain", "waiting", false, false},
		{"MAIL", "530 5.7.0 log in first", "waiting", false, false},
		{"RCPT", "", "waiting", false, false},
		{"RCPT", "…", "waiting", false, false},
		{"RCPT", "450 4.2.0 greylisted", "waiting", false, false},
		{"RCPT", "421 4.3.2 closing", "waiting", false, false},
		{"RCPT", "554 5.7.1 relay access denied", "waiting", false, false},
		{"RCPT", "530 log in first", "waiting", false, false},
		{"RCPT", "503 bad sequence", "waiting", false, false},
		{"RCPT", "550 5.1.8 sender's domain", "waiting", false, false},
		{"RCPT", "550 5.1.1 no such user", "refused", false, true},
		{"RCPT", "550 no such user", "refused", false, true},
		{"RCPT", "552 5.2.2 mailbox full", "refused", false, true},
		{"RCPT", "550 5.4.1 recipient rejected", "refused", false, true},
		{"DATA", "", "waiting", false, false},
		{"DATA", "…", "waiting", false, false},
		{"DATA", "451 4.3.0 later", "waiting", false, false},
		{"DATA", "554 5.5.1 no", "refused", false, false},
		{".", "", "waiting", true, false},
		{".", "…", "waiting", true, false},
		{".", "what?", "waiting", true, false},
		{".", "452 4.3.1 later", "waiting", false, false},
		{".", "554 5.7.1 spam", "refused", false, false},
		{".", "552 too much", "refused", false, false},
		{".", "550 5.1.1 no such user after all", "refused", false, true},
		{"RSET", "", "sent", false, false},
		{"RSET", "…", "sent", false, false},
		{"RSET", "500 what?", "sent", false, false},
		{"QUIT", "…", "sent", false, false},
	} {
		patience := 2 * time.Minute
		if c.says == "…" {
			patience = 300 * time.Millisecond
		}
		var on ticket.ID
		var m string
		for reached := false; !reached; { // when the machine is busy a short patience may end before the peer hangs
			on = w.open(ticket.Declared)
			url, at := scripted(t, c.at, c.says)
			_, w.sender = newSender(w.store, url, func(k *mail.Config) { k.RetryDelay, k.Lease, k.Timeout = time.Hour, time.Hour, patience })
			m = w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
			reached = at.Load()
		}
		state, uncertain := w.row(m)
		s, _, err := w.dispatcher.State(t.Context(), on)
		if err != nil || state != c.state || uncertain != c.uncertain || s.Unreachable != c.failed {
			t.Errorf("%q to %s: it is %s, uncertain %t, «recapito fallito» %t, %v", c.says, c.at, state, uncertain, s.Unreachable, err)
		}
	}
}

// A mail that nobody took in all its time is done with and listed; the recipient is marked only for what is said of them.
func TestWhatIsGivenUp(t *testing.T) {
	w := newFixture(t)
	for says, failed := range map[string]bool{"450 4.2.2 mailbox full": true, "450 4.7.1 not you": false, "": false} {
		on := w.open(ticket.Declared)
		url, _ := scripted(t, "RCPT", says)
		_, w.sender = newSender(w.store, url, func(k *mail.Config) { k.GiveUpAfter = time.Hour })
		m := w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
		if _, err := w.store.WorkerPool().Exec(t.Context(), "update mail.deliveries set created_at = created_at - interval '2 hours' where id = $1", m); err != nil {
			t.Fatal(err)
		}
		w.eventuallyState(m, "refused")
		if s, _, err := w.dispatcher.State(t.Context(), on); err != nil || s.Unreachable != failed {
			t.Errorf("%q: «recapito fallito» %t, %v", says, s.Unreachable, err)
		}
		if all, err := messages.ListMails(t.Context(), w.store.WorkerPool(), 10); err != nil || all[0].ID != m || !strings.Contains(all[0].Error, "given up") {
			t.Errorf("%q: listed are %+v, %v", says, all, err)
		}
	}
}

// Who brings back a mail that was never sent, or whose request was erased meanwhile, is not asked to come again.
func TestWhatComesBackLate(t *testing.T) {
	w := newFixture(t)
	on := w.open(ticket.Declared)
	void, sent := w.deliver(on, sagas.Notification{Kind: "boh"}), w.deliver(on, sagas.Notification{Kind: sagas.KindOpened})
	w.dispatch(on, admin, ticket.Erase{})
	for _, m := range []string{void, sent, uuid.NewString()} {
		if err := w.sender.RecordBounce(t.Context(), m); err != nil {
			t.Errorf("%s: %v", m, err)
		}
	}
}

func TestAMailServersAddressIsChecked(t *testing.T) {
	for _, text := range []string{"", "http://a", "smtp://", "smtp://a:0", "smtp://a:99999", "smtp://utente:segreto@a:99999", "smtp://utente:segreto@[a"} {
		if _, err := mail.ParseRelay(text); err == nil || strings.Contains(err.Error(), "segreto") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
