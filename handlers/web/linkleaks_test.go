// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/identity/personallink"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web"
)

// TestSecretOfALinkIsNowhere sends personal links in every way in which they may arrive: whole, cut, in another case or encoding, of another
// installation, below and beside the pages of the ticket. No answer has the secret in a header or in its body, or lets a browser send it on as the
// referrer; and neither the log, nor a metric, nor an access record holds it.
func TestSecretOfALinkIsNowhere(t *testing.T) {
	metrics, log := prometheus.NewRegistry(), &storetest.LogBuffer{}
	w := newSystem(t, func(c *web.Config) {
		c.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Middleware = middleware.New(middleware.Config{Log: c.Log, Metrics: metrics})
	})
	id := w.open(request(torino))
	link := w.link(id)
	token := strings.TrimPrefix(link, "/richieste/")
	secret := token[strings.LastIndexByte(token, '.')+1:]
	other := personallink.New(nil, func(purpose, value string) []string {
		return []string{fmt.Sprintf("%x", sha256.Sum256([]byte("another installation"+purpose+value)))}
	}, nil)
	foreign := other.PersonalLink(id, ticket.IssueAt(0, w.Clock.Now()))
	foreignSecret := foreign[strings.LastIndexByte(foreign, '.')+1:]
	path := "/richieste/" + string(id)
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"whole":                     {http.MethodGet, link, http.StatusSeeOther},
		"whole, the head alone":     {http.MethodHead, link, http.StatusSeeOther},
		"with a query":              {http.MethodGet, link + "?fatto=risposta", http.StatusSeeOther},
		"without its last digit":    {http.MethodGet, link[:len(link)-1], http.StatusNotFound},
		"half":                      {http.MethodGet, link[:len(link)-len(secret)/2], http.StatusNotFound},
		"longer":                    {http.MethodGet, link + "0", http.StatusNotFound},
		"with a full stop":          {http.MethodGet, link + ".", http.StatusNotFound},
		"digits in capitals":        {http.MethodGet, "/richieste/t." + string(id) + "." + strings.ToUpper(secret), http.StatusNotFound},
		"ticket in capitals":        {http.MethodGet, "/richieste/t." + strings.ToUpper(string(id)) + "." + secret, http.StatusNotFound},
		"all in capitals":           {http.MethodGet, "/richieste/" + strings.ToUpper(token), http.StatusNotFound},
		"of another installation":   {http.MethodGet, "/richieste/" + foreign, http.StatusNotFound},
		"as a file":                 {http.MethodGet, link + "/allegati/" + string(id), http.StatusSeeOther},
		"below":                     {http.MethodGet, link + "/altro/ancora", http.StatusNotFound},
		"beside":                    {http.MethodGet, "/ticket/" + token, http.StatusSeeOther}, // to the log-in
		"at the root":               {http.MethodGet, "/" + token, http.StatusNotFound},
		"as a parameter":            {http.MethodGet, path + "?link=" + token, http.StatusSeeOther}, // to the log-in
		"as where to go afterwards": {http.MethodGet, "/accesso?poi=//example.org/" + token, http.StatusOK},
		"with another method":       {http.MethodDelete, link, http.StatusNotFound},
		"as a live stream":          {http.MethodGet, "/eventi?ticket=" + token, http.StatusOK},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, w.server.Address+c.path, nil)
		w.must(err)
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		w.must(err)
		body, err := io.ReadAll(answer.Body)
		w.must(err)
		w.must(answer.Body.Close())
		if answer.StatusCode != c.status {
			t.Errorf("%s: got %d, want %d", name, answer.StatusCode, c.status)
		}
		all := strings.ToLower(fmt.Sprint(answer.Header) + string(body))
		for _, s := range []string{secret, foreignSecret} {
			if strings.Contains(all, s[len(s)-40:]) || strings.Contains(all, s[:16]) {
				t.Errorf("%s: got the secret of the link in the answer", name)
			}
		}
		if sent := strings.Contains(strings.ToLower(strings.SplitN(c.path, "?", 2)[0]), secret[:16]); sent && answer.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: got Referrer-Policy %q, want no-referrer: the address of the page has a secret", name, answer.Header.Get("Referrer-Policy"))
		}
	}
	shown := httptest.NewRecorder()
	promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}).ServeHTTP(shown, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	var records string
	w.must(storetest.Connect(t, w.Database).QueryRow(t.Context(), `select coalesce(string_agg(r::text, ' '), '') from access.records r`).Scan(&records))
	for where, text := range map[string]string{"log": log.String(), "metrics": shown.Body.String(), "access records": records} {
		if text == "" || strings.Contains(strings.ToLower(text), secret[:16]) || strings.Contains(strings.ToLower(text), foreignSecret[:16]) {
			t.Errorf("%s: got nothing, or the secret of a link in it", where)
		}
	}
}

// TestLinkOpensInASecondBrowserOnRecord: the link that one browser has exchanged opens the ticket in another one too, on purpose: people open a mail on
// several devices. The access records tell the browsers apart.
func TestLinkOpensInASecondBrowserOnRecord(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	for range 2 {
		w.browser().open(w.link(id)).want(http.StatusOK).shows("RSSMRA80A01H501U")
	}
	var looks, browsers int
	w.must(storetest.Connect(t, w.Database).QueryRow(t.Context(), `
		select count(*), count(distinct session) from access.records where outcome = 'shown' and ticket::text = $1 and person = $1`, string(id)).Scan(&looks, &browsers))
	if looks != 2 || browsers != 2 {
		t.Errorf("got %d looks by %d browsers, want two of each", looks, browsers)
	}
}
