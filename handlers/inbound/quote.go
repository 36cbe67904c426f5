// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"regexp"
	"strings"
	"unicode"
)

// How the mail programs that people here use mark what is not the sender's answer. A line counts only with what no
// sentence of a person has, a time of day or an address, for what is taken off is never seen by an operator.
var (
	attribution       = regexp.MustCompile(`(?i)^(il|in data|on)\b.*(\d{1,2}[:.]\d{2}|@).*\b(ha scritto|wrote)\s*:$`)
	attributionStart  = regexp.MustCompile(`(?i)^(il|in data|on)\b`)
	originalMessage   = regexp.MustCompile(`(?i)^[-_ ]{2,}\s*(messaggio originale|original message)\s*[-_ ]*$`)
	forwardedMessage  = regexp.MustCompile(`(?i)^(inizio messaggio inoltrato|begin forwarded message):?$|^[-_ ]{2,}\s*(messaggio inoltrato|forwarded message)\s*[-_ ]*$`)
	quotedHeaderStart = regexp.MustCompile(`(?i)^\*?(da|from|mittente)\b\*?(:\*?\s*\S|\s.*@)`)
	quotedHeaderNext  = regexp.MustCompile(`(?i)^\*?(inviato|sent|data|date|oggetto|subject)\b\*?(:|\s)`)
	separatorLine     = regexp.MustCompile(`^[-_]{5,}$`)
	deviceSignature   = regexp.MustCompile(`(?i)^((inviato|sent|scritto) (da|dal|con|from) (il )?(mio |my )?(iphone|ipad|android|smartphone|cellulare|dispositivo|samsung|huawei|tiscali|libero|outlook|proton ?mail|mail|posta|yahoo|tim)\b|(ottieni|scarica|get) outlook\b).{0,60}$`)
)

// maxAttribution is the longest line, with those that it is broken into, that may introduce a quotation, in bytes.
const maxAttribution = 400

// stripQuotes is what the sender wrote: without what is quoted and without signatures. An answer below or between quoted
// lines is kept, and so is what is forwarded: that is sent for us to see. It holds no line that the mail does not hold.
func stripQuotes(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var kept []string
	signing := false
	for i := 0; i < len(lines); i++ {
		line := trimLine(lines[i])
		n := attributionLines(lines[i:])
		switch {
		case strings.HasPrefix(line, ">"):
			signing = false
		case n > 0 && strings.HasPrefix(firstNonEmpty(lines[i+n:]), ">"):
			i, signing = i+n-1, false
		case n > 0, originalMessage.MatchString(line), isQuotedHeader(line, lines[i+1:]): // nothing marks where the quotation ends
			return joinLines(kept)
		case separatorLine.MatchString(line) && startsQuotedHeader(lines[i+1:]):
			return joinLines(kept)
		case forwardedMessage.MatchString(line):
			return joinLines(append(kept, lines[i:]...))
		case line == "--":
			signing = true
		case signing, deviceSignature.MatchString(line):
		default:
			kept = append(kept, lines[i])
		}
	}
	return joinLines(kept)
}

func joinLines(lines []string) string {
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// trimLine is a line without what takes no room: spaces at its ends, and the marks that some programs put before it.
func trimLine(line string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, line))
}

// firstNonEmpty is the first line that is not empty, bare.
func firstNonEmpty(lines []string) string {
	for _, line := range lines {
		if b := trimLine(line); b != "" {
			return b
		}
	}
	return ""
}

// attributionLines is how many lines say «Il giorno … ha scritto:»; programs break it into up to three. 0: it is none.
func attributionLines(lines []string) int {
	if !attributionStart.MatchString(trimLine(lines[0])) {
		return 0
	}
	all := ""
	for n := range min(3, len(lines)) {
		line := trimLine(lines[n])
		if all += " " + line; line == "" || len(all) > maxAttribution {
			return 0
		}
		if attribution.MatchString(all[1:]) {
			return n + 1
		}
	}
	return 0
}

// startsQuotedHeader tells whether the head of a quoted mail is what comes next.
func startsQuotedHeader(lines []string) bool {
	for i, line := range lines {
		if b := trimLine(line); b != "" {
			return isQuotedHeader(b, lines[i+1:])
		}
	}
	return false
}

// isQuotedHeader tells whether a line begins the head of a quoted mail: «Da: …», with «Inviato: …» or «Oggetto: …» soon after.
func isQuotedHeader(line string, next []string) bool {
	if !quotedHeaderStart.MatchString(line) {
		return false
	}
	for _, l := range next[:min(8, len(next))] {
		if quotedHeaderNext.MatchString(trimLine(l)) {
			return true
		}
	}
	return false
}
