// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesses

import (
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/handlers/app/accessreport"
)

// TestTextReportLooksUpEachNameOnce prints three tickets that the same two accounts saw, of which one has no name any more.
func TestTextReportLooksUpEachNameOnce(t *testing.T) {
	var out strings.Builder
	var asked [][]string
	p := &textPrinter{out: &out, known: map[string]string{}, names: func(ids []string) (map[string]string, error) {
		asked = append(asked, slices.Clone(ids))
		return map[string]string{"anna": "Prova Anna"}, nil
	}}
	for _, r := range []accessreport.Row{
		{Number: "2026-0000001", Accounts: []string{"anna"}}, {Number: "2026-0000002", Accounts: []string{"anna", "gone"}}, {Number: "2026-0000003", Accounts: []string{"gone", "anna"}},
	} {
		if err := p.row(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) != 2 || !slices.Equal(asked[0], []string{"anna"}) || !slices.Equal(asked[1], []string{"gone"}) {
		t.Errorf("got questions %q, want one for each account", asked)
	}
	if got := strings.Count(out.String(), "by Prova Anna"); got != 2 || !strings.Contains(out.String(), "by gone, Prova Anna") {
		t.Errorf("got\n%s", out.String())
	}
}
