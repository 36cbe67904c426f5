// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package personallink_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
)

func TestPersonalLinkIsValidForItsTicketOnly(t *testing.T) {
	links := personallink.New(nil, func(purpose, value string) []string {
		return []string{fmt.Sprintf("%x", sha256.Sum256([]byte(purpose+"\n"+value)))}
	}, nil)
	const id ticket.ID = "01999999-0000-7000-8000-000000000001"
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
