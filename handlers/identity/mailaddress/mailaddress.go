// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package mailaddress builds and parses the e-mail addresses of this installation: for replies to a ticket, and for the return of a message
// that cannot be delivered. Each such address holds a keyed hash, so nobody else can forge one.
package mailaddress

import (
	"crypto/hmac"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Kind is the kind of an address.
type Kind string

// The kinds, with which the local part of an address begins.
const (
	Reply  Kind = "r" // for replies; names a ticket
	Bounce Kind = "b" // for returned messages; names a message
)

// Address is a parsed address.
type Address struct {
	Kind  Kind
	ID    string           // of the ticket or of the message, a UUID
	Issue ticket.LinkIssue // zero: the address was made before addresses named their issue
}

// Addresses builds and parses addresses. It is safe for concurrent use.
type Addresses struct {
	hashes func(purpose, value string) []string
	domain string
	issue  ticket.LinkIssue
}

// New returns the addresses at a mail domain. hashes returns the keyed hashes of a value with every version of a purpose's key, in hex,
// the newest first.
func New(hashes func(purpose, value string) []string, domain string) *Addresses {
	return &Addresses{hashes: hashes, domain: strings.ToLower(domain)}
}

// WithIssue returns the addresses of an issue. Without one, addresses have the form from before addresses named their issue.
func (a *Addresses) WithIssue(i ticket.LinkIssue) *Addresses {
	return &Addresses{a.hashes, a.domain, i}
}

// macSize is the number of hash bytes in an address: 80 bits. The local part then has less than 64 characters.
const macSize = 10

var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// Reply returns the address to which the citizen of a ticket replies.
func (a *Addresses) Reply(t ticket.ID) string { return a.build(Reply, string(t)) }

// Bounce returns the address to which an undeliverable message is returned.
func (a *Addresses) Bounce(messageID string) string { return a.build(Bounce, messageID) }

// MessageID returns the value of the Message-ID header for a message's UUID, without angle brackets.
func (a *Addresses) MessageID(id string) string { return id + "@" + a.domain }

var messageID = regexp.MustCompile(`(?i)\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([a-z0-9.-]+)`)

// MessagesIn returns the UUIDs of the messages of this installation whose Message-ID stands in a text, each once. Anybody may have written
// them there.
func (a *Addresses) MessagesIn(text string) (ids []string) {
	for _, found := range messageID.FindAllStringSubmatch(text, -1) {
		if id := strings.ToLower(found[1]); strings.EqualFold(found[2], a.domain) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Domain returns the domain of all addresses.
func (a *Addresses) Domain() string { return a.domain }

// From returns the visible sender address. It receives no mail.
func (a *Addresses) From() string { return "assistenza@" + a.domain }

func (a *Addresses) build(k Kind, id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return a.From() // not a UUID: no address for replies or returns
	}
	issue := encodeIssue(a.issue)
	token := append(append(u[:], issue...), a.macs(k, u.String(), issue)[0]...)
	return string(k) + "-" + strings.ToLower(alphabet.EncodeToString(token)) + "@" + a.domain
}

// issueSize is the number of bytes of an issue in an address: two for its number and two for its day.
const issueSize = 4

// encodeIssue returns the bytes of an issue in an address; none for the zero value.
func encodeIssue(i ticket.LinkIssue) []byte {
	if i == (ticket.LinkIssue{}) {
		return nil
	}
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(i.N)), uint16(i.Day)) // both are far below 65,536
}

// macs returns the hashes that an address of an id may hold, the newest first.
func (a *Addresses) macs(k Kind, id string, issue []byte) (macs [][]byte) {
	if len(issue) > 0 {
		id += "\n" + hex.EncodeToString(issue)
	}
	for _, hash := range a.hashes("mail-address-"+string(k), id) {
		sum, err := hex.DecodeString(hash)
		if err != nil || len(sum) < macSize {
			panic("mailaddress: the hash is not hex of at least 80 bits")
		}
		macs = append(macs, sum[:macSize])
	}
	return macs
}

// Parse parses an address in any case. It returns false if the address is at another domain or was not built with this hash key.
func (a *Addresses) Parse(address string) (Address, bool) {
	local, domain, ok := strings.Cut(strings.ToLower(strings.Trim(address, "<> ")), "@")
	kind, token, dash := strings.Cut(local, "-")
	if !ok || !dash || domain != a.domain || kind != string(Reply) && kind != string(Bounce) {
		return Address{}, false
	}
	raw, err := alphabet.DecodeString(strings.ToUpper(token))
	if err != nil || len(raw) != 16+macSize && len(raw) != 16+issueSize+macSize {
		return Address{}, false
	}
	id, issue, mac := uuid.UUID(raw[:16]).String(), raw[16:len(raw)-macSize], raw[len(raw)-macSize:]
	for _, valid := range a.macs(Kind(kind), id, issue) {
		if hmac.Equal(mac, valid) {
			return Address{Kind(kind), id, decodeIssue(issue)}, true
		}
	}
	return Address{}, false
}

func decodeIssue(b []byte) ticket.LinkIssue {
	if len(b) == 0 {
		return ticket.LinkIssue{}
	}
	return ticket.LinkIssue{N: int(binary.BigEndian.Uint16(b)), Day: int(binary.BigEndian.Uint16(b[2:]))}
}

// IsOurs reports whether an address is at the domain.
func (a *Addresses) IsOurs(address string) bool {
	return strings.HasSuffix(strings.ToLower(strings.Trim(address, "<> ")), "@"+a.domain)
}
