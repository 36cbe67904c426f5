// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestParseEmail(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 2) + strings.Repeat("c", 60) + ".it"
	for typed, want := range map[string]string{
		"mario.rossi@example.it":           "mario.rossi@example.it",
		"  mario@example.it\n":             "mario@example.it",
		"Mario.Rossi+sol@Posta.EXAMPLE.IT": "Mario.Rossi+sol@posta.example.it",
		"o'neill_1@a-b.example.com":        "o'neill_1@a-b.example.com",
		"x@xn--citt-wna.example.it":        "x@xn--citt-wna.example.it",
		"x@example.xn--p1ai":               "x@example.xn--p1ai",
		long:                               long,

		"\u00a0mario@example.it\u2003":                   "mario@example.it",
		"\u202amario@example.it\u202c":                   "mario@example.it",
		"\u2068mario\u200b.rossi@exam\u00adple.it\u2069": "mario.rossi@example.it",
		"\ufeffmario@example.it\ufe0f":                   "mario@example.it",
		"mario\u2011rossi@posta\u2010sana.example.it":    "mario-rossi@posta-sana.example.it",
		"mario\uff20example\uff0eit":                     "mario@example.it",
		"mailto:mario@example.it":                        "mario@example.it",
	} {
		if got, err := person.ParseEmail(typed); err != nil || got != want {
			t.Errorf("%q: got %q, error %v, want %q", typed, got, err, want)
		}
	}
}

func TestParseEmailRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                             "email-missing",
		"  ":                           "email-missing",
		"mario":                        "email-shape",
		"@example.it":                  "email-shape",
		"mario@":                       "email-shape",
		"mario@@example.it":            "email-shape",
		"mario rossi@example.it":       "email-shape",
		"mario\u00a0rossi@example.it":  "email-shape",
		"\u200b\u202a":                 "email-missing",
		"mailto:":                      "email-missing",
		"mario\x00@example.it":         "email-shape",
		"Mario <mario@example.it>":     "email-shape",
		"<mario@example.it>":           "email-shape",
		"mario@example.it (Mario)":     "email-shape",
		"mario@example.it,b@c.it":      "email-shape",
		"mario@example.it; b@c.it":     "email-shape",
		".mario@example.it":            "email-shape",
		"mario..rossi@example.it":      "email-shape",
		"mario@example.it\r\nBcc: x@y": "email-shape",
		"mario@[192.0.2.1]":            "email-domain",
		`"mario rossi"@example.it`:     "email-shape",
		"màrio@example.it":             "email-local-part",
		"mario@localhost":              "email-domain",
		"mario@example.i":              "email-domain",
		"mario@192.0.2.1":              "email-domain",
		"mario@-example.it":            "email-domain",
		"mario@example-.it":            "email-domain",
		"mario@città.it":               "email-domain",
		"mario@exam_ple.it":            "email-domain",

		strings.Repeat("a", 65) + "@example.it":                         "email-local-part",
		"mario@" + strings.Repeat("a", 64) + ".it":                      "email-domain",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 95) + "it": "email-length",
	} {
		if got, err := person.ParseEmail(typed); errorCode(t, err) != want || got != "" {
			t.Errorf("%q: got %q, %v, want %s", typed, got, err, want)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{"mario@example.it", "a@b.it, c@d.it", `"a\"b"@c.it`, "=?utf-8?q?a?= <a@b.it>", "a@[1.2.3.4]", "a:b@c.it;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := person.ParseEmail(typed)
		if err != nil {
			errorCode(t, err)
			return
		}
		if strings.ContainsAny(got, " \t\r\n<>,;:\"()") || strings.Count(got, "@") != 1 || len(got) > 254 {
			t.Errorf("got %q, want a plain address", got)
		}
		if again, err := person.ParseEmail(got); err != nil || again != got {
			t.Errorf("%q parsed again: got %q, %v, want no change", got, again, err)
		}
	})
}
