// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"slices"
	"strings"
	"sync"
)

// minOwnWords is the minimum number of words of a line that identifies it as ours.
const minOwnWords = 3

// Limits for the search for answers in a quotation.
const (
	maxCorpus = 256 << 10 // bytes of the texts that we sent, the latest first
	maxCut    = 3000      // lines of quotations
)

// keepAnswers keeps the lines that a sender wrote inside or below a quoted mail of ours. It does so where the quoted mail is recognised by
// at least two lines that we sent; then each line between and below them that we did not send is an answer.
func (q *quoter) keepAnswers() {
	if q.cutLines() > maxCut {
		return
	}
	first, last, count := -1, -1, 0
	for i := range q.lines {
		if q.cut[i] && !q.lines[i].kept && q.isOurs(i) {
			if count++; first < 0 {
				first = i
			}
			last = i
		}
	}
	if count < 2 {
		return
	}
	ours, withReplies := q.ours, sync.OnceValue(func() *corpus {
		return newCorpus(q.sent.Name, append(slices.Clone(q.sent.Texts), q.sent.Replies...))
	})
	for i := first; i < len(q.lines); i++ {
		b := q.bare(i)
		switch {
		case !q.cut[i], q.lines[i].kept, b == "":
		case headerStart.MatchString(b), originalMessage.MatchString(b): // below it stand earlier mails, also of the sender
			ours = withReplies()
		case separatorLine.MatchString(b), headerField.MatchString(b), q.sent.hasAddress(b), strings.Contains(b, Masked), q.isCopied(i, ours):
		case q.attribution(i) > 0: // of an earlier mail in the quotation
			i += q.attribution(i) - 1
		case i > last && (q.lines[i].marked || q.isQuotedLine(i)): // quoted below the mail, by somebody's program
		case len(words(b)) > 0:
			q.cut[i] = false
		}
	}
}

// minPieceWords is the minimum number of words of a piece of our line that is no answer.
const minPieceWords = 7

// isCopied reports whether a line is a copy of what we sent: a whole line of ours, or a piece of one that goes on in the line above or below.
// A line that only consists of words of ours is an answer, such as an option of a question.
func (q *quoter) isCopied(i int, ours *corpus) bool {
	b := q.bare(i)
	if ours.hasLine(b) {
		return true
	}
	if !ours.contains(b) {
		return false
	}
	if len(words(b)) >= minPieceWords || q.isQuotedLine(i) && ours.beginsLine(b) { // the rest of the line may have been deleted
		return true
	}
	above, below := "", ""
	if i > 0 {
		above = q.bare(i - 1)
	}
	if i+1 < len(q.lines) {
		below = q.bare(i + 1)
	}
	return above != "" && ours.contains(above+" "+b) || below != "" && ours.contains(b+" "+below)
}

// Limits for recognising a mail of ours by its text, in lines.
const (
	maxHeaderLines = 14 // from the header of the quoted mail on
	maxHeld        = 60 // of quoted lines
)

// holdsOurs reports whether lines hold a mail of ours, by its personal link or by at least two lines that we sent.
func (q *quoter) holdsOurs(from, to int) bool {
	count := 0
	for i := from; i < min(to, from+maxHeld, len(q.lines)); i++ {
		if strings.Contains(q.lines[i].text, Masked) {
			return true
		}
		if q.isOurs(i) {
			count++
		}
	}
	return count >= 2
}

// isOurs reports whether a line consists of words that we sent, and of enough of them. It searches once for each line.
func (q *quoter) isOurs(i int) bool {
	own, known := q.own[i]
	if !known {
		b := q.bare(i)
		own = len(words(b)) >= minOwnWords && q.ours.contains(b)
		q.own[i] = own
	}
	return own
}

// minUnmarked is the number of lines of ours by which a mail of ours is recognised that nothing marks.
const minUnmarked = 4

// cutUnmarked cuts a mail of ours that a program quotes without a mark, line by line: nothing else is cut.
func (q *quoter) cutUnmarked() {
	if q.cutLines() > 0 || len(q.lines) > maxCut {
		return
	}
	var found []int
	for i, l := range q.lines {
		if !l.kept && (q.isOurs(i) && q.isCopied(i, q.ours) || strings.Contains(l.text, Masked)) {
			found = append(found, i)
		}
	}
	if len(found) >= minUnmarked {
		for _, i := range found {
			q.cut[i] = true
		}
	}
}

// corpus holds the words of texts that we sent.
type corpus struct {
	words    string
	lines    map[string]bool
	searches int
}

// maxSearches is the maximum number of searches in a corpus: each reads the whole corpus. A line beyond it counts as the sender's.
const maxSearches = 10_000

func newCorpus(name string, texts []string) *corpus {
	var b strings.Builder
	lines := map[string]bool{}
	for _, t := range slices.Backward(append([]string{name}, texts...)) {
		if b.Len()+len(t) <= maxCorpus {
			b.WriteString(" " + strings.Join(words(t), " ") + " \n")
			for l := range strings.Lines(t) {
				lines[strings.Join(words(l), " ")] = true
			}
		}
	}
	return &corpus{words: b.String(), lines: lines}
}

// beginsLine reports whether a line that we sent begins with a text.
func (c *corpus) beginsLine(text string) bool {
	start := strings.Join(words(text), " ") + " "
	for l := range c.lines {
		if strings.HasPrefix(l, start) {
			return true
		}
	}
	return false
}

// maxLineWords is the maximum number of words of a line that may consist of two lines of ours.
const maxLineWords = 30

// hasLine reports whether a text is a line that we sent, or two of them, as a sentence with the number of a ticket.
func (c *corpus) hasLine(text string) bool {
	w := words(text)
	if c.lines[strings.Join(w, " ")] {
		return true
	}
	for n := 1; n < len(w) && len(w) <= maxLineWords; n++ {
		if c.lines[strings.Join(w[:n], " ")] && c.lines[strings.Join(w[n:], " ")] {
			return true
		}
	}
	return false
}

// cutLines returns the number of lines that are cut.
func (q *quoter) cutLines() (n int) {
	for _, c := range q.cut {
		if c {
			n++
		}
	}
	return n
}

// contains reports whether a line consists of words that we sent, in their order. A program may have broken lines elsewhere.
func (c *corpus) contains(text string) bool {
	w := words(text)
	if len(w) == 0 {
		return true
	}
	c.searches++
	return c.searches <= maxSearches && strings.Contains(c.words, " "+strings.Join(w, " ")+" ")
}
