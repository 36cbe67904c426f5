// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package routestest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// Answer is the answer to a request.
type Answer struct {
	Outcome Outcome
	Status  int
	Header  http.Header
	Body    string // of a stream: its first part
}

// client follows no redirects.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Send sends the request of a route and returns the answer. The API gets a token in its header, the pages get it in their cookie.
func (s *System) Send(server *handlertest.Server, r Route, who Person, about Ticket) Answer {
	s.T.Helper()
	in := r.Request(Call{Who: who, Ticket: about, System: s})
	a, to := s.send(server, in, who)
	if in.ThenGet && to != "" && a.Outcome == LetIn {
		a, _ = s.send(server, get(to), who)
	}
	return a
}

// send sends a request and returns the answer, and where it sends the client.
func (s *System) send(server *handlertest.Server, in Request, who Person) (a Answer, location string) {
	s.T.Helper()
	ctx, cancel := context.WithCancel(s.T.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, in.Method, server.Address+in.Path, strings.NewReader(in.Body))
	s.must(err)
	for name, values := range in.Header {
		request.Header[name] = values
	}
	if in.ContentType != "" {
		request.Header.Set("Content-Type", in.ContentType)
	}
	switch api := strings.HasPrefix(in.Path, "/api/"); {
	case who.Token != "" && api:
		request.Header.Set("Authorization", "Bearer "+who.Token)
	case who.Token != "" && who.Link == "":
		request.AddCookie(&http.Cookie{Name: "sol", Value: who.Token}) //nolint:gosec // G124: a test sends it over http
	case who.Link != "" && !strings.Contains(in.Path, who.Token): // the cookie for which a browser exchanged the link
		link, _ := s.App.Identity.ParsePersonalLink(who.Token)
		request.AddCookie(&http.Cookie{Name: "sol-link", Value: s.App.Identity.LinkCookie(link, s.App.Identity.Now().Add(time.Hour))}) //nolint:gosec // G124: the same
	}
	response, err := client.Do(request)
	s.must(err)
	defer response.Body.Close()
	var content []byte
	for err == nil && !(in.Stream && strings.Contains(string(content), "\ndata: ")) { // the rest of a stream comes as long as the client stays
		part := make([]byte, 32*1024)
		var n int
		n, err = response.Body.Read(part)
		content = append(content, part[:n]...)
	}
	if !errors.Is(err, io.EOF) {
		s.must(err)
	}
	to, err := url.Parse(response.Header.Get("Location"))
	s.must(err)
	a = Answer{Status: response.StatusCode, Header: response.Header, Body: string(content)}
	if response.Header.Get("Location") != "" {
		location = to.RequestURI()
	}
	a.Outcome = outcomeOf(response.StatusCode, location)
	if in.Stream && strings.Contains(a.Body, "event: end") {
		a.Outcome = LogInFirst
	}
	return a, location
}

// seenVersion returns the version of the ticket that the caller would have read.
func (c Call) seenVersion() string {
	return strconv.Itoa(max(1, c.Ticket.State.Known.VersionFor(c.Who.Actor, c.System.Clock.Now())))
}

// moment returns the time of now, for a view of a moment.
func (c Call) moment() string {
	return url.QueryEscape(c.System.Clock.Now().Add(-time.Second).UTC().Format(time.RFC3339Nano))
}
