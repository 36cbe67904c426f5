// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mailaddress makes the addresses that only their recipients got: for the reply to a ticket, and for the return of a
// message that cannot be delivered. Whoever did not get one cannot make one up.
package mailaddress

import (
	"crypto/hmac"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Kind tells the two apart.
type Kind string

// The kinds, as they begin an address.
const (
	Reply  Kind = "r" // names a ticket
	Bounce Kind = "b" // names a message
)

// Address is what an address says.
type Address struct {
	Kind Kind
	ID   string // of the ticket or of the message, a UUID
}

// Addresses makes and reads them.
type Addresses struct {
	hash   func(purpose, value string) string
	domain string
}

// New takes a keyed hash, hex, and the domain at which mail is taken in.
func New(hash func(purpose, value string) string, domain string) *Addresses {
	return &Addresses{hash, strings.ToLower(domain)}
}

// macSize is how many bytes of the hash an address carries: 80 bits, and the local part stays under 64 characters.
const macSize = 10

var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// Reply is where the citizen of a ticket answers.
func (a *Addresses) Reply(t ticket.ID) string { return a.build(Reply, string(t)) }

// Bounce is where a message comes back to.
func (a *Addresses) Bounce(messageID string) string { return a.build(Bounce, messageID) }

// MessageID is the Message-ID header's value for a message's UUID.
func (a *Addresses) MessageID(id string) string { return id + "@" + a.domain }

// From is the address of the sender that people see; it takes no mail.
func (a *Addresses) From() string { return "assistenza@" + a.domain }

func (a *Addresses) build(k Kind, id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return a.From() // no id of ours: nothing to come back to
	}
	token := append(u[:], a.mac(k, u.String())...)
	return string(k) + "-" + strings.ToLower(alphabet.EncodeToString(token)) + "@" + a.domain
}

func (a *Addresses) mac(k Kind, id string) []byte {
	sum, err := hex.DecodeString(a.hash("mail-address-"+string(k), id))
	if err != nil || len(sum) < macSize {
		panic("mailaddr: the hash is no hex of 80 bits or more")
	}
	return sum[:macSize]
}

// Parse reads an address in whatever case it comes. False: it is not at our domain, or none that we made.
func (a *Addresses) Parse(address string) (Address, bool) {
	local, domain, ok := strings.Cut(strings.ToLower(strings.Trim(address, "<> ")), "@")
	kind, token, dash := strings.Cut(local, "-")
	if !ok || !dash || domain != a.domain || kind != string(Reply) && kind != string(Bounce) {
		return Address{}, false
	}
	raw, err := alphabet.DecodeString(strings.ToUpper(token))
	if err != nil || len(raw) != 16+macSize {
		return Address{}, false
	}
	id := uuid.UUID(raw[:16]).String()
	if !hmac.Equal(raw[16:], a.mac(Kind(kind), id)) {
		return Address{}, false
	}
	return Address{Kind(kind), id}, true
}

// IsOurs tells whether an address is at the domain.
func (a *Addresses) IsOurs(address string) bool {
	return strings.HasSuffix(strings.ToLower(strings.Trim(address, "<> ")), "@"+a.domain)
}
