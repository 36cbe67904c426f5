// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed data/courtesies.txt
var courtesyList string

// courtesies lists the courtesy phrases of data/courtesies.txt, in the form of normalizeWords, the longest first.
var courtesies = func() []string {
	var all []string
	for line := range strings.Lines(courtesyList) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}()

// isCourtesy reports whether a text contains only courtesy phrases and, at its end, words of the sender's name. Such a text asks nothing
// and answers nothing.
func isCourtesy(text, name string) bool {
	rest, signed := normalizeWords(text), strings.Fields(normalizeWords(name))
	for n := 0; rest != ""; n++ {
		i := slices.IndexFunc(courtesies, func(c string) bool { return rest == c || strings.HasPrefix(rest, c+" ") })
		if i < 0 {
			return n > 0 && !slices.ContainsFunc(strings.Fields(rest), func(word string) bool { return !slices.Contains(signed, word) })
		}
		if rest = strings.TrimSpace(strings.TrimPrefix(rest, courtesies[i])); rest == "" {
			return true
		}
	}
	return false
}

// deviceSignature matches the lines that telephones and mail providers append: a verb, the name of a device or a program, and words that
// belong to such names. A line with other words is a sentence.
var deviceSignature = regexp.MustCompile(`(?i)^((inviato|spedito|sent|scritto|gesendet|envoyé|trimis)\s+(da|dal|con|via|from|von|de|depuis|de pe|dall.app( gratuita)?( di)?|con l.e-?mail sicura|with|using|securely with)|` +
	`von|ottieni|scarica|get)\s+(il )?(mio |my |mon |meinem )?` + devices + `(\W+(` + devices + `|per|su|for|on|di|app|pro|max|plus|ultra|note|secure|email|gesendet|[a-z]{0,3}\d+[a-z]{0,3}|https?://\S+))*\W*$`)

const devices = `(iphone|ipad|android|ios|smartphone|telefono|telefonino|cellulare|tablet|dispositivo|samsung|galaxy|huawei|honor|xiaomi|redmi|oppo|realme|motorola|nokia|windows|` +
	`tiscali|libero|virgilio|alice|outlook|proton ?mail|proton|bluemail|thunderbird|gmail|mail|posta|yahoo|tim|mobile)`

// withoutDeviceSignature returns a text without such lines.
func withoutDeviceSignature(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !deviceSignature.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// normalizeWords returns a text in the form of the list of courtesies: lower case, without accents and punctuation, words and symbols
// (such as emoji) separated by one space. Question marks stay.
func normalizeWords(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r): // an accent
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.Is(unicode.So, r):
			b.WriteString(" " + string(r) + " ")
		case r == '?': // a text with a question is not a courtesy
			b.WriteString(" ? ")
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
