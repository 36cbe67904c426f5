// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"

	"golang.org/x/net/html"
)

// blockElements lists the elements that begin and end a line; hiddenElements lists those whose text is not displayed.
var (
	blockElements  = map[string]bool{"p": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "blockquote": true, "hr": true}
	hiddenElements = map[string]bool{"script": true, "style": true, "title": true}
)

// htmlSpace lists the characters that count as space between words of HTML text.
const htmlSpace = " \t\r\n\f\u00a0"

// textExtractor collects the text of an HTML mail.
type textExtractor struct {
	strings.Builder
	quoted       int  // depth of nested quotations
	spacePending bool // the next word needs a space before it
	inLine       bool // the current line is not empty
}

// htmlToText returns the text of an HTML mail, with "> " before quoted lines as in plain mails. The HTML itself is never displayed, so it
// needs no sanitising, and a tokenizer, which accepts any input, is enough.
func htmlToText(source string) string {
	var p textExtractor
	skip := ""
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p.String()
		case html.TextToken:
			if skip == "" {
				p.addText(z.Token().Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch {
			case hiddenElements[t.Data]:
				skip = t.Data
			case t.Data == "br":
				p.endLine()
			case blockElements[t.Data]:
				p.startLine()
			}
			if t.Data == "blockquote" && t.Type == html.StartTagToken {
				p.quoted++
			}
		case html.EndTagToken:
			t := z.Token()
			if t.Data == skip {
				skip = ""
			}
			if blockElements[t.Data] {
				p.startLine()
			}
			if t.Data == "blockquote" {
				p.quoted = max(0, p.quoted-1)
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// addText appends words, separated by single spaces.
func (p *textExtractor) addText(s string) {
	words := strings.Fields(s)
	p.spacePending = p.spacePending || s != strings.TrimLeft(s, htmlSpace)
	for _, word := range words {
		switch {
		case !p.inLine && p.quoted > 0:
			p.WriteString("> ")
		case p.inLine && p.spacePending:
			p.WriteByte(' ')
		}
		p.WriteString(word)
		p.inLine, p.spacePending = true, true
	}
	if len(words) > 0 {
		p.spacePending = s != strings.TrimRight(s, htmlSpace)
	}
}

// endLine ends the current line.
func (p *textExtractor) endLine() {
	p.WriteByte('\n')
	p.spacePending, p.inLine = false, false
}

// startLine ends the current line if it is not empty.
func (p *textExtractor) startLine() {
	if p.inLine {
		p.endLine()
	}
}
