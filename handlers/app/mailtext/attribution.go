// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"
)

// cutAttributed cuts what follows an attribution («Il giorno … ha scritto:») that a mail program wrote: the quoted lines directly below it,
// or, if it names us and nothing is marked below it, the rest of the mail. Where a program quotes in this way, all quoted lines are its.
func (q *quoter) cutAttributed() {
	found, answered := false, false // answered: a text of the sender stands above
	for i := 0; i < len(q.lines); i++ {
		n := q.attribution(i)
		if n == 0 || q.lines[i].kept {
			answered = answered || !q.cut[i] && len(words(q.lines[i].text)) > 0
			continue
		}
		below, ours := q.next(i+n), q.sent.isOurs(q.textOf(i, i+n))
		switch {
		case below < len(q.lines) && (q.isQuotedLine(below) || q.lines[below].marked), ours && q.isQuotedLine(i):
			found = true
			q.cutRange(i, i+n)
		case ours && q.isWrittenByProgram(i, n, answered):
			q.cutRange(i, len(q.lines))
			return
		}
		i += n - 1
	}
	for i := 0; i < len(q.lines); i++ {
		end := i
		for end < len(q.lines) && q.isQuotedLine(end) {
			end++
		}
		if end == i {
			continue
		}
		if q.isForwarded(i, end) {
			i = end
			continue
		}
		if found || q.sent.hasAddress(q.textOf(i, end)) || q.holdsOurs(i, end) {
			q.cutRange(i, end)
			q.cutRange(q.foreignAttribution(i), i)
		}
		i = end
	}
}

// isWrittenByProgram reports whether an attribution that names us, above text without marks, is a mail program's and no sentence of a person:
// our mail stands below it, or it holds our address in angle brackets and the answer stands above it.
func (q *quoter) isWrittenByProgram(i, n int, answered bool) bool {
	text := q.textOf(i, i+n)
	if !q.sent.hasAddress(text) && !clock.MatchString(text) {
		return false
	}
	return answered && q.sent.hasAddress(mailbox.FindString(text)) || q.holdsOurs(i+n, len(q.lines))
}

var mailbox = regexp.MustCompile(`<\s*[^<>\s]+@[^<>\s]+\s*>`)

// foreignAttribution returns where the attribution, in any language, begins that stands directly above quoted lines of ours at i: up to three
// lines that name us, of which the last ends with a colon; i if there is none.
func (q *quoter) foreignAttribution(i int) int {
	last := i - 1
	for last >= 0 && trim(q.lines[last].text) == "" {
		last--
	}
	if last < 0 || q.lines[last].kept || !strings.HasSuffix(q.bare(last), ":") && !strings.HasSuffix(q.bare(last), "：") {
		return i
	}
	for from := last; from >= max(0, last-2) && q.bare(from) != "" && !q.isQuotedLine(from); from-- {
		if q.sent.isOurs(q.textOf(from, last+1)) {
			return from
		}
	}
	return i
}

var clock = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)

const (
	maxAttribution      = 400 // bytes
	maxAttributionLines = 4
)

// attribution returns the number of lines of an attribution that begins at a line; 0 if there is none.
func (q *quoter) attribution(i int) int {
	if i < 0 || !attributionStart.MatchString(q.bare(i)) {
		return 0
	}
	all := ""
	for n := 0; n < maxAttributionLines && i+n < len(q.lines); n++ {
		b := q.bare(i + n)
		if n > 0 && (q.isQuotedLine(i+n) != q.isQuotedLine(i) || attributionStart.MatchString(b) && clock.MatchString(b)) {
			return 0
		}
		if all += " " + b; b == "" || len(all) > maxAttribution {
			return 0
		}
		if attributionEnd.MatchString(all[1:]) && !personalVerb.MatchString(all) {
			return n + 1
		}
	}
	return 0
}
