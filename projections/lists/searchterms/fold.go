// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package searchterms turns the data of a ticket into the lexemes that a search finds, and what people type into a query over them. Both
// sides are normalised by the same functions. Names, numbers and texts are lexemes as they are, as rows of lists hold them anyway. A tax
// code, a telephone number, an e-mail address and a payment identifier are in no column: their lexemes are keyed hashes of their prefixes.
package searchterms

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Words returns a text as a search sees it: words of letters and digits without accents, separated by one space. It is valid UTF-8 without
// NUL, and has the singular for the plurals that the Italian stemmer gets wrong.
func Words(text string) string {
	words := strings.Join(split(fold(text)), " ")
	return misstemmedPlurals.ReplaceAllStringFunc(words, func(plural string) string { return plural[:len(plural)-1] + "o" })
}

// misstemmedPlurals matches the plurals that Snowball's Italian stemmer takes for a verb with a pronoun. It cuts «referti» to «ref» and so
// does not find «referto», the document that most tickets are about.
var misstemmedPlurals = regexp.MustCompile(`\b(referti)\b`)

// split returns the words of a folded text: runs of letters and digits.
func split(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// fold returns a text in lower case without accents. Letters that Unicode does not take apart are written as people without them type them.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(text, " ")) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		r = unicode.ToLower(r)
		if plain, ok := letters[r]; ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n",
}

// germanUmlauts writes umlauts as German passports do.
var germanUmlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ø", "oe", "Ø", "oe", "å", "aa", "Å", "aa")

// umlautVowels reads the spelling of germanUmlauts back.
var umlautVowels = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

// spellings returns a name as people type it, folded: without umlauts, and with the two letters that stand for them.
func spellings(name string) []string {
	plain, german := fold(name), fold(germanUmlauts.Replace(norm.NFC.String(name)))
	if plain == german {
		return []string{plain}
	}
	return []string{plain, german}
}
