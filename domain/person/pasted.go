// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package person

import (
	"strings"
	"unicode"
)

// plainCharacters converts text that was pasted or typed on a telephone to the characters of a keyboard: it removes invisible characters
// (directional marks of contact cards, zero-width characters, soft hyphens), and converts every Unicode blank to a space, every dash to a
// hyphen, every slash to /, and full-width characters of East Asian keyboards to ASCII. It converts no letters or digits of other scripts,
// and keeps invalid UTF-8, which the parsers refuse.
func plainCharacters(typed string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if '\uff01' <= r && r <= '\uff5e' { // full-width forms of ! to ~
			r -= '\uff01' - '!'
		}
		switch {
		case isInvisible(r):
			return -1
		case unicode.IsSpace(r), r == '\u2800': // Braille blank
			return ' '
		case unicode.Is(unicode.Pd, r), strings.ContainsRune("\u2212\u2043\u02d7", r): // minus, hyphen bullet, modifier minus
			return '-'
		case strings.ContainsRune("\u2044\u2215\u29f8", r): // fraction, division, big solidus
			return '/'
		default:
			return r
		}
	}, typed))
}

// isInvisible reports whether a character has no shape of its own and takes no place.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || // format characters
		strings.ContainsRune("\u034f\u115f\u1160\u3164\uffa0\ufffc", r) || // joiner, Hangul fillers, place of an object
		unicode.IsControl(r) && !unicode.IsSpace(r) && r != 0 // of a scanner or a terminal
}
