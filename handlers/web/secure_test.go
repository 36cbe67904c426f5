// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/web"
)

// C4: every answer forbids inline content, content of third parties, and caching.
func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	w := newSystem(t)
	b := w.login("anna", person.ASROperator, torino)
	for _, path := range []string{"/", "/accesso", "/code/nuove", "/non-esiste", "/ticket/00000000-0000-4000-8000-000000000000"} {
		h := b.open(path).header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: got policy %q, want %s in it", path, policy, part)
			}
		}
		for _, part := range []string{"unsafe", "http:", "https:", "*"} {
			if strings.Contains(policy, part) {
				t.Errorf("%s: got policy %q, want it without %s", path, policy, part)
			}
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s: got no request id", path)
		}
	}
}

func TestSessionCookieAttributes(t *testing.T) {
	for address, want := range map[string]string{
		"http://localhost":           `^sol=[^;]+; Path=/; HttpOnly; SameSite=Lax$`,
		"https://assistenza.example": `^__Host-sol=[^;]+; Path=/; HttpOnly; Secure; SameSite=Lax$`,
	} {
		w := newSystem(t, func(c *web.Config) { c.PublicURL = address })
		w.Account(t, "anna", person.ASROperator, torino)
		b := w.browser()
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		p := b.open("/accesso").submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(303)
		if got := p.header.Get("Set-Cookie"); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: got cookie %q, want %s", address, got, want)
		}
		if strict := p.header.Get("Strict-Transport-Security") != ""; strict != strings.HasPrefix(address, "https") {
			t.Errorf("%s: Strict-Transport-Security: got %v, want it over https only", address, strict)
		}
	}
}

// Another site can send a form with the operator's cookie. The headers of the browser identify such a form.
func TestFormOfAnotherSiteIsRefused(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	anna := w.login("anna", person.ASROperator, torino)
	p := anna.open("/ticket/" + string(id)).want(200)
	for name, foreign := range map[string]func(*http.Request){
		"cross-site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same-site":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"old browser": func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "https://example.org")
		},
	} {
		r := p.request("Aggiorna", formValues{"Nota": "mai scritta"})
		foreign(r)
		answer := anna.send(r).want(403).shows("Modulo inviato da un altro sito", "niente è stato modificato")
		if answer.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: got a refusal without a content security policy", name)
		}
	}
	anna.open("/ticket/" + string(id)).doesNotShow("mai scritta")
}

func TestStaticFilesAreCachedForEver(t *testing.T) {
	w := newSystem(t)
	landing := w.browser().open("/")
	var found int
	for _, n := range all(landing.root, "link", "script") {
		path := cmp.Or(attr(n, "href"), attr(n, "src"))
		if strings.HasPrefix(path, "data:") {
			continue
		}
		found++
		if !regexp.MustCompile(`^/statico/[0-9a-f]{12}/`).MatchString(path) {
			t.Errorf("got address %s, want one with a hash", path)
		}
		plain, packed := w.static(path, "identity"), w.static(path, "gzip, br")
		for _, a := range []staticResponse{plain, packed} {
			if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: got Cache-Control %q", path, got)
			}
			if a.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: got Vary %q, want Accept-Encoding", path, a.header.Get("Vary"))
			}
		}
		if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(plain.body) {
			t.Errorf("%s: got %d bytes compressed, %d plain", path, len(packed.body), len(plain.body))
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		w.must(err)
		if again, err := io.ReadAll(z); err != nil || string(again) != plain.body {
			t.Errorf("%s: the compressed content differs from the plain one (%v)", path, err)
		}
	}
	if found < 4 {
		t.Errorf("got %d static files on the page, want at least 4", found)
	}
	if a := w.static("/statico/000000000000/sol.css", ""); a.status != 404 {
		t.Errorf("a file of another version: got status %d, want 404", a.status)
	}
}

// staticResponse is the answer for a static file.
type staticResponse struct {
	status int
	header http.Header
	body   string
}

// static requests a static file with an Accept-Encoding.
func (w *system) static(path, encoding string) staticResponse {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.server.Address+path, nil)
	w.must(err)
	r.Header.Set("Accept-Encoding", encoding)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	w.must(err)
	return staticResponse{response.StatusCode, response.Header, string(body)}
}

func TestErrorPages(t *testing.T) {
	w := newSystem(t)
	anonymous := w.browser()
	anonymous.open("/non-esiste").want(404).shows("Questa pagina non c’è", "Torna alla pagina iniziale").openLink("Torna alla pagina iniziale").want(200)
	anna := w.login("anna", person.ASROperator, torino)
	p := anna.open("/code/inventata").want(404).shows("Questa pagina non c’è")
	if home := p.openLink("Torna alla pagina iniziale"); home.at.Path != "/code/nuove" {
		t.Errorf("an operator's home: got %s, want /code/nuove", home.at)
	}
	anna.open("/non-esiste").want(404).shows("Prova ANNA", "Elenca le richieste").doesNotShow("Accesso riservato")
	anna.open("/code/nuove?stato=inventato").want(422).shows("Ricerca non valida")
}

// While the database is unreachable, pages answer 503. They work again without a restart when it is reachable.
func TestPagesWithoutTheDatabase(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	restore := storetest.MakeUnavailable(t, w.Database)
	p := anna.open("/code/nuove").want(503).shows("Il servizio si sta riprendendo", "non è stato modificato")
	if p.header.Get("Retry-After") == "" {
		t.Error("got no Retry-After")
	}
	w.browser().open("/").want(200) // the page needs no data
	restore()
	w.eventually("the pages work again", func() bool { return anna.open("/code/nuove").status == 200 })
}

func TestStartupPage(t *testing.T) {
	a := httptest.NewRecorder()
	web.StartupPage(a, httptest.NewRequest(http.MethodGet, "/", nil))
	if a.Code != 503 || a.Header().Get("Refresh") == "" || !strings.Contains(a.Body.String(), "questa pagina riprova da sola") {
		t.Errorf("got %d, %v: %s", a.Code, a.Header(), a.Body)
	}
	if got := a.Header().Get("Content-Security-Policy"); got != "default-src 'none'; style-src 'self'; frame-ancestors 'none'" {
		t.Errorf("got policy %q", got)
	}
	style := httptest.NewRecorder()
	web.StartupPage(style, httptest.NewRequest(http.MethodGet, "/avvio.css", nil))
	if !strings.Contains(a.Body.String(), `href="/avvio.css"`) || style.Code != 200 || style.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the style sheet: got %d, %v", style.Code, style.Header())
	}
	sent := httptest.NewRecorder()
	web.StartupPage(sent, httptest.NewRequest(http.MethodPost, "/assistenza/ritiro-documenti", nil))
	if sent.Code != 503 || sent.Header().Get("Refresh") != "" || !strings.Contains(sent.Body.String(), "ciò che ha scritto è ancora lì") {
		t.Errorf("after a form: got %d, %v: %s", sent.Code, sent.Header(), sent.Body)
	}
}

func TestNewRefusesAnIncompleteConfig(t *testing.T) {
	if _, err := web.New(web.Config{}); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("got error %v, want one that wraps no other", err)
	}
}
