// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"bufio"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// transact sends MAIL and RCPT in a new session, and returns the codes of the answers.
func (w *fixture) transact(to string) (mail, rcpt int) {
	w.Helper()
	c := w.dial()
	defer c.Close()
	if mail = replyCode(c.Mail("prova@example.it", nil)); mail != 0 {
		return mail, 0
	}
	return 0, replyCode(c.Rcpt(to, nil))
}

// A mail over a limit is refused with a temporary code, so that its server keeps it. Other addresses and peers go on.
func TestMessagesToOneAddressAreLimited(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.Limits = Limits{AddressMessages: 3} })
	one, other := w.addresses.Reply(w.open(ticket.StatusWaiting)), w.addresses.Reply(w.open(ticket.StatusWaiting))
	for n := range 3 {
		if _, rcpt := w.transact(one); rcpt != 0 {
			t.Fatalf("message %d: got code %d, want it to be taken", n+1, rcpt)
		}
	}
	if _, rcpt := w.transact(one); rcpt != 450 {
		t.Errorf("a message over the limit: got code %d, want 450", rcpt)
	}
	if _, rcpt := w.transact(other); rcpt != 0 {
		t.Errorf("another ticket: got code %d, want it to be taken", rcpt)
	}
}

func TestMessagesOfOnePeerAreLimited(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.Limits = Limits{PeerMessages: 2} })
	to := w.addresses.Reply(w.open(ticket.StatusWaiting))
	for range 2 {
		w.transact(to)
	}
	if mail, _ := w.transact(to); mail != 450 {
		t.Errorf("got code %d, want 450", mail)
	}
}

func TestRelayIsNotLimitedAsAPeer(t *testing.T) {
	w := newFixture(t, func(c *Config) {
		c.Limits = Limits{PeerMessages: 2, PeerConnections: 1, NodeMessages: 4, Relays: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	to := w.addresses.Reply(w.open(ticket.StatusWaiting))
	w.dial()
	for range 4 {
		if mail, rcpt := w.transact(to); mail != 0 || rcpt != 0 {
			t.Fatalf("got codes %d and %d, want the message to be taken", mail, rcpt)
		}
	}
	if mail, _ := w.transact(to); mail != 451 {
		t.Errorf("over the limit of the node: got code %d, want 451", mail)
	}
}

func TestWrongRecipientsAreLimited(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.Limits = Limits{WrongRecipients: 2} })
	const wrong = "r-inventato@assistenza.example.it"
	for _, want := range []int{550, 550, 450} {
		if _, rcpt := w.transact(wrong); rcpt != want {
			t.Errorf("got code %d, want %d", rcpt, want)
		}
	}
	if _, rcpt := w.transact(w.addresses.Reply(w.open(ticket.StatusWaiting))); rcpt != 0 {
		t.Errorf("a right address: got code %d, want it to be taken", rcpt)
	}
}

func TestConnectionsOfOnePeerAreLimited(t *testing.T) {
	w := newFixture(t, func(c *Config) { c.Limits = Limits{PeerConnections: 2} })
	first := w.dial()
	w.dial()
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	greeting, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(greeting, "421 4.7.0 Troppe connessioni") {
		t.Errorf("the third connection: got %q, %v, want 421", greeting, err)
	}
	if err := first.Quit(); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "a connection is taken again", func() bool {
		c, err := net.Dial("tcp", w.address)
		if err != nil {
			return false
		}
		defer c.Close()
		greeting, err := bufio.NewReader(c).ReadString('\n')
		return err == nil && strings.HasPrefix(greeting, "220")
	})
}
