// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package personallink

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// linkCookiePrefix distinguishes the value of a link's cookie from the link itself, which is valid for longer.
const linkCookiePrefix = "c."

// LinkCookie returns the value of the cookie for which a browser exchanges a personal link at its first use. It opens the ticket of the link until
// a time, and no longer than the link itself. It is random, so that the access records tell the browsers apart that opened one link.
func (l *Links) LinkCookie(link Link, until time.Time) string {
	value := fmt.Sprintf("%s%s.%s.%x.%s", linkCookiePrefix, link.Ticket, encodeIssue(link.Issue), until.Unix(), rand.Text())
	return value + "." + l.hashes(hashPurpose, value)[0]
}

// ParseLinkCookie parses the value of a link's cookie. It returns false for any other value and after the cookie's end. The caller checks
// whether the link is still valid.
func (l *Links) ParseLinkCookie(text string) (Link, bool) {
	end := strings.LastIndexByte(text, '.')
	if end < len(linkCookiePrefix) || !strings.HasPrefix(text, linkCookiePrefix) || !l.isSigned(text[:end], text[end+1:]) {
		return Link{}, false
	}
	parts := strings.Split(text[len(linkCookiePrefix):end], ".")
	if len(parts) != 4 {
		return Link{}, false
	}
	issue, ok := decodeIssue(parts[1])
	until, err := strconv.ParseInt(parts[2], 16, 64)
	if !ok || err != nil || !l.clock().Before(time.Unix(until, 0)) {
		return Link{}, false
	}
	return Link{Ticket: ticket.ID(parts[0]), Issue: issue}, true
}

// TicketOf returns the ticket that a personal link or its cookie names, whether it is valid or not, for the record of its refusal; "" for other texts.
func TicketOf(token string) ticket.ID {
	parts := strings.SplitN(token, ".", 3)
	if len(parts) != 3 || parts[0]+"." != linkPrefix && parts[0]+"." != linkCookiePrefix || !eventstore.IsID(parts[1]) {
		return ""
	}
	return ticket.ID(parts[1])
}

// inText finds a personal link or its cookie, perhaps cut short or in capitals.
var inText = regexp.MustCompile(`(?i)\b[tc]\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.`)

// IsIn reports whether an address has a personal link or its cookie in it, valid or not, so that it is not passed on to another address.
func IsIn(address string) bool {
	decoded, err := url.QueryUnescape(address)
	return inText.MatchString(address) || err == nil && inText.MatchString(decoded)
}
