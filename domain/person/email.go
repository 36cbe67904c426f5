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
	// localPart matches a dot-atom (RFC 5322) in ASCII. Quoted and internationalised local parts are refused, because not every mail
	// server delivers to them.
	localPart  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	mailScheme = regexp.MustCompile(`(?i)^mailto: *`)
	// hostName matches a name of two or more labels, the last of which begins with a letter.
	hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
)

// ParseEmail parses an e-mail address as people type and paste it, and returns its normal form: without surrounding blanks, invisible
// characters and «mailto:», with the domain in lower case. Error: *InvalidError.
func ParseEmail(typed string) (string, error) {
	s := typed
	if len(s) <= maxInputLength { // a longer one is refused for its length
		s = mailScheme.ReplaceAllString(plainCharacters(s), "")
	}
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
