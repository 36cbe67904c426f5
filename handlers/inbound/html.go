// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"

	"golang.org/x/net/html"
)

// Elements that begin and end a line of their own, and those whose text nobody sees.
var (
	blockElements  = map[string]bool{"p": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "blockquote": true, "hr": true}
	hiddenElements = map[string]bool{"script": true, "style": true, "title": true}
)

// htmlSpace is what HTML shows as one space.
const htmlSpace = " \t\r\n\f\u00a0"

// textExtractor gathers the text of an HTML mail.
type textExtractor struct {
	strings.Builder
	quoted       int  // how many quotations deep
	spacePending bool // a space is due before the next word
	inLine       bool // the line holds something
}

// htmlToText is the text of a page, quotations marked by «> » as in plain mails. It only reads: nothing of the page is ever
// shown as a page, so there is nothing to sanitise, and a tokenizer that cannot fail is enough.
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

// addText adds words, whatever space is around them shown as one.
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

// endLine ends the line; fresh does so if it holds something.
func (p *textExtractor) endLine() {
	p.WriteByte('\n')
	p.spacePending, p.inLine = false, false
}

func (p *textExtractor) startLine() {
	if p.inLine {
		p.endLine()
	}
}
