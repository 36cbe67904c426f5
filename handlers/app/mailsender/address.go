// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailsender

import (
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddress is the maximum length, in bytes, of an address (RFC 5321: 64 and 255, and the sign between them).
const maxAddress = 320

// NormalAddress returns an address with its domain in lower case and in ASCII (IDN), so that letters that only look alike are seen. The
// local part stays as it is.
func NormalAddress(address string) string {
	address = strings.Trim(strings.TrimSpace(address), "<>")
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return plainAddress(address)
	}
	local, domain := address[:at], strings.TrimSuffix(strings.TrimSpace(address[at+1:]), ".")
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return plainAddress(local + "@" + asciiLower(domain))
}

// plainAddress returns an address without what would disturb the text around it: control and format characters, and more than maxAddress bytes.
func plainAddress(address string) string {
	address = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(address, "\uFFFD"))
	if len(address) > maxAddress {
		address = strings.ToValidUTF8(address[:maxAddress], "")
	}
	return address
}

// asciiLower returns a text with the letters A to Z in lower case. Other letters stay: the Kelvin sign is no k.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// SameAddress reports whether two addresses are the same mailbox, whatever the case of their ASCII letters: people type a capital letter
// into the form, and no provider that citizens use tells them apart. An address with a plus sign is another one.
func SameAddress(a, b string) bool {
	return a != "" && asciiLower(NormalAddress(a)) == asciiLower(NormalAddress(b))
}

// DomainOf returns the domain of an address; "" if it has none.
func DomainOf(address string) string {
	normal := NormalAddress(address)
	return normal[strings.LastIndexByte(normal, '@')+1:]
}

var (
	// srs matches the local part of a sender that a forwarding server rewrote: it holds the domain and the local part before.
	srs = regexp.MustCompile(`(?i)^SRS0[=+-][^=]+=[^=]+=([^=]+)=(.+)$|^SRS1[=+-][^=]+=[^=]+=+[^=]+=[^=]+=([^=]+)=(.+)$`)
	// signedSender matches the local part of a sender with a signature against forged bounces (BATV).
	signedSender = regexp.MustCompile(`(?i)^prvs=[0-9a-z]+=(.+)$`)
)

// EnvelopeAddress returns the sender in the SMTP envelope in its normal form, without what forwarding servers (SRS) and signatures against
// forged bounces (BATV) add.
func EnvelopeAddress(from string) string {
	normal := NormalAddress(from)
	at := strings.LastIndexByte(normal, '@')
	if at < 0 {
		return normal
	}
	if m := srs.FindStringSubmatch(normal[:at]); m != nil {
		return NormalAddress(m[2] + m[4] + "@" + m[1] + m[3])
	}
	if m := signedSender.FindStringSubmatch(normal[:at]); m != nil {
		return m[1] + normal[at:]
	}
	return normal
}
