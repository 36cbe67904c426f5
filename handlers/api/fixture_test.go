// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const (
	torino   catalog.EntityCode = "010301"
	novara   catalog.EntityCode = "010208"
	password                    = handlertest.Password
	pin                         = handlertest.PIN
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is a running system with an API that tests call over HTTP.
type fixture struct {
	*testing.T
	system   *handlertest.System
	clock    *storetest.Clock
	store    *eventstore.Store
	database string // URL of the database, as its owner
	identity *identity.Identity
	server   *handlertest.Server
	contract *contract
	metrics  http.HandlerFunc
	log      *storetest.LogBuffer
}

func newFixture(t *testing.T, options ...func(*api.Config)) *fixture {
	t.Helper()
	return newFixtureWithCatalog(t, catalog.Default(), options...)
}

func newFixtureWithCatalog(t *testing.T, cat *catalog.Catalog, options ...func(*api.Config)) *fixture {
	t.Helper()
	return newFixtureWithLog(t, cat, func(*eventstore.Config) {}, options...)
}

func newFixtureWithLog(t *testing.T, cat *catalog.Catalog, log func(*eventstore.Config), options ...func(*api.Config)) *fixture {
	t.Helper()
	return newFixtureWithOptions(t, handlertest.Options{Catalog: cat, Log: log}, options...)
}

func newFixtureWithOptions(t *testing.T, o handlertest.Options, options ...func(*api.Config)) *fixture {
	t.Helper()
	base := handlertest.New(t, o)
	w := &fixture{T: t, system: base, clock: base.Clock, store: base.Store, database: base.Database, identity: base.App.Identity, log: &storetest.LogBuffer{}}
	metrics := prometheus.NewRegistry()
	storetest.ExpectMetricsWithoutPersonalData(t, metrics)
	config := api.Config{
		App: base.App,
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), Metrics: metrics,
		Heartbeat: 50 * time.Millisecond,
	}
	for _, o := range options {
		o(&config)
	}
	handler, err := api.New(config)
	w.must(err)
	w.contract, w.metrics = newContract(handler.Contract()), handler.ServeMetrics
	w.server = handlertest.Serve(t, handler, handler.EndStreams)
	return w
}

// in returns the fixture for a subtest.
func (w *fixture) in(t *testing.T) *fixture {
	inner := *w
	inner.T = t
	return &inner
}

// in returns the user for a subtest.
func (u user) in(t *testing.T) user {
	u.w = u.w.in(t)
	return u
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// advance moves the log's clock.
func (w *fixture) advance(d time.Duration) { w.clock.Advance(d) }

func (w *fixture) eventually(what string, condition func() bool) {
	w.Helper()
	storetest.Eventually(w.T, what, condition)
}

// user calls the API with a token, or without one.
type user struct {
	w     *fixture
	id    string
	token string
}

// logIn creates an account with one placement and logs it in.
func (w *fixture) logIn(username string, role person.Role, entity catalog.EntityCode) user {
	w.Helper()
	id := w.system.Account(w.T, username, role, entity)
	a := w.anonymous().post("/api/v1/sessions", map[string]string{"username": username, "password": password, "pin": pin}).want(201)
	return user{w, id, a.text("token")}
}

func (w *fixture) anonymous() user { return user{w: w} }

// linkHolder returns the holder of a ticket's personal link.
func (w *fixture) linkHolder(id string) user {
	return user{w: w, token: w.identity.PersonalLink(ticket.ID(id), ticket.LinkIssue{})}
}

// apiResponse is a response with its body read.
type apiResponse struct {
	w      *fixture
	status int
	header http.Header
	raw    []byte
	body   map[string]any // nil if the body is not a JSON object
}

// do sends a request and checks the response against the OpenAPI document. headers holds names and values alternately.
func (u user) do(method, path string, body any, headers ...string) apiResponse {
	u.w.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		u.w.must(err)
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(u.w.Context(), method, u.w.server.Address+path, content)
	u.w.must(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if u.token != "" {
		r.Header.Set("Authorization", "Bearer "+u.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	u.w.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	u.w.must(err)
	a := apiResponse{w: u.w, status: response.StatusCode, header: response.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body) // files and lists are not objects
	if violation := u.w.contract.violation(r, a); violation != "" {
		u.w.Errorf("%s %s: got %d %.500s, which violates the OpenAPI document: %s", method, path, a.status, raw, violation)
	}
	return a
}

func (u user) get(path string, headers ...string) apiResponse {
	u.w.Helper()
	return u.do(http.MethodGet, path, nil, headers...)
}

func (u user) post(path string, body any, headers ...string) apiResponse {
	u.w.Helper()
	return u.do(http.MethodPost, path, body, headers...)
}

// update posts an update of a ticket («Aggiorna»).
func (u user) update(id string, body fields, headers ...string) apiResponse {
	u.w.Helper()
	return u.post("/api/v1/tickets/"+id+"/updates", body, headers...)
}

func (u user) ticket(id string) apiResponse {
	u.w.Helper()
	return u.get("/api/v1/tickets/" + id)
}

// reached gets a path with ?after= until the read models contain the position. One request waits for two seconds and then marks its
// response as stale.
func (u user) reached(path string) (a apiResponse) {
	u.w.Helper()
	u.w.eventually("the read models reach "+path, func() bool {
		a = u.get(path).want(200)
		return a.at("stale") == nil
	})
	return a
}

// queue returns the numbers of the tickets in a queue, after the read models have reached a position.
func (u user) queue(id, after string) []string {
	u.w.Helper()
	var numbers []string
	for _, item := range u.reached("/api/v1/tickets?queue=" + id + "&after=" + after).list("items") {
		numbers = append(numbers, fmt.Sprint(item["number"]))
	}
	return numbers
}

// want fails the test unless the response has the status.
func (a apiResponse) want(status int) apiResponse {
	a.w.Helper()
	if a.status != status {
		a.w.Fatalf("got %d, want %d: %s", a.status, status, a.raw)
	}
	return a
}

// problem fails the test unless the response is a problem with this status and type whose text contains each of parts.
func (a apiResponse) problem(status int, kind string, parts ...string) apiResponse {
	a.w.Helper()
	a.want(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.w.Fatalf("content type %s: %s", got, a.raw)
	}
	if a.text("type") != "urn:sol:problem:"+kind || a.text("title") == "" || a.text("detail") == "" || a.body["status"] != float64(status) {
		a.w.Fatalf("got %s, want a complete problem of type %s", a.raw, kind)
	}
	for _, part := range parts {
		if !strings.Contains(string(a.raw), part) {
			a.w.Fatalf("got %s, want it to contain %q", a.raw, part)
		}
	}
	return a
}

// at returns the value at a path of names in the body, nil if one is missing.
func (a apiResponse) at(path ...string) any {
	var v any = a.body
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func (a apiResponse) text(path ...string) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a apiResponse) list(path ...string) []map[string]any {
	a.w.Helper()
	items, ok := a.at(path...).([]any)
	if !ok {
		a.w.Fatalf("no list %v in %s", path, a.raw)
	}
	objects := []map[string]any{}
	for _, i := range items {
		object, _ := i.(map[string]any)
		objects = append(objects, object)
	}
	return objects
}

// fields is a JSON object.
type fields map[string]any

// form returns a valid assistance form for an entity.
func form(entity catalog.EntityCode) fields {
	return fields{
		"service": "ritiro-documenti", "problem": "referto-non-trovato", "entity": entity, "description": "Non trovo il referto delle analisi",
		"requester": fields{
			"role": "cittadino", "given_name": "Maria", "family_name": "Finzione", "tax_code": "RSSMRA80A01H501U",
			"email": "maria@example.org", "phone": "+39 011 0000000",
		},
	}
}

// public returns a public note.
func public(text string) fields { return fields{"text": text, "visibility": "public"} }
