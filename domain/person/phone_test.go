// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestParsePhone(t *testing.T) {
	for typed, want := range map[string]string{
		"011 1234567":         "0111234567",
		"011/1234-567":        "0111234567",
		" 333 1234567 ":       "3331234567",
		"+39 333 1234567":     "+393331234567",
		"(+39) 011 1234567":   "+390111234567",
		"0039 011 1234567":    "+390111234567",
		"+39 (011) 123-45-67": "+390111234567",
		"+442079460000":       "+442079460000",
		"112233":              "112233",
		"+123456789012345":    "+123456789012345",
	} {
		if got, err := person.ParsePhone(typed); err != nil || got != want {
			t.Errorf("%q: got %q, error %v, want %q", typed, got, err, want)
		}
	}
}

func TestParsePhoneRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                             "phone-missing",
		"  ":                           "phone-missing",
		"12345":                        "phone-length",
		"0012345":                      "phone-length",
		"1234567890123456":             "phone-length",
		"()":                           "phone-length",
		"+":                            "phone-length",
		"011 1234567 int. 3":           "phone-character",
		"011+1234567":                  "phone-character",
		"++39 011 1234567":             "phone-character",
		"+39 (011 1234567":             "phone-parenthesis",
		"+39 011) 1234567":             "phone-character",
		"((011)) 1234567":              "phone-character",
		"011) 123)4567":                "phone-character",
		"٠١١١٢٣٤٥٦٧":                   "phone-character",
		"011\n1234567":                 "phone-character",
		"\xff011 1234567":              "phone-character",
		"+0039 011 1234567":            "phone-country-code",
		"000 111 222 333":              "phone-country-code",
		strings.Repeat("1", 1<<20):     "phone-too-long",
		"1" + strings.Repeat("-", 2e3): "phone-too-long",
	} {
		if got, err := person.ParsePhone(typed); errorCode(t, err) != want || got != "" {
			t.Errorf("%.40q: got %q, %v, want %s", typed, got, err, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{"+39 011 1234567", "(0)", "00", "+00", "+(39)011", "((", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := person.ParsePhone(typed)
		if err != nil {
			errorCode(t, err)
			return
		}
		if n := len(strings.TrimPrefix(got, "+")); n < 6 || n > 15 {
			t.Errorf("got %q with %d digits, want 6 to 15", got, n)
		}
		if again, err := person.ParsePhone(got); err != nil || again != got {
			t.Errorf("%q parsed again: got %q, %v, want no change", got, again, err)
		}
	})
}
