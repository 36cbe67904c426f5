// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"cmp"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// form is one on a page, as it stands there and as it is filled in.
type form struct {
	p     *page
	node  *html.Node
	files map[string][]uploadFile // by the control's name
}

// form finds the one that a control belongs to: around it, or named by it.
func (p *page) form(control *html.Node) *form {
	p.b.w.Helper()
	id := attr(control, "form")
	for _, n := range all(p.root, "form") {
		if id != "" && attr(n, "id") == id || id == "" && slices.Contains(all(n, control.Data), control) {
			return &form{p, n, map[string][]uploadFile{}}
		}
	}
	p.b.w.Fatalf("%s: <%s name=%q> belongs to no form", p.at, control.Data, attr(control, "name"))
	return nil
}

// controls of the form that can be sent, in the page's order.
func (f *form) controls() (found []*html.Node) {
	id := attr(f.node, "id")
	for _, n := range all(f.p.root, "input", "select", "textarea") {
		within := slices.Contains(all(f.node, n.Data), n)
		if of := attr(n, "form"); (of == "" && within || of != "" && of == id) && attr(n, "name") != "" && !disabled(n) {
			found = append(found, n)
		}
	}
	return found
}

func disabled(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if hasAttr(n, "disabled") {
			return true
		}
	}
	return false
}

// fill types a value into the control that a label names. A fieldset's legend may go before it: "Legenda: etichetta".
func (f *form) fill(label string, value any) {
	f.p.b.w.Helper()
	var known []string
	for _, n := range f.controls() {
		words := f.p.labels(n)
		known = append(known, words...)
		if !slices.Contains(words, label) {
			continue
		}
		switch v := value.(type) {
		case uploadFile:
			f.files[attr(n, "name")] = []uploadFile{v}
		case []uploadFile:
			f.files[attr(n, "name")] = v
		case string:
			f.set(n, v)
		default:
			f.p.b.w.Fatalf("nobody types a %T", value)
		}
		return
	}
	f.p.b.w.Fatalf("%s has no field %q to fill in; it has %q", f.p.at, label, known)
}

func (f *form) set(n *html.Node, value string) {
	switch {
	case n.Data == "select":
		var chosen *html.Node
		for _, o := range all(n, "option") {
			removeAttr(o, "selected")
			if textOf(o) == value {
				chosen = o
			}
		}
		if chosen == nil || disabled(chosen) {
			f.p.b.w.Fatalf("%s: %q cannot be chosen in %s", f.p.at, value, attr(n, "name"))
		}
		setAttr(chosen, "selected", "")
	case n.Data == "textarea":
		n.FirstChild, n.LastChild = nil, nil
		n.AppendChild(&html.Node{Type: html.TextNode, Data: value})
	case attr(n, "type") == "radio":
		for _, other := range f.controls() {
			if attr(other, "type") == "radio" && attr(other, "name") == attr(n, "name") {
				removeAttr(other, "checked")
			}
		}
		setAttr(n, "checked", "")
	case attr(n, "type") == "checkbox":
		removeAttr(n, "checked")
		if value != "" {
			setAttr(n, "checked", "")
		}
	default:
		setAttr(n, "value", value)
	}
}

// values are what the form sends.
func (f *form) values(press *html.Node) (sent url.Values) {
	sent = url.Values{}
	for _, n := range f.controls() {
		name, kind := attr(n, "name"), attr(n, "type")
		switch {
		case n.Data == "select":
			options := all(n, "option")
			chosen := slices.IndexFunc(options, func(o *html.Node) bool { return hasAttr(o, "selected") })
			if chosen < 0 && len(options) > 0 && !hasAttr(n, "multiple") {
				chosen = 0
			}
			if chosen >= 0 {
				sent.Add(name, optionValue(options[chosen]))
			}
		case n.Data == "textarea":
			sent.Add(name, strings.TrimPrefix(rawText(n), "\n"))
		case kind == "radio" || kind == "checkbox":
			if hasAttr(n, "checked") {
				sent.Add(name, cmp.Or(attr(n, "value"), "on"))
			}
		case kind == "file" || kind == "submit" || kind == "button" || kind == "image" || kind == "reset":
		default:
			sent.Add(name, attr(n, "value"))
		}
	}
	if press != nil && attr(press, "name") != "" {
		sent.Add(attr(press, "name"), attr(press, "value"))
	}
	return sent
}

func optionValue(o *html.Node) string {
	if hasAttr(o, "value") {
		return attr(o, "value")
	}
	return textOf(o)
}

// request is what pressing a button of the form sends.
func (f *form) request(press *html.Node) *http.Request {
	w := f.p.b.w
	w.Helper()
	to, err := f.p.at.Parse(cmp.Or(attr(press, "formaction"), attr(f.node, "action")))
	w.must(err)
	values := f.values(press)
	if !strings.EqualFold(cmp.Or(attr(press, "formmethod"), attr(f.node, "method")), "post") {
		to.RawQuery = values.Encode()
		r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, to.String(), nil)
		w.must(err)
		return r
	}
	var body io.Reader = strings.NewReader(values.Encode())
	kind := "application/x-www-form-urlencoded"
	if attr(f.node, "enctype") == "multipart/form-data" {
		var b bytes.Buffer
		kind, err = f.multipart(&b, values)
		w.must(err)
		body = &b
	} else if len(f.files) > 0 {
		w.Fatalf("%s: this form sends no files", f.p.at)
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, to.String(), body)
	w.must(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", w.server.Address)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// multipart writes values and files. A file control where nothing was chosen sends an empty one, as browsers do.
func (f *form) multipart(b io.Writer, values url.Values) (kind string, err error) {
	m := multipart.NewWriter(b)
	for name, all := range values {
		for _, v := range all {
			if err := m.WriteField(name, v); err != nil {
				return "", err
			}
		}
	}
	for _, n := range f.controls() {
		if attr(n, "type") != "file" {
			continue
		}
		chosen := f.files[attr(n, "name")]
		if len(chosen) == 0 {
			chosen = []uploadFile{{}}
		}
		for _, c := range chosen {
			part, err := m.CreateFormFile(attr(n, "name"), c.name)
			if err != nil {
				return "", err
			}
			if _, err := part.Write(c.content); err != nil {
				return "", err
			}
		}
	}
	return m.FormDataContentType(), m.Close()
}
