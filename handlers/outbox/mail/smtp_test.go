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

// newScriptedRelay starts a mail server that misbehaves at the verb at: it replies with reply, hangs («…») or closes the connection
// («»). reached is set when a dialogue came to that verb.
func newScriptedRelay(t *testing.T, at, reply string) (url string, reached *atomic.Bool) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stopped, reached := make(chan struct{}), &atomic.Bool{}
	var conversations sync.WaitGroup
	conversations.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			conversations.Go(func() { converse(c, at, reply, stopped, reached) })
		}
	})
	t.Cleanup(func() { close(stopped); _ = listener.Close(); conversations.Wait() })
	return "smtp://" + listener.Addr().String(), reached
}

func converse(c net.Conn, at, reply string, stopped <-chan struct{}, reached *atomic.Bool) {
	defer c.Close()
	r, text := bufio.NewReader(c), false
	for verb := "CONNECT"; ; {
		response := map[string]string{
			"CONNECT": "220 localhost", "EHLO": "250-localhost\r\n250 ENHANCEDSTATUSCODES", "MAIL": "250 2.1.0 ok", "RCPT": "250 2.1.5 ok",
			"DATA": "354 go on", ".": "250 2.0.0 taken", "RSET": "250 2.0.0 ok", "QUIT": "221 2.0.0 bye",
		}[verb]
		if verb == at {
			reached.Store(true)
			switch response = reply; response {
			case "":
				return
			case "…":
				<-stopped
				return
			}
		}
		if _, err := fmt.Fprint(c, response+"\r\n"); err != nil || verb == "QUIT" {
			return
		}
		text = verb == "DATA" && strings.HasPrefix(response, "3")
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

// Whatever a relay does at any verb, no mail is lost, no mail counts as sent that was not, and only a reply about the recipient records a
// failed contact.
func TestMisbehavingRelayLosesNoMail(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		at, reply string
		state     string
		uncertain bool
		failed    bool // «e-mail non consegnata»
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
		timeout := 2 * time.Minute
		if c.reply == "…" {
			timeout = 300 * time.Millisecond
		}
		var ticketID ticket.ID
		var m string
		for reached := false; !reached; { // on a busy machine a short timeout can end before the relay hangs
			ticketID = w.open(ticket.Declared)
			url, at := newScriptedRelay(t, c.at, c.reply)
			_, w.sender = newSender(w.store, url, func(k *mail.Config) { k.RetryDelay, k.Lease, k.Timeout = time.Hour, time.Hour, timeout })
			m = w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
			reached = at.Load()
		}
		state, uncertain := w.row(m)
		s, _, err := w.dispatcher.State(t.Context(), ticketID)
		if err != nil || state != c.state || uncertain != c.uncertain || s.Unreachable != c.failed {
			t.Errorf("reply %q to %s: got %s, uncertain %t, «e-mail non consegnata» %t, %v, want %s, %t, %t",
				c.reply, c.at, state, uncertain, s.Unreachable, err, c.state, c.uncertain, c.failed)
		}
	}
}

// A mail that the relay did not take until GiveUpAfter ends and is listed. Only a reply about the recipient records a failed contact.
func TestMailIsGivenUpInTheEnd(t *testing.T) {
	w := newFixture(t)
	for reply, failed := range map[string]bool{"450 4.2.2 mailbox full": true, "450 4.7.1 not you": false, "": false} {
		ticketID := w.open(ticket.Declared)
		url, _ := newScriptedRelay(t, "RCPT", reply)
		_, w.sender = newSender(w.store, url, func(k *mail.Config) { k.GiveUpAfter = time.Hour })
		m := w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
		if _, err := w.store.Pools().Outbox.Exec(t.Context(), "update mail.deliveries set created_at = created_at - interval '2 hours' where id = $1", m); err != nil {
			t.Fatal(err)
		}
		w.eventuallyState(m, "refused")
		if s, _, err := w.dispatcher.State(t.Context(), ticketID); err != nil || s.Unreachable != failed {
			t.Errorf("%q: «e-mail non consegnata»: got %t, %v, want %t", reply, s.Unreachable, err, failed)
		}
		if all, err := messages.New(w.store.Pools().Outbox).ListMails(t.Context(), 10); err != nil || all[0].ID != m || !strings.Contains(all[0].Error, "given up") {
			t.Errorf("%q: got the list %+v, %v, want %s given up", reply, all, err, m)
		}
	}
}

// A returned mail that was never sent, or whose ticket was erased in the meantime, gives no error, so that it is not reported again.
func TestLateBounceGivesNoError(t *testing.T) {
	w := newFixture(t)
	ticketID := w.open(ticket.Declared)
	void, sent := w.deliver(ticketID, sagas.Notification{Kind: sagas.KindPublicNote, Note: newID()}), w.deliver(ticketID, sagas.Notification{Kind: sagas.KindOpened})
	w.dispatch(ticketID, admin, ticket.Erase{})
	for _, m := range []string{void, sent, uuid.NewString()} {
		if err := w.sender.RecordBounce(t.Context(), m); err != nil {
			t.Errorf("mail %s: got %v, want no error", m, err)
		}
	}
}

func TestParseRelayRefusesBadAddresses(t *testing.T) {
	for _, text := range []string{"", "http://a", "smtp://", "smtp://a:0", "smtp://a:99999", "smtp://utente:segreto@a:99999", "smtp://utente:segreto@[a"} {
		if _, err := mail.ParseRelay(text); err == nil || strings.Contains(err.Error(), "segreto") {
			t.Errorf("%s: got %v, want an error without the password", text, err)
		}
	}
}
