// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailaddress_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity/mailaddress"
)

// FuzzParse parses addresses and texts with Message-IDs of anybody. An address is accepted only in the form in which it was built.
func FuzzParse(f *testing.F) {
	a := mailaddress.New(hash("ours"), "assistenza.example.it")
	for _, s := range []string{a.Reply(id), a.Bounce(id), strings.ToUpper(a.Reply(id)), "<" + a.MessageID(id) + ">", "r-@assistenza.example.it", "@", "r-a=@assistenza.example.it", "<r-\x00@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := a.Parse(s); ok {
			built := a.WithIssue(got.Issue).Reply(ticket.ID(got.ID))
			if got.Kind == mailaddress.Bounce {
				built = a.WithIssue(got.Issue).Bounce(got.ID)
			}
			if built != strings.ToLower(strings.Trim(s, "<> ")) {
				t.Errorf("got %+v of %q, whose address is %s", got, s, built)
			}
		}
		for _, found := range a.MessagesIn(s) {
			if !strings.Contains(strings.ToLower(s), found) {
				t.Errorf("got the message %s, which is not in %q", found, s)
			}
		}
		a.IsOurs(s)
	})
}
