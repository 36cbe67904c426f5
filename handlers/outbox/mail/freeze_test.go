// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
)

// A sender is frozen after the relay has got the mail and before it reads the reply. Another node takes the mail over and sends it: the mail
// is uncertain, since it may have arrived twice. When the frozen sender goes on, it changes nothing.
func TestMailOfFrozenSenderIsTakenOverAndUncertain(t *testing.T) {
	w := newFixture(t)
	arrived, reply := make(chan struct{}), make(chan struct{})
	var mails atomic.Int32
	w.relay.mu.Lock()
	w.relay.beforeReply = func() {
		if mails.Add(1) == 1 {
			close(arrived)
			<-reply
		}
	}
	w.relay.mu.Unlock()
	relay := w.sender.Relay
	w.sender.Relay = mail.Relay{} // the child sends
	id := w.open(ticket.Declared)
	sent := w.deliver(id, w.write(id, "", "Messaggio"))
	spec, err := json.Marshal(childSpec{w.url, w.relay.url()})
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env, child.Stderr = append(os.Environ(), childEnv+"="+string(spec)), os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	})
	<-arrived
	if err := child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if state, uncertain := w.row(sent); state != "sending" || uncertain {
		t.Fatalf("frozen: got state %s, uncertain %v, want sending and certain", state, uncertain)
	}
	w.sender.Relay = relay
	storetest.Eventually(t, "the other node has sent the mail", func() bool {
		if err := w.sender.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
		state, _ := w.row(sent)
		return state == "sent"
	})
	if state, uncertain := w.row(sent); !uncertain || len(w.relay.received()) != 2 {
		t.Fatalf("got state %s, uncertain %v and %d arrivals, want an uncertain mail that arrived twice", state, uncertain, len(w.relay.received()))
	}
	if err := child.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	close(reply)
	next := w.open(ticket.Declared) // the child sends the next mail when it is done with the first
	w.sender.Relay = mail.Relay{}
	second := w.deliver(next, w.write(next, "", "Secondo messaggio"))
	storetest.Eventually(t, "the child goes on", func() bool { state, _ := w.row(second); return state == "sent" })
	var attempts int
	if err := w.store.Pools().Outbox.QueryRow(t.Context(), `select attempts from mail.deliveries where id = $1`, sent).Scan(&attempts); err != nil {
		t.Fatal(err)
	}
	if state, uncertain := w.row(sent); state != "sent" || !uncertain || attempts != 2 {
		t.Errorf("in the end: got state %s, uncertain %v, %d attempts, want sent, uncertain, 2", state, uncertain, attempts)
	}
	if mails := w.relay.received(); len(mails) != 3 || !strings.Contains(mails[2], second) {
		t.Errorf("got %d mails, want 3, the second ticket's last", len(mails))
	}
}
