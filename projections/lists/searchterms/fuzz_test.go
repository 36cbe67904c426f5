// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package searchterms_test

import (
	"testing"

	"github.com/sol-assistenza/sol/projections/lists/searchterms"
)

// FuzzParse parses what somebody types into the search, and derives the words of a text. Neither fails, and the parts of a search are bounded by
// what was typed.
func FuzzParse(f *testing.F) {
	for _, typed := range []string{
		"", "2026-0000001", "n. 12", "Prova Fittizia", "STP0000000001000", "stp 000 000 000 1000", "+39 011 0000000", `"una frase" -altro -"altra frase`, "prova@example.org",
		"-", `"`, `--""`, "\x00", "\xff\xfe", "ﬀ İ ẞ", "10.02.2026",
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q := searchterms.Parse(typed, func(value string) []string {
			if value == "" {
				t.Errorf("%q: got a hash of nothing", typed)
			}
			return []string{value}
		})
		if again := searchterms.Parse(typed, func(value string) []string { return []string{value} }); len(q.Terms) != len(again.Terms) || len(q.Terms) > len(typed) {
			t.Errorf("%q: got %d parts, and %d again", typed, len(q.Terms), len(again.Terms))
		}
		searchterms.Words(typed)
		searchterms.ForNumber(typed)
		searchterms.ContactKeys(typed, typed)
	})
}
