// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package personallink

import (
	"crypto/hmac"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// linkCookiePrefix distinguishes the value of a link's cookie from the link itself, which is valid for longer.
const linkCookiePrefix = "c."

// LinkCookie returns the value of the cookie for which a browser exchanges a personal link at its first use. It opens the ticket of the link until
// a time, and no longer than the link itself.
func (l *Links) LinkCookie(link Link, until time.Time) string {
	value := cookieValue(link, until.Unix())
	return linkCookiePrefix + value + "." + l.hashes(hashPurpose, linkCookiePrefix+value)[0]
}

// cookieValue returns what a cookie says: ticket, issue of the link and end, in seconds since 1970.
func cookieValue(link Link, until int64) string {
	return fmt.Sprintf("%s.%s.%x", link.Ticket, encodeIssue(link.Issue), until)
}

// ParseLinkCookie parses the value of a link's cookie. It returns false for any other value and after the cookie's end. The caller checks
// whether the link is still valid.
func (l *Links) ParseLinkCookie(text string) (Link, bool) {
	parts := strings.Split(strings.TrimPrefix(text, linkCookiePrefix), ".")
	if !strings.HasPrefix(text, linkCookiePrefix) || len(parts) != 4 || !eventstore.IsID(parts[0]) {
		return Link{}, false
	}
	link := Link{Ticket: ticket.ID(parts[0])}
	if parts[1] != "" {
		digits, err := strconv.ParseUint(parts[1], 16, 32)
		if err != nil {
			return Link{}, false
		}
		link.Issue = ticket.LinkIssue{N: int(digits >> 16), Day: int(digits & 0xffff)}
	}
	until, err := strconv.ParseInt(parts[2], 16, 64)
	if err != nil || !l.clock().Before(time.Unix(until, 0)) {
		return Link{}, false
	}
	for _, valid := range l.hashes(hashPurpose, linkCookiePrefix+cookieValue(link, until)) {
		if hmac.Equal([]byte(parts[3]), []byte(valid)) {
			return link, true
		}
	}
	return Link{}, false
}

// TicketOf returns the ticket that a personal link or its cookie names, whether it is valid or not, for the record of its refusal; "" for other texts.
func TicketOf(token string) ticket.ID {
	parts := strings.SplitN(token, ".", 3)
	if len(parts) != 3 || parts[0]+"." != linkPrefix && parts[0]+"." != linkCookiePrefix || !eventstore.IsID(parts[1]) {
		return ""
	}
	return ticket.ID(parts[1])
}
