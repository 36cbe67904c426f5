// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"strings"
)

// Sent describes what this installation sends, so that it is recognised where a mail quotes it.
type Sent struct {
	Name      string                    // display name of our mails
	IsAddress func(address string) bool // reports whether an address is one of ours
	Texts     []string                  // texts of our mails about the ticket
	Replies   []string                  // earlier texts of the sender, which a quotation may hold below ours
}

// namesOther reports whether a header of a quoted mail names an address that is not ours.
func (s Sent) namesOther(text string) bool {
	return looseAddress.MatchString(text) && !s.hasAddress(text)
}

// isOurs reports whether the header or attribution of a quoted mail names us as its sender.
func (s Sent) isOurs(text string) bool {
	if s.hasAddress(text) {
		return true
	}
	return s.Name != "" && strings.Contains(strings.ToLower(text), strings.ToLower(s.Name))
}

// hasAddress reports whether a text contains an address of ours.
func (s Sent) hasAddress(text string) bool {
	if s.IsAddress == nil || !strings.Contains(text, "@") {
		return false
	}
	for _, a := range FindAddresses(text) {
		if s.IsAddress(strings.Trim(a, ".'*[]")) {
			return true
		}
	}
	return false
}

// Split returns the text that the sender wrote, and what is a quotation: what we sent ourselves, or what a mail program marks as a
// quotation. All else is the sender's, such as forwarded mails, indented lines and sentences that look like a header. Every line of the mail
// is in one of the two. signed is true if the only cut is a signature below the mark of RFC 3676.
func (m *Message) Split(sent Sent) (text, quoted string, signed bool) {
	q := quoter{lines: m.lines, cut: make([]bool, len(m.lines)), sent: sent, ours: newCorpus(sent.Name, sent.Texts), own: map[int]bool{}}
	q.cutMarked()
	q.cutAttributed()
	q.cutHeaders()
	q.cutCarried()
	q.cutUnmarked()
	q.keepAnswers()
	signed = q.cutSignature()
	var kept, rest []line
	for i, l := range m.lines {
		if q.cut[i] {
			rest = append(rest, l)
		} else {
			kept = append(kept, l)
		}
	}
	return joinLines(kept), joinLines(rest), signed
}

// quoter decides which lines of a mail are quotations.
type quoter struct {
	lines []line
	cut   []bool
	sent  Sent
	ours  *corpus
	own   map[int]bool // of the lines that were compared with ours
}

// bare returns a line without quotation marks, surrounding spaces and emphasis.
func (q *quoter) bare(i int) string {
	return strings.Trim(trim(strings.TrimLeft(trim(q.lines[i].text), "> |")), "*")
}

// isQuotedLine reports whether a line has a quotation mark of a plain mail, or is in an indented block of an HTML mail.
func (q *quoter) isQuotedLine(i int) bool {
	return !q.lines[i].kept && (strings.HasPrefix(trim(q.lines[i].text), ">") || q.lines[i].indented)
}

// next returns the first line from i on that is not empty; len(lines) if there is none.
func (q *quoter) next(i int) int {
	for i < len(q.lines) && trim(strings.TrimLeft(trim(q.lines[i].text), "> ")) == "" {
		i++
	}
	return i
}

// cutMarked cuts what a mail program marks as quoted, unless the sender forwards somebody else's mail in it.
func (q *quoter) cutMarked() {
	for i := 0; i < len(q.lines); i++ {
		if !q.lines[i].marked {
			continue
		}
		end := i
		for end < len(q.lines) && (q.lines[end].marked || trim(q.lines[end].text) == "") {
			end++
		}
		if !q.isForwarded(i, end) {
			q.cutRange(i, end)
			if before := q.previous(i); before >= 0 && (q.lines[before].attribution || q.attribution(before) > 0) && !q.lines[before].kept {
				for before > 0 && q.lines[before-1].attribution {
					before--
				}
				q.cutRange(before, i)
			}
		}
		i = end
	}
}

// previous returns the last line before i that is not empty, or the first line of the attribution that ends there; -1 if there is none.
func (q *quoter) previous(i int) int {
	for i--; i >= 0 && trim(q.lines[i].text) == ""; i-- {
	}
	for start := max(0, i-maxAttributionLines+1); start < i; start++ {
		if n := q.attribution(start); n > 0 && start+n == i+1 {
			return start
		}
	}
	return i
}

func (q *quoter) cutRange(from, to int) {
	for ; from < to; from++ {
		q.cut[from] = q.cut[from] || !q.lines[from].kept
	}
}

// isForwarded reports whether the lines are a mail that the sender forwards: the words for it stand before or at the beginning, or a header
// names another sender than us.
func (q *quoter) isForwarded(from, to int) bool {
	first := q.next(from)
	if before := q.previous(from); before >= 0 && forwarded.MatchString(q.bare(before)) {
		return !q.isFromUs(first, min(first+6, to))
	}
	for i, n := first, 0; i < to && n < 4; i, n = q.next(i+1), n+1 {
		if forwarded.MatchString(q.bare(i)) {
			return !q.isFromUs(i, min(i+8, to))
		}
	}
	return false
}

// textOf returns the text of lines.
func (q *quoter) textOf(from, to int) string {
	var b strings.Builder
	for i := from; i < min(to, len(q.lines)); i++ {
		b.WriteString(q.bare(i) + "\n")
	}
	return b.String()
}

// cutCarried cuts a carried mail that we sent.
func (q *quoter) cutCarried() {
	for i, l := range q.lines {
		if l.kept && l.from != "" && q.sent.hasAddress(l.from) {
			q.cut[i] = true
		}
	}
}

// cutSignature cuts what stands below the signature mark «-- ». It reports whether that is the only cut.
func (q *quoter) cutSignature() bool {
	for _, c := range q.cut {
		if c {
			q.signatureFrom()
			return false
		}
	}
	return q.signatureFrom()
}

func (q *quoter) signatureFrom() bool {
	signing := false
	for i, l := range q.lines {
		switch {
		case l.kept:
			return signing
		case l.signature && !q.cut[i]:
			signing = true
		}
		q.cut[i] = q.cut[i] || signing
	}
	return signing
}
