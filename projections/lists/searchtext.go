// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"regexp"
	"strings"
)

// normalizeForSearch returns a text that Postgres can store and find: valid UTF-8 without NUL, with the singular for the plurals that the
// Italian stemmer gets wrong. Searchable texts and search terms must both be normalized.
func normalizeForSearch(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	return misstemmedPlurals.ReplaceAllStringFunc(text, func(plural string) string { return plural[:len(plural)-1] + "o" })
}

// misstemmedPlurals matches the plurals that Snowball's Italian stemmer takes for a verb with a pronoun. It cuts «referti» to «ref» and so
// does not find «referto», the document that most tickets are about.
var misstemmedPlurals = regexp.MustCompile(`(?i)\b(referti)\b`)
