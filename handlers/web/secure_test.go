// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/web"
)

// C4: nothing inline, nothing of third parties, nothing kept by caches.
func TestEveryAnswerIsSecured(t *testing.T) {
	w := newSystem(t)
	b := w.login("anna", person.ASROperator, torino)
	for _, path := range []string{"/", "/accesso", "/code/nuove", "/non-esiste", "/ticket/00000000-0000-4000-8000-000000000000"} {
		h := b.open(path).header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, part)
			}
		}
		for _, loose := range []string{"unsafe", "http:", "https:", "*"} {
			if strings.Contains(policy, loose) {
				t.Errorf("%s: the policy %q allows %s", path, policy, loose)
			}
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if h.Get("X-Request-Id") == "" {
			t.Errorf("%s has no request id", path)
		}
	}
}

func TestTheCookieIsTheBrowsersAlone(t *testing.T) {
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
			t.Errorf("%s: the cookie is %q", address, got)
		}
		if strict := p.header.Get("Strict-Transport-Security") != ""; strict != strings.HasPrefix(address, "https") {
			t.Errorf("%s: strict transport %v", address, strict)
		}
	}
}

// Another site can send a form with the operator's cookie; the browser says that it does.
func TestAForeignFormIsRefused(t *testing.T) {
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
		answer := anna.send(r).want(403).says("Modulo inviato da un altro sito", "niente è stato modificato")
		if answer.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: the refusal has no policy", name)
		}
	}
	anna.open("/ticket/" + string(id)).doesNotSay("mai scritta")
}

func TestStaticFilesAreKeptForEver(t *testing.T) {
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
			t.Errorf("%s has no hash in it", path)
		}
		plain, packed := w.static(path, "identity"), w.static(path, "gzip, br")
		for _, a := range []staticResponse{plain, packed} {
			if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: Cache-Control %q", path, got)
			}
			if a.header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s: Vary %q", path, a.header.Get("Vary"))
			}
		}
		if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(plain.body) {
			t.Errorf("%s: %d bytes packed, %d plain", path, len(packed.body), len(plain.body))
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		w.must(err)
		if again, err := io.ReadAll(z); err != nil || string(again) != plain.body {
			t.Errorf("%s: packed it is something else (%v)", path, err)
		}
	}
	if found < 4 {
		t.Errorf("the page names %d files", found)
	}
	if a := w.static("/statico/000000000000/sol.css", ""); a.status != 404 {
		t.Errorf("a file of another version answers %d", a.status)
	}
}

// staticResponse is what a static file answers.
type staticResponse struct {
	status int
	header http.Header
	body   string
}

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
	nobody := w.browser()
	nobody.open("/non-esiste").want(404).says("Questa pagina non c’è", "Torna alla pagina iniziale").openLink("Torna alla pagina iniziale").want(200)
	anna := w.login("anna", person.ASROperator, torino)
	p := anna.open("/code/inventata").want(404).says("Questa pagina non c’è")
	if home := p.openLink("Torna alla pagina iniziale"); home.at.Path != "/code/nuove" {
		t.Errorf("an operator's home is %s", home.at)
	}
	anna.open("/code/nuove?stato=inventato").want(422).says("Ricerca non valida")
}

// With the database gone, pages say so and come back by themselves when it does.
func TestWithoutTheDatabase(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	config, err := pgx.ParseConfig(w.Database)
	w.must(err)
	name := config.Database
	config.Database = "postgres"
	admin, err := pgx.ConnectConfig(t.Context(), config)
	w.must(err)
	defer admin.Close(context.WithoutCancel(t.Context()))
	run := func(sql string) {
		_, err := admin.Exec(t.Context(), sql)
		w.must(err)
	}
	run(`alter database ` + name + ` allow_connections false`)
	run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	p := anna.open("/code/nuove").want(503).says("Il servizio si sta riprendendo", "non è stato modificato")
	if p.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	w.browser().open("/").want(200) // what needs no data is there
	run(`alter database ` + name + ` allow_connections true`)
	w.eventually("the pages come back", func() bool { return anna.open("/code/nuove").status == 200 })
}

func TestComingUp(t *testing.T) {
	a := httptest.NewRecorder()
	web.StartupPage(a, httptest.NewRequest(http.MethodGet, "/", nil))
	if a.Code != 503 || a.Header().Get("Refresh") == "" || !strings.Contains(a.Body.String(), "questa pagina riprova da sola") {
		t.Errorf("it answers %d, %v: %s", a.Code, a.Header(), a.Body)
	}
	if got := a.Header().Get("Content-Security-Policy"); got != "default-src 'none'; style-src 'self'; frame-ancestors 'none'" {
		t.Errorf("its policy is %q", got)
	}
	style := httptest.NewRecorder()
	web.StartupPage(style, httptest.NewRequest(http.MethodGet, "/avvio.css", nil))
	if !strings.Contains(a.Body.String(), `href="/avvio.css"`) || style.Code != 200 || style.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("its style answers %d, %v", style.Code, style.Header())
	}
	sent := httptest.NewRecorder()
	web.StartupPage(sent, httptest.NewRequest(http.MethodPost, "/assistenza/ritiro-documenti", nil))
	if sent.Code != 503 || sent.Header().Get("Refresh") != "" || !strings.Contains(sent.Body.String(), "ciò che ha scritto è ancora lì") {
		t.Errorf("after a form it answers %d, %v: %s", sent.Code, sent.Header(), sent.Body)
	}
}

func TestNewRefusesWhatIsMissing(t *testing.T) {
	if _, err := web.New(web.Config{}); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("New answers %v", err)
	}
}
