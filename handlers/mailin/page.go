// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailin

import (
	"strings"

	"golang.org/x/net/html"
)

// Elements that begin and end a line of their own, and those whose text nobody sees.
var (
	blocks = map[string]bool{"p": true, "div": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "blockquote": true, "hr": true}
	unseen = map[string]bool{"script": true, "style": true, "title": true}
)

// around is what HTML shows as one space.
const around = " \t\r\n\f\u00a0"

// page gathers the text of an HTML mail.
type page struct {
	strings.Builder
	quoted int  // how many quotations deep
	space  bool // a space is due before the next word
	inLine bool // the line holds something
}

// fromHTML is the text of a page, quotations marked by «> » as in plain mails. It only reads: nothing of the page is ever
// shown as a page, so there is nothing to sanitise, and a tokenizer that cannot fail is enough.
func fromHTML(source string) string {
	var p page
	skip := ""
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p.String()
		case html.TextToken:
			if skip == "" {
				p.text(z.Token().Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch {
			case unseen[t.Data]:
				skip = t.Data
			case t.Data == "br":
				p.end()
			case blocks[t.Data]:
				p.fresh()
			}
			if t.Data == "blockquote" && t.Type == html.StartTagToken {
				p.quoted++
			}
		case html.EndTagToken:
			t := z.Token()
			if t.Data == skip {
				skip = ""
			}
			if blocks[t.Data] {
				p.fresh()
			}
			if t.Data == "blockquote" {
				p.quoted = max(0, p.quoted-1)
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// text adds words, whatever space is around them shown as one.
func (p *page) text(s string) {
	words := strings.Fields(s)
	p.space = p.space || s != strings.TrimLeft(s, around)
	for _, word := range words {
		switch {
		case !p.inLine && p.quoted > 0:
			p.WriteString("> ")
		case p.inLine && p.space:
			p.WriteByte(' ')
		}
		p.WriteString(word)
		p.inLine, p.space = true, true
	}
	if len(words) > 0 {
		p.space = s != strings.TrimRight(s, around)
	}
}

// end ends the line; fresh does so if it holds something.
func (p *page) end() {
	p.WriteByte('\n')
	p.space, p.inLine = false, false
}

func (p *page) fresh() {
	if p.inLine {
		p.end()
	}
}
