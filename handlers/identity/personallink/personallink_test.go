// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package personallink_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
)

const id ticket.ID = "01999999-0000-7000-8000-000000000001"

// newLinks returns links whose clock returns a time.
func newLinks(now time.Time) *personallink.Links {
	return personallink.New(nil, func(purpose, value string) []string {
		return []string{fmt.Sprintf("%x", sha256.Sum256([]byte(purpose+"\n"+value)))}
	}, func() time.Time { return now })
}

func TestPersonalLinkIsValidForItsTicketOnly(t *testing.T) {
	links := newLinks(time.Time{})
	for _, issue := range []ticket.LinkIssue{{}, {N: 0, Day: 20_786}, {N: 3, Day: 20_786}} { // the first is that of the form before issues
		link := links.PersonalLink(id, issue)
		if got, ok := links.ParsePersonalLink(link); !ok || got != (personallink.Link{Ticket: id, Issue: issue}) {
			t.Fatalf("got %+v, %v, want the link of the ticket", got, ok)
		}
		mac := strings.LastIndexByte(link, '.') + 1
		for _, forged := range []string{
			strings.Replace(link, "0001.", "0002.", 1), link[:len(link)-1], link + "0", link[:mac] + "00000000" + link[mac:], link[:mac] + "0001ffff" + link[len(link)-64:],
			link[:mac] + link[len(link)-56:], "t." + string(id), "t..", "",
		} {
			if _, ok := links.ParsePersonalLink(forged); ok {
				t.Errorf("%q: got it accepted, want a refusal", forged)
			}
		}
	}
}

// A cookie opens the ticket of its link until its end, and a link is no cookie.
func TestLinkCookieIsValidForItsTicketUntilItsEnd(t *testing.T) {
	until := time.Date(2026, 3, 2, 21, 0, 0, 0, time.UTC)
	links, ended := newLinks(until.Add(-time.Second)), newLinks(until)
	for _, issue := range []ticket.LinkIssue{{}, {N: 3, Day: 20_786}} {
		link := personallink.Link{Ticket: id, Issue: issue}
		cookie := links.LinkCookie(link, until)
		if got, ok := links.ParseLinkCookie(cookie); !ok || got != link {
			t.Fatalf("got %+v, %v, want the link of the cookie", got, ok)
		}
		if _, ok := ended.ParseLinkCookie(cookie); ok {
			t.Error("a cookie counts after its end")
		}
		later := fmt.Sprintf("%x", until.Unix())
		for _, forged := range []string{
			strings.ToUpper(cookie), strings.Replace(cookie, later, strings.ToUpper(later), 1), strings.Replace(cookie, later, "0"+later, 1),
			strings.Replace(cookie, "0001.", "0002.", 1), strings.Replace(cookie, later, "7"+later, 1), cookie[:len(cookie)-1], cookie + "0", "t" + cookie[1:], cookie[2:],
			links.PersonalLink(id, issue), "c." + links.PersonalLink(id, issue)[2:], "c." + string(id), "c..", "c.", "c", "",
		} {
			if _, ok := links.ParseLinkCookie(forged); ok {
				t.Errorf("%q: got it accepted, want a refusal", forged)
			}
		}
		if _, ok := links.ParsePersonalLink("t" + cookie[1:]); ok {
			t.Error("a cookie counts as a link")
		}
	}
}
