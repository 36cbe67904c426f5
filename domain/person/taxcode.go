// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/refusal"
)

// TaxCodeKind tells the identifiers apart that the form takes for a codice fiscale.
type TaxCodeKind string

// The kinds of tax code.
const (
	NaturalPerson TaxCodeKind = "persona"  // 16 characters, DM 23 December 1976
	Numeric       TaxCodeKind = "numerico" // 11 digits: a body, or a person's provisional code
	STP           TaxCodeKind = "stp"      // STP and 13 digits: a foreigner temporarily present
	ENI           TaxCodeKind = "eni"      // ENI and 13 digits: a European who is not enrolled
)

// TaxCode is a codice fiscale, or what stands in its place, in normal form: capitals and digits, no spaces.
// ParseTaxCode makes one; the zero value is none.
type TaxCode struct {
	text string
	kind TaxCodeKind
}

// String is the normal form. It is a personal datum.
func (c TaxCode) String() string { return c.text }

// Kind tells what sort of code it is; empty for the zero value.
func (c TaxCode) Kind() TaxCodeKind { return c.kind }

const taxCodeFormats = "a codice fiscale of 16 characters, such as RSSMRA85T10A562S, one of 11 digits, or STP or ENI and 13 digits"

// ParseTaxCode reads a tax code as a person types it: capitals or not, spaces anywhere. It judges what cannot
// be otherwise (shape, month, day, check character) and nothing that merely looks odd: a real person's code must
// never be refused. Codes with letters in the place of digits (omocodia) are codes of their own and stay as they
// are. Errors are *InvalidError.
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

// normalize leaves out white space and the invisible marks that come along when text is pasted, and raises a to z
// and no other letter: "ſ" must not become S.
func normalize(typed string) string {
	if len(typed) > maxInputLength {
		return typed
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		default:
			return r
		}
	}, typed)
}

// personalCodeShape has a letter where the code has one, and a digit where it has a digit or, by omocodia, one of omocodia.
const personalCodeShape = "LLLLLLDDLDDLDDDL"

// omocodiaLetters lists the letters that stand for 0 to 9 where two people would share a code.
const omocodiaLetters = "LMNPQRSTUV"

// monthLetters lists the letters of January to December.
const monthLetters = "ABCDEHLMPRST"

func parsePersonalCode(s string) (TaxCode, error) {
	plain := []byte(s)      // digits where omocodia put letters
	for i := range len(s) { // what is not ASCII stops it within sixteen bytes
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
		day -= 40 // a woman's
	}
	// The century is not in the code; 2000 to 2099 has the 29 February of every year that may be meant.
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

// oddPositionValues has, for 0 to 9 and for A to Z alike, the values in the first, third … place (DM 23 December 1976, table);
// digits count like the first ten letters.
var oddPositionValues = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

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

// parseNumericCode checks eleven digits: the last makes the sum a multiple of ten, every second one counting double,
// with nine taken off what passes nine (Luhn).
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

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func twoDigits(two []byte) int { return int(two[0]-'0')*10 + int(two[1]-'0') }
