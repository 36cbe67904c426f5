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

		// As people type them.
		"011.1234567":              "0111234567",
		"333.123.45.67":            "3331234567",
		"333·123·4567":             "3331234567",
		"+39.011.123.45.67":        "+390111234567",
		"011/123.45.67":            "0111234567",
		`011\1234567`:              "0111234567",
		"[011] 1234567":            "0111234567",
		"0039 (011) 1234567":       "+390111234567",
		"+39 (0)11 1234567":        "+390111234567",
		"+44 (0)20 7946 0000":      "+442079460000",
		"0044 (0)20 7946 0000":     "+442079460000",
		"Tel. 011 1234567":         "0111234567",
		"tel 011 1234567":          "0111234567",
		"Cell.: 333 1234567":       "3331234567",
		"tel:+39-011-123-4567":     "+390111234567",
		"tel:0111234567;ext=12":    "0111234567;ext=12",
		"011 1234567 int. 3":       "0111234567;ext=3",
		"011 1234567 interno 3040": "0111234567;ext=3040",
		"011 1234567, int 3":       "0111234567;ext=3",
		"+39 011 1234567 ext. 12":  "+390111234567;ext=12",
		"011 1234567 x12":          "0111234567;ext=12",
		"011 1234567 #12":          "0111234567;ext=12",

		// As they paste them: blanks, dashes, marks and full-width characters.
		"333\u00a01234567":                         "3331234567",
		"333\u202f123\u20094567":                   "3331234567",
		"\u3000333\u20281234567\u2800":             "3331234567",
		"333\t123 4567\n":                          "3331234567",
		"011\n1234567":                             "0111234567",
		"011\u20131234567":                         "0111234567",
		"011\u2010123\u2011456\u20147":             "0111234567",
		"011\u22121234567":                         "0111234567",
		"011\u20441234567":                         "0111234567",
		"\u202a+39 011 1234567\u202c":              "+390111234567",
		"\u2068333 1234567\u2069":                  "3331234567",
		"\u200e333\u200b123\u00ad4567\ufe0f":       "3331234567",
		"\ufefftel:\u202d333 1234567\u202c":        "3331234567",
		"\uff0b\uff13\uff19 011 1234567":           "+390111234567",
		"\uff08011\uff091234567":                   "0111234567",
		"\u202a011 1234567\u202c\u00a0int.\u00a03": "0111234567;ext=3",
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
		"011+1234567":                  "phone-character",
		"\u202a\u202c":                 "phone-missing",
		"tel:":                         "phone-missing",
		"int. 3":                       "phone-character",
		"1234 int. 3":                  "phone-length",
		"011 1234567 int. 1234567":     "phone-character",
		"011 1234567 chiedere di Pia":  "phone-character",
		"011 1234567 o 333 1234567":    "phone-character",
		"011 1234567 / 333 1234567":    "phone-length",
		"011\x001234567":               "phone-character",
		"++39 011 1234567":             "phone-character",
		"+39 (011 1234567":             "phone-parenthesis",
		"+39 011) 1234567":             "phone-character",
		"((011)) 1234567":              "phone-character",
		"011) 123)4567":                "phone-character",
		"٠١١١٢٣٤٥٦٧":                   "phone-character",
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
	for _, seed := range []string{"+39 011 1234567", "(0)", "00", "+00", "+(39)011", "((", "\x00", "tel:+44 (0)20 7946 0000 int. 3", "\u202a+00(0)1234567\u202c", "00(0)123456x1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := person.ParsePhone(typed)
		if err != nil {
			errorCode(t, err)
			return
		}
		number, _, _ := strings.Cut(got, ";ext=")
		if n := len(strings.TrimPrefix(number, "+")); n < 6 || n > 15 {
			t.Errorf("got %q with %d digits, want 6 to 15", got, n)
		}
		if again, err := person.ParsePhone(got); err != nil || again != got {
			t.Errorf("%q parsed again: got %q, %v, want no change", got, again, err)
		}
	})
}
