// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import "strings"

const phoneFormat = "6 to 15 digits, with a country code after + or 00 or without one, such as +39 011 1234567; spaces, -, / and ( ) between them"

// ParsePhone reads an Italian or international telephone number and gives its normal form: the digits, after a +
// where a country code was written. A number without one stays without one: it is how its owner dials it.
// Errors are *InvalidError.
func ParsePhone(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	if s == "" {
		return "", &InvalidError{"phone-missing", "there is no telephone number", phoneFormat}
	}
	if len(s) > maxInputLength {
		return "", &InvalidError{"phone-length", "the telephone number has more than 15 digits", phoneFormat}
	}
	var number strings.Builder
	open, plus := false, false
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			number.WriteRune(r)
		case r == '+' && !plus && number.Len() == 0:
			plus = true
		case r == ' ', r == '-', r == '/':
		case r == '(' && !open, r == ')' && open:
			open = !open
		default:
			return "", &InvalidError{"phone-character", "the telephone number holds a character that cannot stand there", phoneFormat}
		}
	}
	if open {
		return "", &InvalidError{"phone-character", "a parenthesis in the telephone number is not closed", phoneFormat}
	}
	digits, zeros := number.String(), false
	if !plus {
		digits, zeros = strings.CutPrefix(digits, "00")
	}
	abroad := plus || zeros
	if len(digits) < 6 || len(digits) > 15 { // 15: ITU-T E.164
		return "", &InvalidError{"phone-length", "the telephone number has fewer than 6 digits or more than 15", phoneFormat}
	}
	if !abroad {
		return digits, nil
	}
	if digits[0] == '0' {
		return "", &InvalidError{"phone-country-code", "no country code begins with 0", phoneFormat}
	}
	return "+" + digits, nil
}
