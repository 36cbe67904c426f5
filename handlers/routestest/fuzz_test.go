// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// fuzzRequests sends requests that are like those to the routes, as somebody who may send each. No request may fail in the service: what nobody can
// read is refused.
func fuzzRequests(f *testing.F, server *handlertest.Server, s *routestest.System, routes []routestest.Route) {
	about := s.Open(routestest.Redirected, ticket.StatusInProgress)
	s.WaitForLists()
	for n, r := range routes {
		who := n % len(s.People)
		in := r.Request(routestest.Call{Who: s.People[who], Ticket: about, System: s})
		f.Add(byte(who), in.Method, in.Path, in.ContentType, "If-Match", `"1"`, in.Body)
	}
	for _, strange := range []string{"\x00", "%00", "\xff", "%ff", "'\"<&", "99999999999999999999", "-1", "0x1", "２", "\u202e", "{}", "[]", "null", strings.Repeat("a", 3000)} {
		escaped := url.QueryEscape(strange)
		for n, path := range []string{"/coda?q=", "/revisione/registro?dal=", "/api/v1/tickets?q=", "/api/v1/tickets?cursor=", "/cruscotto?dal=", "/ticket/" + string(about.ID) + "?versione="} {
			f.Add(byte(n*5), "GET", path+escaped, "", "Last-Event-Id", strange, "")
		}
		f.Add(byte(5), "POST", "/api/v1/tickets/"+string(about.ID)+"/updates", "application/json", "Idempotency-Key", strange, `{"note": {"text": "`+strange+`", "visibility": "internal"}}`)
		f.Add(byte(5), "POST", "/ticket/"+string(about.ID), "application/x-www-form-urlencoded", "Cookie", strange, "testo="+escaped+"&versione="+escaped+"&stato="+escaped)
		f.Add(byte(5), "POST", "/ticket/"+string(about.ID), "multipart/form-data; boundary=b", "Cookie", strange, "--b\r\nContent-Disposition: form-data; name=\""+strange+"\"\r\n\r\n"+strange+"\r\n--b--")
	}
	f.Fuzz(func(t *testing.T, who byte, method, path, contentType, header, value, body string) {
		if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, "/eventi") || strings.Contains(path, "/stream") || !httpguts.ValidHeaderFieldName(header) ||
			!httpguts.ValidHeaderFieldValue(value) || !httpguts.ValidHeaderFieldValue(contentType) || !httpguts.ValidHeaderFieldName(method) {
			t.Skip("no server gets such a request from the standard library, or the answer is a stream")
		}
		if u, err := url.ParseRequestURI(path); err != nil || u.Path == "" {
			t.Skip("no server gets such a path")
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.RequestURI = method, path
		r.URL, _ = url.ParseRequestURI(path)
		by := s.People[int(who)%len(s.People)]
		r.Header = http.Header{header: {value}, "Content-Type": {contentType}, "Authorization": {"Bearer " + by.Token}}
		if header != "Cookie" {
			r.AddCookie(&http.Cookie{Name: "sol", Value: by.Token})
		}
		answer := httptest.NewRecorder()
		server.Handler.ServeHTTP(answer, r)
		if answer.Code >= http.StatusInternalServerError && answer.Code != http.StatusNotImplemented {
			t.Errorf("%s %q as %s: got %d %.300s", method, path, by.Name, answer.Code, answer.Body)
		}
	})
}

// FuzzOperations sends requests to the API.
func FuzzOperations(f *testing.F) {
	server, s := serveAPI(f)
	fuzzRequests(f, server, s, routestest.API())
}

// FuzzPages sends requests to the pages.
func FuzzPages(f *testing.F) {
	server, s, _ := servePages(f)
	fuzzRequests(f, server, s, routestest.Pages())
}
