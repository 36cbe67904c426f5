// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package mailtext

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// blockElements lists the elements that begin and end a line; hiddenElements lists those whose text is not displayed.
var (
	blockElements = set("address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form " +
		"h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol optgroup option p pre section summary table tbody tfoot thead tr ul")
	hiddenElements = set("script style title")
	voidElements   = set("area base br col embed hr img input link meta param source track wbr")
)

func set(names string) map[string]bool {
	all := map[string]bool{}
	for _, n := range strings.Fields(names) {
		all[n] = true
	}
	return all
}

// Marks of mail programs: elements that hold a quotation, elements in which each indented block is one, and elements after which the rest of
// the mail is the mail before.
var (
	quotationClass   = regexp.MustCompile(`(?i)(yahoo_quoted|protonmail_quote|tutanota_quote|iol_quote|zmail_extra|moz-cite-prefix)`)
	containerClass   = regexp.MustCompile(`(?i)gmail_(quote|extra)`)
	attributionClass = regexp.MustCompile(`(?i)gmail_attr`)
	beginsMark       = regexp.MustCompile(`(?i)(divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|zwchr|OutlookMessageHeader|reply-intro|replySplit)`)
)

// element is an open element of an HTML text.
type element struct {
	name                   string
	marked, indented       bool
	container, attribution bool
	pre, ordered, block    bool
	items                  int    // of a list
	target                 string // of a link
}

// htmlReader collects the visible lines of an HTML text.
type htmlReader struct {
	lines   []line
	current strings.Builder
	mark    element // the element in which the current line began
	open    []element
	space   bool // the next word needs a space before it
	cell    bool // the next word begins a cell
	begins  bool // the next line begins what a program marks as the mail before
	hidden  string
	bullet  string
	link    strings.Builder // text of the link that is open
}

// maxOpen is the maximum number of open elements; deeper ones are read without their own marks.
const maxOpen = 300

// htmlLines returns the visible lines of an HTML text. The HTML itself is never displayed, so it needs no sanitising, and a tokenizer, which
// accepts any input in linear time, is enough.
func htmlLines(source string) []line {
	var r htmlReader
	titleText := ""
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if r.hidden == "title" { // without its end everything would be the title
				return append(trimLines(r.lines), htmlLines(titleTag.ReplaceAllString(titleText, ""))...)
			}
			r.endElement("a")
			r.endLine()
			return trimLines(r.lines)
		case html.TextToken:
			if text := z.Token().Data; r.hidden == "" {
				r.addText(text)
			} else if r.hidden == "title" {
				titleText = text
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			r.startElement(z.Token())
		case html.EndTagToken:
			r.endElement(z.Token().Data)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

var titleTag = regexp.MustCompile(`(?i)</?title`)

// Styles that make an element begin a line, and that keep the ends of lines within it.
var (
	displayBlock = regexp.MustCompile(`(?i)display\s*:\s*(block|table|table-row|flex|list-item)\b`)
	keepsLines   = regexp.MustCompile(`(?i)white-space\s*:\s*(pre|pre-wrap|pre-line|break-spaces)\b`)
)

func isWordCharacter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// top returns the innermost open element.
func (r *htmlReader) top() element {
	if len(r.open) == 0 {
		return element{}
	}
	return r.open[len(r.open)-1]
}

func (r *htmlReader) startElement(t html.Token) {
	id, class := attribute(t, "id"), attribute(t, "class")
	r.begins = r.begins || beginsMark.MatchString(id) || beginsMark.MatchString(class)
	outer := r.top()
	e := element{name: t.Data, marked: outer.marked, indented: outer.indented, container: outer.container, attribution: outer.attribution, pre: outer.pre}
	style := attribute(t, "style")
	if blockElements[t.Data] || displayBlock.MatchString(style) {
		r.startLine()
	}
	e.block = displayBlock.MatchString(style)
	e.pre = e.pre || keepsLines.MatchString(style)
	if strings.Contains(t.Data, "@") { // an address that somebody typed in angle brackets
		r.addText("<" + t.Data + ">")
		return
	}
	switch t.Data {
	case "br":
		r.endLine()
	case "td", "th":
		r.cell = r.current.Len() > 0
	case "blockquote":
		e.indented = true
		e.marked = e.marked || outer.container || attribute(t, "type") == "cite" || containerClass.MatchString(class) || quotationClass.MatchString(class)
	case "pre", "textarea", "listing", "xmp":
		e.pre = true
	case "ol":
		e.ordered = true
		if start, err := strconv.Atoi(attribute(t, "start")); err == nil {
			e.items = start - 1
		}
	case "img":
		if alt := attribute(t, "alt"); words(alt) != nil && !strings.ContainsFunc(alt, isWordCharacter) { // an emoji
			r.addText(alt)
		}
	case "li":
		r.startItem()
	case "a":
		r.endElement("a")
		r.link.Reset()
		e.target = strings.TrimSpace(attribute(t, "href"))
	}
	if t.Data == "div" || t.Data == "span" {
		e.container = e.container || containerClass.MatchString(class)
		e.attribution = e.attribution || attributionClass.MatchString(class)
		e.marked = e.marked || quotationClass.MatchString(class) || quotationClass.MatchString(id) || attribute(t, "name") == "quote"
	}
	if hiddenElements[t.Data] {
		r.hidden = t.Data
	}
	if !voidElements[t.Data] && t.Type != html.SelfClosingTagToken && len(r.open) < maxOpen {
		r.open = append(r.open, e)
	}
}

func (r *htmlReader) endElement(name string) {
	if blockElements[name] || r.top().name == name && r.top().block {
		r.startLine()
	}
	if name == r.hidden {
		r.hidden = ""
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].name != name {
			continue
		}
		for _, e := range r.open[i:] {
			if e.name == "a" {
				r.addTarget(e)
			}
		}
		r.open = r.open[:i]
		return
	}
}

// attribute returns the value of an attribute.
func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
