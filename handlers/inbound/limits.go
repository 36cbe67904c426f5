// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/sol-assistenza/sol/handlers/middleware"
)

// Limits bound what a node accepts. What is over them is refused with a temporary code (4xx): its server keeps it and tries again, so nothing is
// lost. A message has one recipient. Zero fields take the default.
type Limits struct {
	PeerConnections int // open at a time of one peer; 0: 20
	PeerMessages    int // a minute of one peer, and as many at once; 0: 300
	WrongRecipients int // a minute of one peer, and as many at once; 0: 60
	AddressMessages int // at once to one address of ours, of a ticket or a mail; further ones at one a minute; 0: 60
	NodeMessages    int // a minute of all peers, and as many at once; 0: 1200

	// Relays are networks of peers that bring the mail of many senders, such as the organisation's own mail server. They are not bounded as peers.
	Relays []netip.Prefix
}

func (l Limits) withDefaults() Limits {
	l.PeerConnections, l.PeerMessages = cmp.Or(l.PeerConnections, 20), cmp.Or(l.PeerMessages, 300)
	l.WrongRecipients, l.AddressMessages = cmp.Or(l.WrongRecipients, 60), cmp.Or(l.AddressMessages, 60)
	l.NodeMessages = cmp.Or(l.NodeMessages, 1200)
	return l
}

// limiters count for one node. Each node counts for itself.
type limiters struct {
	peer, wrong, address, node *middleware.Limiter
}

func newLimiters(l Limits) limiters {
	perMinute := func(n int) *middleware.Limiter { return middleware.NewLimiter(middleware.Rate{PerMinute: n, Burst: n}) }
	return limiters{
		peer: perMinute(l.PeerMessages), wrong: perMinute(l.WrongRecipients), node: perMinute(l.NodeMessages),
		address: middleware.NewLimiter(middleware.Rate{PerMinute: 1, Burst: l.AddressMessages}),
	}
}

// allows counts one use by a client and reports whether it is within the limit.
func allows(l *middleware.Limiter, client string) bool {
	_, ok := l.Take(client, time.Now(), http.Header{})
	return ok
}

// peerOf returns the peer of a connection: its address, of IPv6 the /64 network; "" for a relay, which is not bounded.
func (l Limits) peerOf(remote net.Addr) string {
	a, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return remote.String()
	}
	ip := a.Addr().Unmap()
	for _, relay := range l.Relays {
		if relay.Contains(ip) {
			return ""
		}
	}
	if network, err := ip.Prefix(64); ip.Is6() && err == nil {
		return network.String()
	}
	return ip.String()
}

// tooManyConnections is the greeting of a connection over the limit of its peer.
const tooManyConnections = "421 4.7.0 Troppe connessioni da questo server. Riprovi tra qualche minuto: nulla va perso.\r\n"

// deferMail returns a temporary refusal and counts it.
func (s *Server) deferMail(code int, enhanced smtp.EnhancedCode, format string, args ...any) error {
	s.outcomes.WithLabelValues("deferred").Inc()
	return refuse(code, enhanced, format, args...)
}

// limitMessage counts a message of a peer and of the node.
func (s *Server) limitMessage(peer string) error {
	if peer != "" && !allows(s.limiters.peer, peer) {
		return s.deferMail(450, smtp.EnhancedCode{4, 7, 0}, "Troppi messaggi da questo server in poco tempo. Li tenga in coda e riprovi tra qualche minuto: nulla va perso.")
	}
	if !allows(s.limiters.node, "") {
		return s.deferMail(451, smtp.EnhancedCode{4, 3, 2}, "Stiamo ricevendo troppi messaggi. Tenga in coda questo e riprovi tra qualche minuto: nulla va perso.")
	}
	return nil
}

// limitWrongRecipient counts an address that is refused. Over the limit it replaces the refusal.
func (s *Server) limitWrongRecipient(peer string, refusal error) error {
	if peer != "" && !allows(s.limiters.wrong, peer) {
		return s.deferMail(450, smtp.EnhancedCode{4, 7, 0}, "Troppi indirizzi sbagliati da questo server in poco tempo. Riprovi tra qualche minuto, con l'indirizzo dell'ultimo messaggio ricevuto.")
	}
	return refusal
}

// limitAddress counts a message to an address of ours.
func (s *Server) limitAddress(address string) error {
	if !allows(s.limiters.address, address) {
		return s.deferMail(450, smtp.EnhancedCode{4, 7, 0}, "Per questa richiesta sono arrivati troppi messaggi in poco tempo. Il messaggio resta in coda e parte di nuovo da solo. Se e' urgente usi il collegamento nella nostra e-mail.")
	}
	return nil
}

// refuseConnection answers a connection over the limit of its peer, and closes it.
func refuseConnection(c net.Conn) {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = fmt.Fprint(c, tooManyConnections) // the peer may have gone
	_ = c.Close()
}
