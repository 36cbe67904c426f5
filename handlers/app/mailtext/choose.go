// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strings"

	"github.com/sol-assistenza/sol/handlers/app/mailtext/mimepart"
)

// readAlternative reads the alternatives of a multipart/alternative, which should say the same, and chooses one text. Files of all
// alternatives are collected. Lines that only the other text has are kept as quoted, so that nothing is lost.
func (r *partReader) readAlternative(p *mimepart.Part, depth int) []line {
	var plain, rich []line
	for _, child := range p.Children {
		text := r.read(child, depth+1)
		if child.Kind == "text/plain" || child.Kind == "" {
			plain = appendText(plain, text)
		} else {
			rich = appendText(rich, text)
		}
	}
	if r.err != nil {
		return nil
	}
	return choose(plain, rich)
}

// choose returns the text that says more. The plain text is preferred if the other one has no word that it lacks.
func choose(plain, rich []line) []line {
	plainOnly, richOnly := missing(plain, rich), missing(rich, plain)
	switch {
	case len(rich) == 0, len(richOnly) == 0 && len(plain) > 0:
		return plain
	case len(plain) == 0, len(plainOnly) == 0:
		return rich
	case len(words(joinLines(plainOnly))) > len(words(joinLines(richOnly))) && !isStub(plainOnly):
		return appendText(plain, asMarked(richOnly))
	case isStub(plainOnly):
		return rich
	}
	return appendText(rich, asMarked(plainOnly))
}

// missing returns the lines with a word that the other text does not have.
func missing(lines, other []line) (only []line) {
	has := map[string]bool{}
	for _, l := range other {
		for _, w := range words(l.text) {
			has[w] = true
		}
	}
	for _, l := range lines {
		for _, w := range words(pictureMark.ReplaceAllString(l.text, "")) {
			if !has[w] {
				only = append(only, l)
				break
			}
		}
	}
	return only
}

// pictureMark matches what programs write into the plain text in place of a picture.
var pictureMark = regexp.MustCompile(`\[(image|immagine|cid|inline image)\s*:[^\]]*\]`)

// stub matches a plain text that only says that the text is elsewhere.
var stub = regexp.MustCompile(`(?i)\b(html|mime)\b|non (lo )?visualizza|does not (display|support)`)

func isStub(lines []line) bool {
	text := joinLines(lines)
	return len(text) < 400 && stub.MatchString(text)
}

func asMarked(lines []line) []line {
	marked := make([]line, len(lines))
	for i, l := range lines {
		marked[i] = line{text: strings.TrimSpace(l.text), marked: true}
	}
	return marked
}
