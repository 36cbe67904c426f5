// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
)

const phoneFormat = "6 to 15 digits, with a country code after + or 00 or without one, such as +39 011 1234567; spaces, -, / and ( ) between them"

// ParsePhone parses an Italian or international telephone number and returns its normal form: the digits, with a leading + if a country
// code was typed. It adds no country code to a number without one. Error: *InvalidError.
func ParsePhone(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	if s == "" {
		return "", &InvalidError{refusal.PhoneMissing.With(), phoneFormat}
	}
	if len(s) > maxInputLength {
		return "", &InvalidError{refusal.PhoneTooLong.With(), phoneFormat}
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
			return "", &InvalidError{refusal.PhoneCharacter.With(), phoneFormat}
		}
	}
	if open {
		return "", &InvalidError{refusal.PhoneParenthesis.With(), phoneFormat}
	}
	digits, zeros := number.String(), false
	if !plus {
		digits, zeros = strings.CutPrefix(digits, "00")
	}
	hasCountryCode := plus || zeros
	if len(digits) < 6 || len(digits) > 15 { // 15: ITU-T E.164
		return "", &InvalidError{refusal.PhoneLength.With(), phoneFormat}
	}
	if !hasCountryCode {
		return digits, nil
	}
	if digits[0] == '0' {
		return "", &InvalidError{refusal.PhoneCountryCode.With(), phoneFormat}
	}
	return "+" + digits, nil
}
