// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"strings"
	"unicode"
)

// line is one visible line of a mail, with what its markup says of it.
type line struct {
	text        string
	marked      bool   // a mail program marks it as quoted: it is in a quotation of an HTML mail
	attribution bool   // a mail program marks it as the attribution of a quotation
	indented    bool   // it is in an indented block, which may be a quotation or not
	begins      bool   // with it begins what a mail program marks as the mail before, without an end
	signature   bool   // it is the signature mark of RFC 3676
	kept        bool   // it is of a carried mail or file, where nothing is a quotation of the mail itself
	from        string // sender of the carried mail; "" outside one
}

// plainLines returns the lines of a plain text.
func plainLines(text string) []line {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	var all []line
	for s := range strings.SplitSeq(text, "\n") {
		all = append(all, line{text: strings.TrimRightFunc(s, unicode.IsSpace), signature: s == "-- "})
	}
	return trimLines(all)
}

// verbatim returns lines in which nothing is a quotation.
func verbatim(lines []line, from string) []line {
	for i := range lines {
		lines[i] = line{text: lines[i].text, kept: true, from: from}
	}
	return lines
}

// appendText appends a text to a text, with an empty line between them.
func appendText(a, b []line) []line {
	if len(b) == 0 {
		return a
	}
	if len(a) > 0 {
		a = append(a, line{marked: a[len(a)-1].marked && b[0].marked, kept: b[0].kept, from: b[0].from})
	}
	return append(a, b...)
}

// trimLines removes empty lines at the beginning and at the end.
func trimLines(lines []line) []line {
	for len(lines) > 0 && trim(lines[0].text) == "" && !lines[0].begins {
		lines = lines[1:]
	}
	for len(lines) > 0 && trim(lines[len(lines)-1].text) == "" && !lines[len(lines)-1].begins {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// joinLines returns the text of lines, with at most one empty line in a row.
func joinLines(lines []line) string {
	var b strings.Builder
	empty := 0
	for _, l := range lines {
		if trim(l.text) == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString(strings.Repeat("\n", 1+min(empty, 1)))
		}
		b.WriteString(l.text)
		empty = 0
	}
	return b.String()
}

// trim returns a line without surrounding spaces and without invisible characters, which some programs put before lines.
func trim(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
}

// words returns the words of a text in lower case: runs of letters, digits and symbols.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.So, r) && !unicode.Is(unicode.Mn, r)
	})
}
