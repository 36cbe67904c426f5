// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
	"github.com/sol-assistenza/sol/handlers/web"
)

// linkBrowser opens personal links without following redirects, with a cookie or without one.
type linkBrowser struct {
	w      *system
	cookie string
}

func (b linkBrowser) get(path string) *http.Response {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodGet, b.w.server.Address+path, nil)
	b.w.must(err)
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "sol-link", Value: b.cookie})
	}
	response, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	b.w.must(err)
	b.w.must(response.Body.Close())
	return response
}

// TestPersonalLinkIsExchangedForACookie: the first use of a link answers with a cookie for the pages of its ticket and leads to the ticket's address.
// Neither the address, nor the page, nor the log of the service holds the secret of the link; the cookie is another one.
func TestPersonalLinkIsExchangedForACookie(t *testing.T) {
	for address, cookie := range map[string]string{
		"http://localhost":           `^sol-link=c\.[^;]+; Path=/richieste/ID; HttpOnly; SameSite=Lax$`,
		"https://assistenza.example": `^__Secure-sol-link=c\.[^;]+; Path=/richieste/ID; HttpOnly; Secure; SameSite=Lax$`,
	} {
		w := newSystem(t, func(c *web.Config) { c.PublicURL = address })
		id := w.open(request(torino))
		link := w.link(id)
		secret := link[strings.LastIndex(link, ".")+1:]
		answer := linkBrowser{w: w}.get(link + "?fatto=risposta")
		if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/richieste/"+string(id)+"?fatto=risposta" || answer.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: got %d to %q with Referrer-Policy %q, want 303 to the ticket and no-referrer", address, answer.StatusCode, answer.Header.Get("Location"), answer.Header.Get("Referrer-Policy"))
		}
		set := answer.Header.Get("Set-Cookie")
		if want := strings.Replace(cookie, "ID", string(id), 1); !regexp.MustCompile(want).MatchString(set) || strings.Contains(set, secret) {
			t.Errorf("%s: got cookie %q, want %s without the secret of the link", address, set, want)
		}
		if address != "http://localhost" {
			continue // a client of http does not send the cookie back
		}
		b := w.browser()
		page := b.open(link).want(http.StatusOK).shows("RSSMRA80A01H501U").doesNotShow(secret)
		if page.at.Path != "/richieste/"+string(id) {
			t.Errorf("got page %s, want that of the ticket", page.at)
		}
		page.submit("Invia", formValues{"Il Suo messaggio": "Eccomi"}).want(http.StatusOK).shows("Eccomi").doesNotShow(secret)
		b.open("/richieste/" + string(id)).want(http.StatusOK).shows("Eccomi")
		b.open("/richieste/t." + string(id) + ".prova").want(http.StatusNotFound)
		if strings.Contains(w.log.String(), secret) {
			t.Error("got the secret of the link in the log of the service, want it nowhere")
		}
	}
}

// TestFormOfAnEarlierPageIsNotLost: a page that a node of the release before showed sends its reply to the link.
func TestFormOfAnEarlierPageIsNotLost(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	b := w.browser()
	sent := b.open(w.link(id)).request("Invia", formValues{"Il Suo messaggio": "Scritto prima"})
	sent.URL.Path = w.link(id)
	jar, err := cookiejar.New(nil)
	w.must(err)
	b.client.Jar = jar
	if page := b.send(sent).want(http.StatusOK).shows("Scritto prima"); page.at.Path != "/richieste/"+string(id) {
		t.Errorf("got page %s, want that of the ticket", page.at)
	}
}

// TestWrongLinksAreRefusedAndRecorded: links and cookies that are guessed, of another ticket, expired, replayed after their end, or revoked open
// nothing, and each refusal is recorded with the ticket that it names.
func TestWrongLinksAreRefusedAndRecorded(t *testing.T) {
	w := newSystem(t)
	id, other := w.open(request(torino)), w.open(request(torino))
	conn := storetest.Connect(t, w.Database)
	records := func(of ticket.ID) (n int) {
		w.must(conn.QueryRow(t.Context(), `select count(*) from access.records where outcome = 'refused' and ticket::text = $1`, string(of)).Scan(&n))
		return n
	}
	path := "/richieste/" + string(id)
	link, parsed := w.link(id), personallink.Link{Ticket: id, Issue: ticket.IssueAt(0, w.Clock.Now())}
	valid := w.App.Identity.LinkCookie(parsed, w.App.Identity.Now().Add(time.Hour))
	check := func(name, cookie, path string, status int) {
		t.Helper()
		before := records(id)
		got := linkBrowser{w, cookie}.get(path)
		if got.StatusCode != status || records(id) != before+1 {
			t.Errorf("%s: got %d and %d records, want %d and one", name, got.StatusCode, records(id)-before, status)
		}
		if strings.Contains(path, "t.") && got.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: got Referrer-Policy %q, want no-referrer: the page's address has a secret", name, got.Header.Get("Referrer-Policy"))
		}
	}
	if got := (linkBrowser{w, valid}).get(path).StatusCode; got != http.StatusOK {
		t.Fatalf("valid cookie: got %d, want 200", got)
	}
	check("guessed link", "", "/richieste/t."+string(id)+"."+strings.Repeat("0", 72), http.StatusNotFound)
	check("link of another ticket", "", strings.Replace(w.link(other), string(other), string(id), 1), http.StatusNotFound)
	check("guessed cookie", valid[:len(valid)-4]+"0000", path, http.StatusGone)
	check("cookie of another ticket", strings.Replace(valid, string(id), string(other), 1), path, http.StatusSeeOther) // to the log-in
	check("cookie after its end", w.App.Identity.LinkCookie(parsed, w.App.Identity.Now().Add(-time.Second)), path, http.StatusGone)
	check("link in place of the cookie", strings.TrimPrefix(link, "/richieste/"), path, http.StatusGone)
	check("cookie in place of the link", "", "/richieste/"+valid, http.StatusNotFound)
	check("no cookie", "", path, http.StatusSeeOther)
	_, err := w.App.RevokeLinks(t.Context(), app.Caller{Actor: torinoOperator}, id, app.RevokeRequest{Reason: "inoltrato a estranei"}, app.Idempotency{})
	w.must(err)
	check("revoked link", "", link, http.StatusGone)
	check("cookie of a revoked link", valid, path, http.StatusGone)
	token, err := w.App.PersonalLink(t.Context(), id)
	w.must(err)
	w.Clock.Advance((ticket.DefaultLinkDays + 1) * 24 * time.Hour)
	check("expired link", "", "/richieste/"+token, http.StatusGone)
}

// TestLinkStaysInItsPathBesideEarlierNodes: while a node of the release before runs, which knows no cookie, the page has the link in its path.
func TestLinkStaysInItsPathBesideEarlierNodes(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	_, err := storetest.Connect(t, w.Database).Exec(t.Context(), `insert into keys.nodes (node, masters, known, release) values (gen_random_uuid(), '{}', '{}', 1)`)
	w.must(err)
	if page := w.browser().open(w.link(id)).want(http.StatusOK).shows("RSSMRA80A01H501U"); page.at.Path != w.link(id) || page.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("got page %s with Referrer-Policy %q, want the path of the link and no-referrer", page.at.Path, page.header.Get("Referrer-Policy"))
	}
}
