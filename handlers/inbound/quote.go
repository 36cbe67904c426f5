// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"regexp"
	"strings"
	"unicode"
)

// Patterns by which common mail programs mark quotations and signatures. Operators never see the text that is removed, so a pattern for an
// attribution or a quoted header must contain something that sentences of people do not have, such as a time of day or an address.
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

// maxAttribution is the maximum length, in bytes, of an attribution («Il giorno … ha scritto:»), with all its lines.
const maxAttribution = 400

// stripQuotes returns the text that the sender wrote, without quotations and signatures. It keeps answers below and between quoted lines,
// and forwarded mails, because the sender wants us to read them. Each line of the result is a line of the mail.
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
		case n > 0, originalMessage.MatchString(line), isQuotedHeader(line, lines[i+1:]): // the end of the quotation is not marked
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

// trimLine returns a line without surrounding spaces and without invisible characters, which some programs put before lines.
func trimLine(line string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, line))
}

// firstNonEmpty returns the first line that trimLine does not make empty, trimmed; "" if there is none.
func firstNonEmpty(lines []string) string {
	for _, line := range lines {
		if b := trimLine(line); b != "" {
			return b
		}
	}
	return ""
}

// attributionLines returns the number of lines, 1 to 3, of an attribution («Il giorno … ha scritto:») at the beginning of lines; 0 if there
// is none.
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

// startsQuotedHeader reports whether the first line that is not empty begins the header of a quoted mail.
func startsQuotedHeader(lines []string) bool {
	for i, line := range lines {
		if b := trimLine(line); b != "" {
			return isQuotedHeader(b, lines[i+1:])
		}
	}
	return false
}

// isQuotedHeader reports whether a line begins the header of a quoted mail: «Da: …», with «Inviato: …», «Oggetto: …» or the like in the
// next 8 lines.
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
