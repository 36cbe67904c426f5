// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// all returns the elements with one of the names below a node, in the page's order; without names it returns all elements.
func all(root *html.Node, names ...string) (found []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (len(names) == 0 || slices.Contains(names, n.Data)) {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func setAttr(n *html.Node, name, value string) {
	removeAttr(n, name)
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

func removeAttr(n *html.Node, name string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// rawText returns the text below a node with its white space, without scripts and styles.
func rawText(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

// textOf returns the text below a node as a browser shows it: words with one space between them.
func textOf(n *html.Node) string { return strings.Join(strings.Fields(rawText(n)), " ") }

// labels returns the accessible names of a control: its labels, its aria-label, and each of them after the legend of its fieldset.
func (p *page) labels(n *html.Node) (labels []string) {
	if l := attr(n, "aria-label"); l != "" {
		labels = append(labels, l)
	}
	for _, l := range all(p.root, "label") {
		if id := attr(n, "id"); id != "" && attr(l, "for") == id || slices.Contains(all(l, n.Data), n) {
			labels = append(labels, textOf(l))
		}
	}
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Data != "fieldset" {
			continue
		}
		if legend := all(up, "legend"); len(legend) > 0 {
			for _, l := range labels {
				labels = append(labels, textOf(legend[0])+": "+l)
			}
			break
		}
	}
	return labels
}
