// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// browser is one without script: it keeps cookies, goes where a 303 sends it, and can do with a page only what stands on it.
type browser struct {
	w      *system
	client *http.Client
}

func (w *system) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w, &http.Client{Jar: jar}}
}

// login goes through the door of FAQ 2.1.
func (b *browser) login(username string) *browser {
	b.w.Helper()
	b.open("/accesso").submit("Accedi", formValues{"Nome utente": username, "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	return b
}

// page is what an address answered, read whole.
type page struct {
	b      *browser
	status int
	header http.Header
	at     *url.URL // where the browser stands after all redirects
	raw    string
	root   *html.Node
}

// open goes to a path; headers come in pairs.
func (b *browser) open(path string, headers ...string) *page {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+path, nil)
	b.w.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b *browser) send(r *http.Request) *page {
	b.w.Helper()
	response, err := b.client.Do(r)
	b.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	b.w.must(err)
	p := &page{b: b, status: response.StatusCode, header: response.Header, at: response.Request.URL, raw: string(raw)}
	p.root, err = html.ParseWithOptions(bytes.NewReader(raw), html.ParseOptionEnableScripting(false)) // what stands in noscript is for it
	b.w.must(err)
	if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") && strings.Contains(p.raw, "<html") {
		p.checkMarkup()
	}
	return p
}

// want holds the answer to a status.
func (p *page) want(status int) *page {
	p.b.w.Helper()
	if p.status != status {
		p.b.w.Fatalf("%s answers %d, want %d: %s", p.at, p.status, status, p.text())
	}
	return p
}

// says holds the page to texts that a reader finds on it.
func (p *page) says(texts ...string) *page {
	p.b.w.Helper()
	for _, t := range texts {
		if !strings.Contains(p.text(), t) {
			p.b.w.Fatalf("%s does not say %q: %s", p.at, t, p.text())
		}
	}
	return p
}

// doesNotSay holds the page to saying none of the texts, not even where nobody looks.
func (p *page) doesNotSay(texts ...string) *page {
	p.b.w.Helper()
	for _, t := range texts {
		if strings.Contains(p.raw, t) || strings.Contains(p.text(), t) {
			p.b.w.Fatalf("%s says %q", p.at, t)
		}
	}
	return p
}

// text is what a reader finds on the page, in one line.
func (p *page) text() string { return textOf(p.root) }

// openLink opens what a link leads to.
func (p *page) openLink(link string) *page {
	p.b.w.Helper()
	for _, a := range all(p.root, "a") {
		if textOf(a) == link {
			to, err := p.at.Parse(attr(a, "href"))
			p.b.w.must(err)
			return p.b.open(to.RequestURI())
		}
	}
	p.b.w.Fatalf("%s has no link %q: %s", p.at, link, p.text())
	return nil
}

// formValues is what somebody puts into a form, by the labels that they read: a text, the words of an option or of a choice
// ("✓" marks it, "" takes the mark away), or a file.
type formValues map[string]any

// uploadFile is one that somebody chooses.
type uploadFile struct {
	name    string
	content []byte
}

// submit fills in the form that a button belongs to, and presses it.
func (p *page) submit(button string, in formValues) *page {
	p.b.w.Helper()
	return p.b.send(p.request(button, in))
}

// request is what a browser sends when the button is pressed.
func (p *page) request(button string, in formValues) *http.Request {
	p.b.w.Helper()
	press := p.button(button)
	f := p.form(press)
	for label, value := range in {
		f.fill(label, value)
	}
	return f.request(press)
}

// button finds one by its words.
func (p *page) button(words string) *html.Node {
	p.b.w.Helper()
	for _, n := range all(p.root, "button") {
		if textOf(n) == words || attr(n, "aria-label") == words {
			return n
		}
	}
	p.b.w.Fatalf("%s has no button %q: %s", p.at, words, p.text())
	return nil
}

// fields are the form's controls as they would be sent, before anything is typed.
func (p *page) fields(button string) url.Values {
	p.b.w.Helper()
	return p.form(p.button(button)).values(nil)
}
