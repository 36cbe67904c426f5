// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
)

const emailFormat = "one address such as nome.cognome@example.it, at most 254 characters, without a name around it"

var (
	// localPart is a dot-atom (RFC 5322) in ASCII: neither quoted nor internationalised, which not every
	// mail server on the way delivers.
	localPart = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	// hostName is two labels or more, the last not a number.
	hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
)

// ParseEmail reads an e-mail address and gives its normal form: no spaces around, the domain in small letters.
// Errors are *InvalidError.
func ParseEmail(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	if s == "" {
		return "", &InvalidError{refusal.EmailMissing.With(), emailFormat}
	}
	if len(s) > 254 { // RFC 5321, 4.5.3.1.3, without the angle brackets
		return "", &InvalidError{refusal.EmailLength.With(), emailFormat}
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return "", &InvalidError{refusal.EmailShape.With(), emailFormat}
	}
	at := strings.LastIndexByte(s, '@')
	local, domain := s[:at], strings.ToLower(s[at+1:])
	if len(local) > 64 || !localPart.MatchString(local) {
		return "", &InvalidError{refusal.EmailLocalPart.With(),
			"up to 64 unaccented letters, digits and signs, with single full stops between them"}
	}
	if !hostName.MatchString(domain) {
		return "", &InvalidError{refusal.EmailDomain.With(),
			"a domain with a full stop, such as example.it; an accented one in its xn-- form"}
	}
	return local + "@" + domain, nil
}
