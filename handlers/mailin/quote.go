// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailin

import (
	"regexp"
	"strings"
	"unicode"
)

// How the mail programs that people here use mark what is not the sender's answer. A line counts only with what no
// sentence of a person has, a time of day or an address, for what is taken off is never seen by an operator.
var (
	attribution = regexp.MustCompile(`(?i)^(il|in data|on)\b.*(\d{1,2}[:.]\d{2}|@).*\b(ha scritto|wrote)\s*:$`)
	attributed  = regexp.MustCompile(`(?i)^(il|in data|on)\b`)
	original    = regexp.MustCompile(`(?i)^[-_ ]{2,}\s*(messaggio originale|original message)\s*[-_ ]*$`)
	forwarded   = regexp.MustCompile(`(?i)^(inizio messaggio inoltrato|begin forwarded message):?$|^[-_ ]{2,}\s*(messaggio inoltrato|forwarded message)\s*[-_ ]*$`)
	headBegins  = regexp.MustCompile(`(?i)^\*?(da|from|mittente)\b\*?(:\*?\s*\S|\s.*@)`)
	headGoesOn  = regexp.MustCompile(`(?i)^\*?(inviato|sent|data|date|oggetto|subject)\b\*?(:|\s)`)
	rule        = regexp.MustCompile(`^[-_]{5,}$`)
	device      = regexp.MustCompile(`(?i)^((inviato|sent|scritto) (da|dal|con|from) (il )?(mio |my )?(iphone|ipad|android|smartphone|cellulare|dispositivo|samsung|huawei|tiscali|libero|outlook|proton ?mail|mail|posta|yahoo|tim)\b|(ottieni|scarica|get) outlook\b).{0,60}$`)
)

// maxIntroduction is the longest line, with those that it is broken into, that may introduce a quotation, in bytes.
const maxIntroduction = 400

// written is what the sender wrote: without what is quoted and without signatures. An answer below or between quoted
// lines is kept, and so is what is forwarded: that is sent for us to see. It holds no line that the mail does not hold.
func written(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var kept []string
	signing := false
	for i := 0; i < len(lines); i++ {
		line := bare(lines[i])
		n := introduction(lines[i:])
		switch {
		case strings.HasPrefix(line, ">"):
			signing = false
		case n > 0 && strings.HasPrefix(first(lines[i+n:]), ">"):
			i, signing = i+n-1, false
		case n > 0, original.MatchString(line), headed(line, lines[i+1:]): // nothing marks where the quotation ends
			return join(kept)
		case rule.MatchString(line) && begins(lines[i+1:]):
			return join(kept)
		case forwarded.MatchString(line):
			return join(append(kept, lines[i:]...))
		case line == "--":
			signing = true
		case signing, device.MatchString(line):
		default:
			kept = append(kept, lines[i])
		}
	}
	return join(kept)
}

func join(lines []string) string {
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// bare is a line without what takes no room: spaces at its ends, and the marks that some programs put before it.
func bare(line string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, line))
}

// first is the first line that is not empty, bare.
func first(lines []string) string {
	for _, line := range lines {
		if b := bare(line); b != "" {
			return b
		}
	}
	return ""
}

// introduction is how many lines say «Il giorno … ha scritto:»; programs break it into up to three. 0: it is none.
func introduction(lines []string) int {
	if !attributed.MatchString(bare(lines[0])) {
		return 0
	}
	all := ""
	for n := range min(3, len(lines)) {
		line := bare(lines[n])
		if all += " " + line; line == "" || len(all) > maxIntroduction {
			return 0
		}
		if attribution.MatchString(all[1:]) {
			return n + 1
		}
	}
	return 0
}

// begins tells whether the head of a quoted mail is what comes next.
func begins(lines []string) bool {
	for i, line := range lines {
		if b := bare(line); b != "" {
			return headed(b, lines[i+1:])
		}
	}
	return false
}

// headed tells whether a line begins the head of a quoted mail: «Da: …», with «Inviato: …» or «Oggetto: …» soon after.
func headed(line string, next []string) bool {
	if !headBegins.MatchString(line) {
		return false
	}
	for _, l := range next[:min(8, len(next))] {
		if headGoesOn.MatchString(bare(l)) {
			return true
		}
	}
	return false
}
