// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"
)

// isSender reports whether a header field «Da: …» names us as the sender, and holds nothing else as a sentence of a person would.
func (s Sent) isSender(field string) bool {
	if !s.isOurs(field) {
		return false
	}
	_, value, _ := strings.Cut(field, ":")
	value = strings.ToLower(onBehalf.ReplaceAllString(looseAddress.ReplaceAllString(value, ""), ""))
	return len(words(strings.ReplaceAll(value, strings.ToLower(s.Name), ""))) <= maxSenderWords
}

// maxSenderWords is the maximum number of words in a sender beside our name and address.
const maxSenderWords = 2

// cutHeaders cuts a mail of ours below a header («Da: …», «Inviato: …») or below the mark of a mail program, to the end of the mail.
func (q *quoter) cutHeaders() {
	answered := false // a text of the sender stands above
	for i := range q.lines {
		switch {
		case q.lines[i].kept:
			return
		case q.lines[i].begins && (q.isFromUs(i, i+8) || !q.sent.namesOther(q.textOf(i, i+4)) && q.holdsOurs(i, i+maxHeaderLines)),
			originalMessage.MatchString(q.bare(i)) && (q.isFromUs(i+1, i+4) || !q.sent.namesOther(q.textOf(i+1, i+4)) && q.holdsOurs(i, i+maxHeaderLines)),
			q.isHeader(i) && (q.sent.isSender(q.senderOf(i)) && (answered || q.holdsOurs(i, len(q.lines))) || !q.sent.namesOther(q.senderOf(i)) && q.holdsOurs(i, i+maxHeaderLines)):
			from := i
			for from > 0 && sentField.MatchString(q.bare(from-1)) { // some programs write the time above the sender
				from--
			}
			for before := q.previous(from); before >= 0 && separatorLine.MatchString(q.bare(before)); before = q.previous(before) {
				from = before
			}
			q.cutRange(from, len(q.lines))
			return
		}
		answered = answered || !q.cut[i] && len(words(q.lines[i].text)) > 0
	}
}

// isFromUs reports whether lines with the header of a quoted mail name us as its sender. A mail that the sender once wrote to us also names us.
func (q *quoter) isFromUs(from, to int) bool {
	for i := from; i < min(to, len(q.lines)); i++ {
		if headerStart.MatchString(q.bare(i)) {
			return q.sent.isOurs(q.senderOf(i))
		}
	}
	return q.sent.isOurs(q.textOf(from, to))
}

// senderOf returns the sender in the header that begins at a line, which may continue on the next one.
func (q *quoter) senderOf(i int) string {
	if i+1 < len(q.lines) && !headerField.MatchString(q.bare(i+1)) && !looseHeaderField.MatchString(q.bare(i+1)) {
		return q.textOf(i, i+2)
	}
	return q.bare(i)
}

// isHeader reports whether a line begins the header of a quoted mail: «Da: …» and at least two further fields directly below.
func (q *quoter) isHeader(i int) bool {
	field, loose := headerStart.MatchString(q.bare(i)), looseHeaderStart.MatchString(q.bare(i))
	if !field && !loose {
		return false
	}
	fields := 0
	for n, at := 0, i+1; n < 8 && at < len(q.lines); n, at = n+1, at+1 {
		if b := q.bare(at); field && headerField.MatchString(b) || loose && looseHeaderField.MatchString(b) {
			fields++
		}
	}
	return fields >= 2
}

var (
	onBehalf  = regexp.MustCompile(`(?is)\b(per conto di|on behalf of|im auftrag von|de la part de)\b.*`)
	sentField = regexp.MustCompile(`(?i)^(inviato|sent|gesendet|envoyé|trimis|enviado)( il)?\s*:`)
)
