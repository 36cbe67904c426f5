// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
)

const phoneFormat = "one number of 6 to 15 digits, with a country code after + or 00 or without one, such as +39 011 1234567; blanks, " +
	"full stops, dashes, / and ( ) between them; an extension after «int.»"

var (
	// phoneLabel matches what people and contact cards write before a number.
	phoneLabel = regexp.MustCompile(`(?i)^(tel(efono|ephone)?|cell(ulare)?|mobile|mob|phone|fisso|t)\b[.: ]*`)
	// phoneExtension matches an extension at the end of a number, with up to 6 digits. «;ext=» is the form of RFC 3966.
	phoneExtension = regexp.MustCompile(`(?i)^(.*[0-9)])[ ,.;/-]*(?:;ext=|\b(?:interno|int|est|ext|extension|derivazione)\b|#|x)[. :=-]*([0-9]{1,6})$`)
)

// ParsePhone parses an Italian or international telephone number as people type and paste it, and returns its normal form: the digits, with
// a leading + if a country code was typed, and ";ext=" with the digits of the extension, if there is one (RFC 3966). It adds no country code
// to a number without one. Error: *InvalidError.
func ParsePhone(typed string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		return "", &InvalidError{refusal.PhoneMissing.With(), phoneFormat}
	}
	if len(typed) > maxInputLength {
		return "", &InvalidError{refusal.PhoneTooLong.With(), phoneFormat}
	}
	s, extension := plainCharacters(typed), ""
	s = phoneLabel.ReplaceAllString(s, "")
	if m := phoneExtension.FindStringSubmatch(s); m != nil {
		s, extension = m[1], ";ext="+m[2]
	}
	if s == "" {
		return "", &InvalidError{refusal.PhoneMissing.With(), phoneFormat}
	}
	number, err := phoneNumber(s)
	if err != nil {
		return "", err
	}
	return number + extension, nil
}

// phoneNumber returns the normal form of a number without extension. s has the characters of a keyboard.
func phoneNumber(s string) (string, error) {
	var typed strings.Builder
	open, plus, trunk := false, false, -1
	for i, r := range s {
		switch {
		case '0' <= r && r <= '9':
			if r == '0' && open && strings.HasPrefix(s[i+1:], ")") && s[i-1] == '(' {
				trunk = typed.Len()
			}
			typed.WriteRune(r)
		case r == '+' && !plus && typed.Len() == 0:
			plus = true
		case strings.ContainsRune(` -/\.·•`, r):
		case (r == '(' || r == '[') && !open, (r == ')' || r == ']') && open:
			open = !open
		default:
			return "", &InvalidError{refusal.PhoneCharacter.With(), phoneFormat}
		}
	}
	if open {
		return "", &InvalidError{refusal.PhoneParenthesis.With(), phoneFormat}
	}
	digits, zeros := typed.String(), false
	if !plus {
		digits, zeros = strings.CutPrefix(digits, "00")
		if zeros {
			trunk -= 2
		}
	}
	hasCountryCode := plus || zeros
	if hasCountryCode && trunk > 0 && !strings.HasPrefix(digits, "39") { // +44 (0)20: abroad this 0 is not dialled, in Italy it is
		digits = digits[:trunk] + digits[trunk+1:]
	}
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
