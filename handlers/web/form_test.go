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

// form is a form of a page. Filling it in changes the nodes of the page.
type form struct {
	p     *page
	node  *html.Node
	files map[string][]uploadFile // by the control's name
}

// form returns the form of a control: the form around it, or the one that its attribute form names.
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

// controls returns the controls of the form that a browser would send, in the page's order.
func (f *form) controls() (found []*html.Node) {
	id := attr(f.node, "id")
	for _, n := range all(f.p.root, "input", "select", "textarea") {
		within := slices.Contains(all(f.node, n.Data), n)
		if formID := attr(n, "form"); (formID == "" && within || formID != "" && formID == id) && attr(n, "name") != "" && !disabled(n) {
			found = append(found, n)
		}
	}
	return found
}

// disabled reports whether a control, or an element around it, is disabled.
func disabled(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if hasAttr(n, "disabled") {
			return true
		}
	}
	return false
}

// fill enters a value into the control with a label. The legend of its fieldset may precede the label: "Legenda: etichetta".
func (f *form) fill(label string, value any) {
	f.p.b.w.Helper()
	var known []string
	for _, n := range f.controls() {
		labels := f.p.labels(n)
		known = append(known, labels...)
		if !slices.Contains(labels, label) {
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
			f.p.b.w.Fatalf("a form value of type %T is not supported", value)
		}
		return
	}
	f.p.b.w.Fatalf("%s has no field %q to fill in; it has %q", f.p.at, label, known)
}

// set enters a value into a control.
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

// values returns the values that the form sends when a button is pressed; nil: no button.
func (f *form) values(pressed *html.Node) (sent url.Values) {
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
	if pressed != nil && attr(pressed, "name") != "" {
		sent.Add(attr(pressed, "name"), attr(pressed, "value"))
	}
	return sent
}

// optionValue returns the value that an option sends.
func optionValue(o *html.Node) string {
	if hasAttr(o, "value") {
		return attr(o, "value")
	}
	return textOf(o)
}

// request returns the request that the form sends when a button is pressed.
func (f *form) request(pressed *html.Node) *http.Request {
	w := f.p.b.w
	w.Helper()
	target, err := f.p.at.Parse(cmp.Or(attr(pressed, "formaction"), attr(f.node, "action")))
	w.must(err)
	values := f.values(pressed)
	if !strings.EqualFold(cmp.Or(attr(pressed, "formmethod"), attr(f.node, "method")), "post") {
		target.RawQuery = values.Encode()
		r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, target.String(), nil)
		w.must(err)
		return r
	}
	var body io.Reader = strings.NewReader(values.Encode())
	contentType := "application/x-www-form-urlencoded"
	if attr(f.node, "enctype") == "multipart/form-data" {
		var b bytes.Buffer
		contentType, err = f.multipart(&b, values)
		w.must(err)
		body = &b
	} else if len(f.files) > 0 {
		w.Fatalf("%s: the form cannot send files", f.p.at)
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, target.String(), body)
	w.must(err)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Origin", w.server.Address)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// multipart writes values and files and returns the content type. Like a browser it writes an empty part for a file control without a
// file.
func (f *form) multipart(b io.Writer, values url.Values) (contentType string, err error) {
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
