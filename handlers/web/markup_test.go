// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"strings"

	"golang.org/x/net/html"
)

// checkMarkup checks the markup of a page: language, title, headings, ids and elements. It runs for every page that a test opens. The
// browser tests (tools/browser) check what needs a rendered page.
func (p *page) checkMarkup() {
	p.b.w.Helper()
	wrong := func(format string, values ...any) {
		p.b.w.Helper()
		p.b.w.Errorf("%s: "+format, append([]any{p.at.Path}, values...)...)
	}
	if lang := all(p.root, "html"); attr(lang[0], "lang") != "it" {
		wrong("got lang %q, want it", attr(lang[0], "lang"))
	}
	if titles := all(p.root, "title"); len(titles) == 0 || !strings.HasSuffix(textOf(titles[0]), " – SOL Assistenza") {
		wrong("got no title that ends with SOL Assistenza")
	}
	if n := len(all(p.root, "h1")); n != 1 {
		wrong("got %d elements <h1>, want 1", n)
	}
	ids := map[string]bool{}
	for _, n := range all(p.root) {
		if id := attr(n, "id"); id != "" && ids[id] {
			wrong("got two elements with id %q", id)
		} else {
			ids[id] = true
		}
	}
	level := 0
	for _, n := range all(p.root) {
		p.checkElement(n, ids, wrong)
		if heading := strings.Index("h1h2h3h4h5h6", n.Data); len(n.Data) == 2 && heading >= 0 && !isWithin(n, "header") {
			next := heading/2 + 1
			if next > level+1 {
				wrong("<%s> %q follows a heading of level %d", n.Data, textOf(n), level)
			}
			level = next
		}
	}
}

// checkElement checks one element.
func (p *page) checkElement(n *html.Node, ids map[string]bool, wrong func(string, ...any)) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style", strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "hx-on"):
			wrong("<%s> has %s, which the content security policy forbids", n.Data, a.Key)
		case strings.Contains(a.Val, "javascript:"):
			wrong("<%s> has script in %s", n.Data, a.Key)
		case a.Key == "for", a.Key == "aria-labelledby", a.Key == "aria-describedby", a.Key == "aria-controls", a.Key == "form", a.Key == "popovertarget":
			for id := range strings.FieldsSeq(a.Val) {
				if !ids[id] {
					wrong("<%s> has id %q in %s, and no element has that id", n.Data, id, a.Key)
				}
			}
		case a.Key == "href" && strings.HasPrefix(a.Val, "#") && len(a.Val) > 1 && !ids[a.Val[1:]]:
			wrong("a link has target %s, and no element has that id", a.Val)
		}
	}
	switch n.Data {
	case "style":
		wrong("got inline styles")
	case "script":
		if !hasAttr(n, "src") {
			wrong("got inline script")
		}
	case "img":
		if !hasAttr(n, "alt") {
			wrong("an image has no alt")
		}
	case "input", "select", "textarea":
		if attr(n, "type") != "hidden" && len(p.labels(n)) == 0 && !hasAttr(n, "aria-labelledby") {
			wrong("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	case "button", "a":
		if textOf(n) == "" && attr(n, "aria-label") == "" {
			wrong("a <%s> has no text and no aria-label", n.Data)
		}
	}
}

// isWithin reports whether an element is inside an element with a name.
func isWithin(n *html.Node, name string) bool {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Data == name {
			return true
		}
	}
	return false
}
