// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"regexp"
	"strings"
)

// normalizeForSearch is a text as Postgres can hold and find it: valid UTF-8 without NUL, and without the plurals that the
// Italian stemmer takes for something else. Texts and queries both pass through it.
func normalizeForSearch(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	return misstemmedPlurals.ReplaceAllStringFunc(text, func(plural string) string { return plural[:len(plural)-1] + "o" })
}

// misstemmedPlurals are the plurals that Snowball's Italian stemmer reads as a verb with a pronoun: it cuts «referti» to
// «ref», as if somebody were doing something to you, and so misses «referto», which is what most tickets are about.
var misstemmedPlurals = regexp.MustCompile(`(?i)\b(referti)\b`)
