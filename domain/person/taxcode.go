// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// TaxCodeKind is the kind of an identifier that the form accepts as a codice fiscale.
type TaxCodeKind string

// The kinds of tax code.
const (
	NaturalPerson TaxCodeKind = "persona"  // 16 characters, DM 23 December 1976
	Numeric       TaxCodeKind = "numerico" // 11 digits: a body, or a person's provisional code
	STP           TaxCodeKind = "stp"      // STP and 13 digits: a foreigner temporarily present
	ENI           TaxCodeKind = "eni"      // ENI and 13 digits: an EU citizen not enrolled in the health service
)

// TaxCode is a codice fiscale or a replacement for it (STP, ENI) in normal form: capital letters and digits without spaces. ParseTaxCode
// makes one; the zero value is no code.
type TaxCode struct {
	text string
	kind TaxCodeKind
}

// String returns the normal form. It is personal data.
func (c TaxCode) String() string { return c.text }

// Kind returns the kind of the code; empty for the zero value.
func (c TaxCode) Kind() TaxCodeKind { return c.kind }

const taxCodeFormats = "a codice fiscale of 16 characters, such as RSSMRA85T10A562S, one of 11 digits, or STP or ENI and 13 digits"

// ParseTaxCode parses a tax code in capital or small letters, with blanks, dashes and invisible
// marks anywhere. It checks only what is certain (shape, month, day,
// check character) and accepts a code that merely looks odd, because a real person's code must never be refused. A code with letters in
// place of digits (omocodia) is a code of its own and is not converted. Error: *InvalidError.
func ParseTaxCode(typed string) (TaxCode, error) {
	s := normalize(typed)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return TaxCode{}, &InvalidError{refusal.TaxCodeMissing.With(), taxCodeFormats}
	case n == 16 && isDigits(s[3:]) && s[:3] == "STP":
		return TaxCode{s, STP}, nil
	case n == 16 && isDigits(s[3:]) && s[:3] == "ENI":
		return TaxCode{s, ENI}, nil
	case n == 16:
		return parsePersonalCode(s)
	case n == 11:
		return parseNumericCode(s)
	default:
		return TaxCode{}, &InvalidError{refusal.TaxCodeLength.With(), taxCodeFormats}
	}
}

// normalize removes blanks, dashes, full stops and invisible characters, which typed and pasted text can contain, and converts a to z to
// capitals. It converts no other letter: "ſ" must not become S.
func normalize(typed string) string {
	if len(typed) > maxInputLength {
		return typed
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '-', r == '.', r == '/':
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		default:
			return r
		}
	}, plainCharacters(typed))
}

// personalCodeShape has L where a code has a letter and D where it has a digit or, by omocodia, a letter of omocodiaLetters.
const personalCodeShape = "LLLLLLDDLDDLDDDL"

// omocodiaLetters lists the letters that replace the digits 0 to 9 if two people would have the same code.
const omocodiaLetters = "LMNPQRSTUV"

// monthLetters lists the letters for January to December.
const monthLetters = "ABCDEHLMPRST"

// parsePersonalCode parses a tax code of 16 characters, also one with letters of omocodia in place of digits.
func parsePersonalCode(s string) (TaxCode, error) {
	plain := []byte(s)      // with digits in place of omocodia's letters
	for i := range len(s) { // a character outside ASCII ends the loop within the first 16 bytes
		switch at := strings.IndexByte(omocodiaLetters, s[i]); {
		case personalCodeShape[i] == 'L' && 'A' <= s[i] && s[i] <= 'Z', personalCodeShape[i] == 'D' && '0' <= s[i] && s[i] <= '9':
		case personalCodeShape[i] == 'D' && at >= 0:
			plain[i] = byte('0' + at)
		default:
			return TaxCode{}, &InvalidError{refusal.TaxCodeCharacter.With(strconv.Itoa(i + 1)), taxCodeFormats}
		}
	}
	month := strings.IndexByte(monthLetters, s[8]) + 1
	if month == 0 {
		return TaxCode{}, &InvalidError{refusal.TaxCodeMonth.With(),
			"one of " + monthLetters + " for January to December"}
	}
	year, day := twoDigits(plain[6:8]), twoDigits(plain[9:11])
	if day > 40 {
		day -= 40 // women's codes have 40 added
	}
	// The code does not contain the century. The years 2000 to 2099 have 29 February whenever the same year of another century has it.
	if born := time.Date(2000+year, time.Month(month), day, 0, 0, 0, 0, time.UTC); born.Day() != day {
		return TaxCode{}, &InvalidError{refusal.TaxCodeDay.With(),
			"01 to the last day of the month for a man, 40 more for a woman"}
	}
	if s[15] != checkCharacter(s[:15]) {
		return TaxCode{}, &InvalidError{refusal.TaxCodeCheckCharacter.With(),
			"the code exactly as it stands on the health card; one of its characters is mistyped"}
	}
	return TaxCode{s, NaturalPerson}, nil
}

// oddPositionValues holds the values of A to Z at the first, third, … position (table in DM 23 December 1976). The digits 0 to 9 have the
// values of A to J.
var oddPositionValues = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// checkCharacter computes the last character of a personal tax code from the 15 before it.
func checkCharacter(fifteen string) byte {
	sum := 0
	for i := range len(fifteen) {
		v := int(fifteen[i] - 'A')
		if fifteen[i] <= '9' {
			v = int(fifteen[i] - '0')
		}
		if i%2 == 0 {
			v = oddPositionValues[v]
		}
		sum += v
	}
	return byte('A' + sum%26)
}

// parseNumericCode checks a code of 11 digits. By Luhn's rule the sum of the digits must be a multiple of 10; each second digit is doubled,
// and 9 is subtracted from a result over 9.
func parseNumericCode(s string) (TaxCode, error) {
	if !isDigits(s) {
		return TaxCode{}, &InvalidError{refusal.TaxCodeDigits.With(), taxCodeFormats}
	}
	sum := 0
	for i := range len(s) {
		v := int(s[i] - '0')
		if i%2 == 1 {
			v *= 2
		}
		if v > 9 {
			v -= 9
		}
		sum += v
	}
	if sum%10 != 0 || s == "00000000000" {
		return TaxCode{}, &InvalidError{refusal.TaxCodeCheckDigit.With(),
			"the eleven digits exactly as they were issued; one of them is mistyped"}
	}
	return TaxCode{s, Numeric}, nil
}

// isDigits reports whether a text has digits only, and at least one.
func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// twoDigits returns the number that two digits form.
func twoDigits(two []byte) int { return int(two[0]-'0')*10 + int(two[1]-'0') }
