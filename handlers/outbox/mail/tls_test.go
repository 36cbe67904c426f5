// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/outbox/mail"
	"github.com/sol-assistenza/sol/sagas"
)

// certificate returns a certificate for 127.0.0.1, and a pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &c, &c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// TestRequiredTLSKeepsMailsUntilTheRelayHasIt: with required TLS no mail leaves to a relay that offers no STARTTLS or whose certificate nobody
// vouches for; it waits, and leaves encrypted when the relay has both. Without the setting it leaves in clear.
func TestRequiredTLSKeepsMailsUntilTheRelayHasIt(t *testing.T) {
	pair, roots := certificate(t)
	for name, c := range map[string]struct {
		offers, trusted, required bool
		sent                      bool
	}{
		"no STARTTLS":                {false, true, true, false},
		"unknown certificate":        {true, false, true, false},
		"STARTTLS":                   {true, true, true, true},
		"not required, not offered":  {false, false, false, true},
		"not required, but unknown":  {true, false, false, false}, // who offers TLS is not sent mails in clear
		"not required, but STARTTLS": {true, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			if c.offers {
				w.relay.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
			}
			relay, err := mail.ParseRelay(w.relay.url())
			if err != nil {
				t.Fatal(err)
			}
			if c.trusted {
				relay = relay.Trust(roots)
			}
			if c.required {
				relay = relay.RequireTLS()
			}
			w.sender.Relay = relay
			id := w.deliver(w.open(ticket.Declared), sagas.Notification{Kind: sagas.KindOpened})
			if state, _ := w.row(id); (state == "sent") != c.sent || (len(w.relay.received()) == 1) != c.sent {
				t.Errorf("got state %s and %d mails, want sent %v", state, len(w.relay.received()), c.sent)
			}
		})
	}
}

// TestMailsNameNoSoftware: neither a mail nor the greeting that brings it names the library, its version or this machine.
func TestMailsNameNoSoftware(t *testing.T) {
	w := newFixture(t)
	w.deliver(w.open(ticket.Declared), sagas.Notification{Kind: sagas.KindOpened})
	if len(w.relay.received()) != 1 {
		t.Fatalf("got %d mails, want one", len(w.relay.received()))
	}
	text := w.relay.received()[0]
	if found := regexp.MustCompile(`(?im)^(User-Agent|X-Mailer|X-Originating-IP|Received):.*|go-?mail|wneessen|golang|github\.com`).FindString(text); found != "" {
		t.Errorf("got %q in the mail, want no name of software", found)
	}
	if id := regexp.MustCompile(`(?im)^Message-ID: <[^@>]+@([^>]+)>`).FindStringSubmatch(text); id == nil || id[1] != "assistenza.example.it" {
		t.Errorf("got Message-ID %q, want the host to be the domain of the mail", id)
	}
	if got := w.relay.greeted(); got != "assistenza.example.it" {
		t.Errorf("got the greeting %q, want the domain of the mail", got)
	}
	if strings.Contains(text, "127.0.0.1") {
		t.Error("got an address of this machine in the mail")
	}
}
