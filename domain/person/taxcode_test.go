// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sol-assistenza/sol/domain/person"
)

// errorCode returns the code in an *InvalidError; empty for no error.
func errorCode(t rapid.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var invalid *person.InvalidError
	if !errors.As(err, &invalid) || invalid.Reason.String() == "" || invalid.Allowed == "" {
		t.Fatalf("got error %v, want an *InvalidError with reason and allowed formats", err)
	}
	return string(invalid.Reason.Code)
}

func TestParseTaxCode(t *testing.T) {
	for typed, want := range map[string]person.TaxCodeKind{
		"RSSMRA85T10A562S":                         person.NaturalPerson,
		"RSSMRA80A01H501U":                         person.NaturalPerson,
		"MRTMTT25D09F205Z":                         person.NaturalPerson,
		"rssmra80a01h501u":                         person.NaturalPerson,
		"  RSS MRA\t80A01 H501U\n":                 person.NaturalPerson,
		"\ufeffRSSMRA80A01H501U\u200b":             person.NaturalPerson,
		"\u202aRSSMRA80A01H501U\u202c":             person.NaturalPerson,
		"RSS\u00a0MRA\u202f80A01\u2800H501U\u2069": person.NaturalPerson,
		"RSS-MRA-80A01\u2013H501\u2011U":           person.NaturalPerson,
		"RSS.MRA.80A01.H501.U":                     person.NaturalPerson,
		"\uff32SSMRA80A01H501\uff35":               person.NaturalPerson,
		"RSSMRA80A01\u00adH501U\ufe0f":             person.NaturalPerson,
		"80087670016":                              person.Numeric,
		"800 8767 0016":                            person.Numeric,
		"STP0102031234567":                         person.STP,
		"eni0102031234567":                         person.ENI,
	} {
		got, err := person.ParseTaxCode(typed)
		if err != nil || got.Kind() != want {
			t.Errorf("%q: got kind %q, error %v, want %q", typed, got.Kind(), err, want)
		}
		if strings.ToUpper(got.String()) != got.String() || strings.ContainsAny(got.String(), " \t\n\ufeff") {
			t.Errorf("%q: got normal form %q, want capitals without spaces", typed, got)
		}
	}
}

func TestParseTaxCodeRefuses(t *testing.T) {
	for typed, want := range map[string]string{
		"":                   "tax-code-missing",
		" \t ":               "tax-code-missing",
		"RSSMRA80A01H501":    "tax-code-length",
		"RSSMRA80A01H501UU":  "tax-code-length",
		"8008767001":         "tax-code-length",
		"STP010203123456":    "tax-code-length",
		"RSSMRA80A01H501V":   "tax-code-check-character",
		"RSSMRA81A01H501U":   "tax-code-check-character",
		"RSSMRB80A01H501U":   "tax-code-check-character",
		"R5SMRA80A01H501U":   "tax-code-character",
		"RSSMRA8OA01H501U":   "tax-code-character", // the letter O in place of a zero
		"RSSMRÀ80A01H501U":   "tax-code-character",
		"RſSMRA80A01H501U":   "tax-code-character",
		"RSSMRA80A01H50١U":   "tax-code-character",
		"STP010203123456X":   "tax-code-character",
		"RSSMRA80F01H501U":   "tax-code-month",
		"RSSMRA80A00H501U":   "tax-code-day",
		"RSSMRA80A32H501U":   "tax-code-day",
		"RSSMRA80A40H501U":   "tax-code-day",
		"RSSMRA80A72H501U":   "tax-code-day",
		"RSSMRA81B29H501U":   "tax-code-day", // 1981 had no 29 February
		"RSSMRA80D71H501U":   "tax-code-day", // nor April a 31st
		"80087670017":        "tax-code-check-digit",
		"80087670061":        "tax-code-check-digit",
		"00000000000":        "tax-code-check-digit",
		"8008767001A":        "tax-code-digits",
		"٨٠٠٨٧٦٧٠٠١٦":        "tax-code-digits",
		"RSSMRA80A01H501U, ": "tax-code-length",

		strings.Repeat("A", 1<<20): "tax-code-length",
		strings.Repeat(" ", 1<<20): "tax-code-length",
	} {
		got, err := person.ParseTaxCode(typed)
		if errorCode(t, err) != want || got != (person.TaxCode{}) {
			t.Errorf("%.40q: got %q, %v, want %s", typed, got, err, want)
		}
	}
}

// checkCharacter computes the check character by another method: the value at an odd position is the letter's index in a string.
func checkCharacter(fifteen string) string {
	sum := 0
	for i, r := range fifteen {
		if '0' <= r && r <= '9' {
			r += 'A' - '0'
		}
		if i%2 == 0 {
			sum += strings.IndexRune("BAKPLCQDREVOSFTGUHMINJWZYX", r)
		} else {
			sum += int(r - 'A')
		}
	}
	return string(rune('A' + sum%26))
}

// generateTaxCode draws valid codes of natural persons, some with omocodia.
var generateTaxCode = rapid.Custom(func(t *rapid.T) string {
	female := rapid.SampledFrom([]int{0, 40}).Draw(t, "sex")
	code := []byte(fmt.Sprintf("%s%02d%s%02d%s",
		rapid.StringMatching(`[A-Z]{6}`).Draw(t, "names"),
		rapid.IntRange(0, 99).Draw(t, "year"),
		rapid.StringMatching(`[ABCDEHLMPRST]`).Draw(t, "month"),
		rapid.IntRange(1, 28).Draw(t, "day")+female,
		rapid.StringMatching(`[A-Z][0-9]{3}`).Draw(t, "place")))
	for _, i := range []int{6, 7, 9, 10, 12, 13, 14} {
		if rapid.IntRange(0, 3).Draw(t, "omocodia") == 0 {
			code[i] = "LMNPQRSTUV"[code[i]-'0']
		}
	}
	return string(code) + checkCharacter(string(code))
})

func TestValidTaxCodesAreAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := generateTaxCode.Draw(t, "code")
		got, err := person.ParseTaxCode(" " + strings.ToLower(code[:7]) + " " + code[7:])
		if err != nil || got.String() != code || got.Kind() != person.NaturalPerson {
			t.Fatalf("%s: got %q, kind %q, error %v, want the code as it is", code, got, got.Kind(), err)
		}
	})
}

func TestOneMistypedCharacterIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(generateTaxCode.Draw(t, "code"))
		position := rapid.IntRange(0, 15).Draw(t, "place")
		code[position] = rapid.SampledFrom([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")).
			Filter(func(c byte) bool { return c != code[position] }).Draw(t, "mistyped")
		if _, err := person.ParseTaxCode(string(code)); err == nil {
			t.Fatalf("%s: got no error, want one", code)
		} else if strings.Contains(err.Error(), string(code)) {
			t.Fatalf("got error %v, want one without the code", err)
		}
	})
}

func TestOneMistypedDigitIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte("80087670016")
		position := rapid.IntRange(0, 10).Draw(t, "place")
		code[position] = rapid.SampledFrom([]byte("0123456789")).
			Filter(func(c byte) bool { return c != code[position] }).Draw(t, "mistyped")
		if _, err := person.ParseTaxCode(string(code)); errorCode(t, err) != "tax-code-check-digit" {
			t.Fatalf("%s: got error %v, want tax-code-check-digit", code, err)
		}
	})
}

func FuzzParseTaxCode(f *testing.F) {
	for _, seed := range []string{"RSSMRA80A01H501U", "80087670016", "STP0102031234567", "ÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀÀ", "\xff\xfe0", "LLLLLLLLLLLLLLLL"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := person.ParseTaxCode(typed)
		if err != nil {
			errorCode(t, err)
			return
		}
		if again, err := person.ParseTaxCode(got.String()); err != nil || again != got {
			t.Errorf("%q parsed again: got %q, %v, want no change", got, again, err)
		}
	})
}
