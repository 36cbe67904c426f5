// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package personallink makes and parses the links with which citizens who are not logged in read and answer one ticket, and the cookies for
// which browsers exchange them.
package personallink

import (
	"context"
	"crypto/hmac"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// linkPrefix distinguishes the token of a personal link from that of a session, which has no dot.
const linkPrefix = "t."

// hashPurpose is the purpose of the keyed hashes in links and cookies. Purposes are stored names.
const hashPurpose = "personal-link"

// Links makes and parses personal links and their cookies. It is safe for concurrent use.
type Links struct {
	pools         *pgpool.Pools
	hashes        func(purpose, value string) []string
	clock         func() time.Time
	oldLinksSince atomic.Pointer[time.Time] // as OldLinksIssue read it
}

// New returns the links of an installation. hashes returns the hashes of a value with its keys, the newest first
// (eventstore.Store.KeyedHashes); clock returns the time with which the ends of cookies are compared.
func New(pools *pgpool.Pools, hashes func(purpose, value string) []string, clock func() time.Time) *Links {
	return &Links{pools: pools, hashes: hashes, clock: clock}
}

// Link is a parsed personal link.
type Link struct {
	Ticket ticket.ID
	Issue  ticket.LinkIssue // zero: the link was made before links named their issue
}

// PersonalLink returns the token with which a citizen who is not logged in reads and answers one ticket. The application sends it only to
// the e-mail address in the ticket's form. With the zero issue it has the form from before links named their issue.
func (l *Links) PersonalLink(id ticket.ID, issue ticket.LinkIssue) string {
	return linkPrefix + string(id) + "." + encodeIssue(issue) + l.hashes(hashPurpose, linkValue(id, encodeIssue(issue)))[0]
}

// encodeIssue returns an issue as eight hexadecimal digits, four for its number and four for its day; "" for the zero value.
func encodeIssue(i ticket.LinkIssue) string {
	if i == (ticket.LinkIssue{}) {
		return ""
	}
	return fmt.Sprintf("%04x%04x", i.N, i.Day)
}

// decodeIssue returns the issue that encodeIssue encoded; ok is false for a text that is none.
func decodeIssue(text string) (issue ticket.LinkIssue, ok bool) {
	if text == "" {
		return ticket.LinkIssue{}, true
	}
	digits, err := strconv.ParseUint(text, 16, 32)
	if err != nil {
		return ticket.LinkIssue{}, false
	}
	return ticket.LinkIssue{N: int(digits >> 16), Day: int(digits & 0xffff)}, true
}

// isSigned reports whether mac is the hash of a value, with any of the keys.
func (l *Links) isSigned(value, mac string) bool {
	return slices.ContainsFunc(l.hashes(hashPurpose, value), func(valid string) bool { return hmac.Equal([]byte(mac), []byte(valid)) })
}

// linkValue returns the value whose keyed hash a link holds.
func linkValue(id ticket.ID, issue string) string {
	if issue == "" {
		return string(id)
	}
	return string(id) + "\n" + issue
}

// macDigits is the number of hexadecimal digits of the hash in a personal link.
const macDigits = 64

// ParsePersonalLink parses the token of a personal link. It returns false for any other token. The caller checks whether the link is still
// valid.
func (l *Links) ParsePersonalLink(token string) (Link, bool) {
	rest, ok := strings.CutPrefix(token, linkPrefix)
	if !ok {
		return Link{}, false
	}
	id, mac, ok := strings.Cut(rest, ".")
	if !ok || !eventstore.IsID(id) {
		return Link{}, false
	}
	text := "" // of the issue
	if len(mac) == macDigits+8 {
		text, mac = mac[:8], mac[8:]
	}
	issue, ok := decodeIssue(text)
	if !ok || !l.isSigned(linkValue(ticket.ID(id), text), mac) {
		return Link{}, false
	}
	return Link{Ticket: ticket.ID(id), Issue: issue}, true
}

// OldLinksIssue returns the issue that stands for links and addresses that name none: they are valid as if they had been made on the day on
// which this database learned of issues.
func (l *Links) OldLinksIssue(ctx context.Context) (ticket.LinkIssue, error) {
	if since := l.oldLinksSince.Load(); since != nil {
		return ticket.IssueAt(0, *since), nil
	}
	var since time.Time
	if err := l.pools.Session.QueryRow(ctx, `select since from identity.link_issues`).Scan(&since); err != nil {
		return ticket.LinkIssue{}, fmt.Errorf("day from which links name their issue: %w", err)
	}
	l.oldLinksSince.Store(&since)
	return ticket.IssueAt(0, since), nil
}
