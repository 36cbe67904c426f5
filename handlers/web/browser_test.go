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

// browser is a browser without script: it keeps cookies, follows redirects, and can only use the links and forms of a page.
type browser struct {
	w      *system
	client *http.Client
}

// browser returns a browser without cookies.
func (w *system) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{w, &http.Client{Jar: jar}}
}

// login logs in with user name, password and PIN (FAQ 2.1).
func (b *browser) login(username string) *browser {
	b.w.Helper()
	b.open("/accesso").submit("Accedi", formValues{"Nome utente": username, "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	return b
}

// page is an answer of the server.
type page struct {
	b      *browser
	status int
	header http.Header
	at     *url.URL // address of the page after all redirects
	raw    string
	root   *html.Node
}

// open requests a path. headers holds names and values in turn.
func (b *browser) open(path string, headers ...string) *page {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+path, nil)
	b.w.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

// send sends a request and reads the answer. It checks the markup of each complete HTML page.
func (b *browser) send(r *http.Request) *page {
	b.w.Helper()
	response, err := b.client.Do(r)
	b.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	b.w.must(err)
	p := &page{b: b, status: response.StatusCode, header: response.Header, at: response.Request.URL, raw: string(raw)}
	p.root, err = html.ParseWithOptions(bytes.NewReader(raw), html.ParseOptionEnableScripting(false)) // parses the content of noscript
	b.w.must(err)
	if strings.HasPrefix(p.header.Get("Content-Type"), "text/html") && strings.Contains(p.raw, "<html") {
		p.checkMarkup()
	}
	return p
}

// want fails the test if the answer has another status.
func (p *page) want(status int) *page {
	p.b.w.Helper()
	if p.status != status {
		p.b.w.Fatalf("%s: got status %d, want %d: %s", p.at, p.status, status, p.text())
	}
	return p
}

// shows fails the test if a text is not on the page.
func (p *page) shows(texts ...string) *page {
	p.b.w.Helper()
	for _, t := range texts {
		if !strings.Contains(p.text(), t) {
			p.b.w.Fatalf("%s: want text %q, got %s", p.at, t, p.text())
		}
	}
	return p
}

// doesNotShow fails the test if a text is on the page or anywhere in its HTML.
func (p *page) doesNotShow(texts ...string) *page {
	p.b.w.Helper()
	for _, t := range texts {
		if strings.Contains(p.raw, t) || strings.Contains(p.text(), t) {
			p.b.w.Fatalf("%s: got text %q, want a page without it", p.at, t)
		}
	}
	return p
}

// text returns the text of the page in one line.
func (p *page) text() string { return textOf(p.root) }

// openLink opens the target of the first link with a text.
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

// formValues holds the values to enter into a form, by label: a text, the text of an option, "✓" or "" to check or uncheck a box, an
// uploadFile or several of them.
type formValues map[string]any

// uploadFile is a file to upload.
type uploadFile struct {
	name    string
	content []byte
}

// submit fills in the form of a button and presses the button.
func (p *page) submit(button string, in formValues) *page {
	p.b.w.Helper()
	return p.b.send(p.request(button, in))
}

// request returns the request that a browser sends when the form of a button is filled in and the button is pressed.
func (p *page) request(button string, in formValues) *http.Request {
	p.b.w.Helper()
	pressed := p.button(button)
	f := p.form(pressed)
	for label, value := range in {
		f.fill(label, value)
	}
	return f.request(pressed)
}

// button returns the button with a text or an aria-label.
func (p *page) button(label string) *html.Node {
	p.b.w.Helper()
	for _, n := range all(p.root, "button") {
		if textOf(n) == label || attr(n, "aria-label") == label {
			return n
		}
	}
	p.b.w.Fatalf("%s has no button %q: %s", p.at, label, p.text())
	return nil
}

// fields returns the values that the form of a button would send as it is.
func (p *page) fields(button string) url.Values {
	p.b.w.Helper()
	return p.form(p.button(button)).values(nil)
}
