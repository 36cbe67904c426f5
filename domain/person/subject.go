// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

// IDFromSubject returns the person id for the subject of a ticket.opened.v1 event, which is a keyed hash of the tax code in hex: the first
// 122 bits of the hash as a UUID of version 8. Equal subjects have equal ids. Without the key of the hash nobody can compute the id from
// the tax code. A text of another length is returned as it is.
//
// The function person.id_of of the database computes the same. Both are part of what is stored and must never change.
func IDFromSubject(subject string) string {
	const hashLength = 64 // hex digits of SHA-256
	if len(subject) != hashLength {
		return subject
	}
	const variants = "89ab" // of RFC 9562, by the two bits that stay
	variant := variants[hexDigit(subject[16])%4]
	return subject[:8] + "-" + subject[8:12] + "-8" + subject[13:16] + "-" + string(variant) + subject[17:20] + "-" + subject[20:32]
}

// hexDigit returns the value of a lower-case hexadecimal digit.
func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}
