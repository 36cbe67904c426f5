// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"net/url"
	"testing"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// A page to go to after a login is one of this service, however its address is written.
func TestLocalPathLeadsNowhereElse(t *testing.T) {
	for path, local := range map[string]bool{
		"/richieste": true, "/code/nuove?q=a%2F%2Fb": true, "/richieste#x": true, "/.//evil.example": true, "/%2F/evil.example": true, "/@evil.example": true,
		"": false, "richieste": false, "//evil.example": false, "///evil.example": false, "/\\evil.example": false, "\\\\evil.example": false, "https://evil.example": false, "HTTPS:evil.example": false,
		"javascript:alert(1)": false, "/\t/evil.example": false, "/\n/evil.example": false, "\t//evil.example": false, " //evil.example": false, ".evil.example": false, "@evil.example": false, "/\x7f/evil.example": false,
	} {
		got := ui.LocalPath(path, "-")
		if (got != "-") != local {
			t.Errorf("%q: got %q, want accepted %v", path, got, local)
		}
		if to, err := url.Parse("https://assistenza.example.it" + got); local && (err != nil || to.Host != "assistenza.example.it") {
			t.Errorf("%q leads to %v, %v", path, to, err)
		}
	}
}
