// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

func TestStatusMetricsAndHeaders(t *testing.T) {
	w := newFixture(t)
	a := w.anonymous().get("/status").want(200)
	if a.header.Get("Content-Type") != "application/problem+json" || string(a.raw) != "{\"status\":200,\"title\":\"OK\"}\n" {
		t.Errorf("status: got %s, %s", a.header.Get("Content-Type"), a.raw)
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := a.header.Get(header); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	if a.header.Get("X-Request-ID") == "" {
		t.Error("got no X-Request-ID")
	}
	anna := w.logIn("anna", person.ASROperator, torino)
	trace := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	got := anna.get("/api/v1/tickets/"+id+"?at=2026-03-02T09:00:00Z", "X-Request-ID", "abc-1", "Traceparent", trace).want(200)
	if got.header.Get("X-Request-ID") != "abc-1" {
		t.Errorf("request id: got %q, want abc-1", got.header.Get("X-Request-ID"))
	}
	anna.get("/api/v1/tickets?q=RSSMRA80A01H501U").want(200)
	anna.get("/nessun/RSSMRA80A01H501U", "X-Request-ID", "RSSMRA 80A01 H501U").want(404)
	w.anonymous().get("/metrics").want(404)
	scraped := httptest.NewRecorder()
	w.metrics(scraped, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	metrics := scraped.Body.String()
	for _, line := range []string{
		`sol_http_request_duration_seconds_count{method="GET",route="GET /api/v1/tickets/{id}",status="200"} 1`,
		`sol_http_request_duration_seconds_count{method="GET",route="none",status="404"} 2`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("got no metric %s", line)
		}
	}
	log := w.log.String()
	for _, part := range []string{`"route":"GET /api/v1/tickets/{id}"`, `"request_id":"abc-1"`, `"trace_id":"0af7651916cd43dd8448eb211c80319c"`, `"role":"operatore_asr"`, `"entity":"010301"`} {
		if !strings.Contains(log, part) {
			t.Errorf("got no %s in the log", part)
		}
	}
	for _, personal := range []string{"RSSMRA", "H501U", id, "127.0.0.1", password, anna.token} {
		if strings.Contains(log, personal) || strings.Contains(metrics, personal) {
			t.Errorf("got %s in log or metrics, want no personal data", personal)
		}
	}
}

func TestOpenAPIDocumentIsComplete(t *testing.T) {
	w := newFixture(t)
	a := w.anonymous().get("/openapi.json").want(200)
	if a.text("info", "version") != "1" {
		t.Errorf("got version %s, want that of the contract and none of a build", a.text("info", "version"))
	}
	if a.text("openapi") != "3.1.0" || a.at("components", "securitySchemes", "session") == nil {
		t.Fatalf("got the document %.200s", a.raw)
	}
	if yaml := w.anonymous().get("/openapi.yaml").want(200); !strings.Contains(string(yaml.raw), "openapi: 3.1.0") {
		t.Errorf("got the YAML %.200s", yaml.raw)
	}
	for _, unwanted := range []string{"$schema", `["array","null"]`} {
		if strings.Contains(string(a.raw), unwanted) {
			t.Errorf("got %s in the document", unwanted)
		}
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(a.raw), -1) {
		if a.at("components", "schemas", ref[1]) == nil {
			t.Errorf("got a reference to the missing schema %s", ref[1])
		}
	}
	var calls, ids []string
	paths := a.at("paths").(map[string]any)
	for path, item := range paths {
		for verb, call := range item.(map[string]any) {
			calls = append(calls, strings.ToUpper(verb)+" "+path)
			operation := call.(map[string]any)
			ids = append(ids, operation["operationId"].(string))
			responses := operation["responses"].(map[string]any)
			if path == "/status" {
				continue
			}
			for _, status := range []string{"401", "422", "429", "500", "503"} {
				content, _ := json.Marshal(responses[status])
				if !strings.Contains(string(content), `"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}`) {
					t.Errorf("%s %s, status %s: got %s, want the schema Problem", verb, path, status, content)
				}
			}
		}
	}
	slices.Sort(calls)
	want := []string{
		"DELETE /api/v1/accounts/{account}/identities/{identity}", "DELETE /api/v1/accounts/{account}/sessions/{session}", "DELETE /api/v1/api-tokens/{token}", "DELETE /api/v1/sessions/current", "DELETE /api/v1/sessions/{session}", "GET /api/v1/access-records",
		"GET /api/v1/access-report", "GET /api/v1/accounts/{account}/identities", "GET /api/v1/accounts/{account}/sessions", "GET /api/v1/agreements", "GET /api/v1/api-tokens", "GET /api/v1/catalog", "GET /api/v1/dashboard", "GET /api/v1/entities/{entity}/privacy-statement",
		"GET /api/v1/notifications",
		"GET /api/v1/operators", "GET /api/v1/preferences", "GET /api/v1/queues", "GET /api/v1/sessions", "GET /api/v1/sessions/current/factors", "GET /api/v1/stream",
		"GET /api/v1/tickets", "GET /api/v1/tickets.csv", "GET /api/v1/tickets/{id}", "GET /api/v1/tickets/{id}/accesses", "GET /api/v1/tickets/{id}/attachments/{attachment}",
		"GET /api/v1/tickets/{id}/events", "GET /api/v1/tickets/{id}/playbook", "GET /api/v1/unusual-reading", "GET /status", "POST /api/v1/accounts/{account}/identities", "POST /api/v1/agreements", "POST /api/v1/agreements/end", "POST /api/v1/api-tokens",
		"POST /api/v1/entities/{entity}/privacy-statement",
		"POST /api/v1/notifications/read", "POST /api/v1/notifications/{id}/read", "POST /api/v1/sessions", "POST /api/v1/sessions/current/factors/recovery-codes",
		"POST /api/v1/sessions/current/factors/security-keys", "POST /api/v1/sessions/current/factors/totp", "POST /api/v1/sessions/current/factors/{factor}/confirmation", "POST /api/v1/sessions/current/factors/{factor}/registration",
		"POST /api/v1/sessions/current/factors/{factor}/removal", "POST /api/v1/sessions/current/second-factor/security-key",
		"POST /api/v1/tickets", "POST /api/v1/tickets/{id}/access", "POST /api/v1/tickets/{id}/contacts", "POST /api/v1/tickets/{id}/informed",
		"POST /api/v1/tickets/{id}/link-revocations", "POST /api/v1/tickets/{id}/playbook/answers", "POST /api/v1/tickets/{id}/replies", "POST /api/v1/tickets/{id}/representation-checks",
		"POST /api/v1/tickets/{id}/undo",
		"POST /api/v1/tickets/{id}/updates", "POST /api/v1/unusual-reading/{id}/examination", "PUT /api/v1/preferences", "PUT /api/v1/sessions/current/credentials",
		"PUT /api/v1/sessions/current/placement", "PUT /api/v1/sessions/current/second-factor", "PUT /api/v1/sessions/current/second-factor/security-key",
	}
	if !slices.Equal(calls, want) {
		t.Errorf("operations: got %q, want %q", calls, want)
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(want) {
		t.Errorf("operation ids: got %q, want %d different ones", ids, len(want))
	}
}

func TestPlacementMustBeChosenFirst(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	_, err := w.identity.AddPlacement(t.Context(), anna.id, person.ASROperator, novara, time.Time{})
	w.must(err)
	login := w.anonymous().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin}).want(201)
	if len(login.list("placements")) != 2 || login.at("placement") != nil || login.text("person", "name") != "Prova ANNA" {
		t.Fatalf("login: got %s", login.raw)
	}
	unplaced := user{w, anna.id, login.text("token")}
	unplaced.get("/api/v1/queues").problem(403, "placement-required", "PUT /api/v1/sessions/current/placement")
	unplaced.do(http.MethodPut, "/api/v1/sessions/current/placement", fields{"role": "auditor"}).problem(403, "not-your-placement")
	chosen := unplaced.do(http.MethodPut, "/api/v1/sessions/current/placement", fields{"role": "operatore_asr", "entity": novara}).want(200)
	unplaced.get("/api/v1/queues").problem(401, "unauthorized")
	if got := (user{w, anna.id, chosen.text("token")}).get("/api/v1/queues").want(200); len(got.list("items")) != 7 {
		t.Fatalf("queues are %s", got.raw)
	}
	w.anonymous().get("/api/v1/queues").problem(401, "unauthorized", "POST /api/v1/sessions")
}

func TestLoginRefusals(t *testing.T) {
	w := newFixture(t)
	w.logIn("anna", person.ASROperator, torino)
	badCredentials := fields{"username": "anna", "password": "sbagliata", "pin": pin}
	for range 5 {
		a := w.anonymous().post("/api/v1/sessions", badCredentials).problem(401, "wrong-credentials", "FAQ 2.2")
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("WWW-Authenticate: got %q, want Bearer", a.header.Get("WWW-Authenticate"))
		}
	}
	a := w.anonymous().post("/api/v1/sessions", fields{"username": "anna", "password": password, "pin": pin}).problem(429, "login-locked", "FAQ 2.2")
	if a.header.Get("Retry-After") == "" {
		t.Error("got no Retry-After")
	}
	w.anonymous().post("/api/v1/sessions", fields{"username": "anna"}).problem(422, "invalid", `"field":"password"`, `"field":"pin"`)
}

// Outside the demo no citizen logs in with a password, and who has one is told which way to take (decree-law 76/2020, article 24). Who guesses learns
// nothing.
func TestCitizensHaveNoPasswords(t *testing.T) {
	w := newFixture(t)
	w.system.Account(t, "dora", person.Citizen, "")
	w.identity.CitizenPasswords = false
	w.anonymous().post("/api/v1/sessions", fields{"username": "dora", "password": password, "pin": pin}).problem(401, "login-refused", "SPID or CIE", "FAQ 2.2")
	w.anonymous().post("/api/v1/sessions", fields{"username": "dora", "password": "sbagliata", "pin": pin}).problem(401, "wrong-credentials")
	_, err := w.system.App.Accounts.Create(t.Context(), accounts.CommandLine, identity.NewAccount{Username: "elio", GivenName: "Elio", FamilyName: "Prova", TaxCode: "RSSMRA85T10A562S"}, accounts.Request{Change: account.Change{Role: person.Citizen}})
	if refused := new(identity.InvalidError); !errors.As(err, &refused) || refused.Reason.Code != refusal.CitizenPassword {
		t.Errorf("a local account of a citizen: got %v", err)
	}
	all, err := accesslog.ListLogins(t.Context(), w.store.Pools().Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 10)
	if err != nil || len(all) != 2 || all[1].Reason != string(refusal.CitizenPassword) || all[0].Reason != "" {
		t.Errorf("got records %+v, %v", all, err)
	}
}

func TestRateLimits(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		c.Middleware = middleware.New(middleware.Config{Limits: middleware.Limits{Form: middleware.Rate{PerMinute: 1, Burst: 2}, Session: middleware.Rate{PerMinute: 1, Burst: 3}}})
	})
	anna, carlo := w.logIn("anna", person.ASROperator, torino), w.logIn("carlo", person.ASROperator, torino)
	for left := 1; left >= 0; left-- {
		a := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
		if a.header.Get("X-RateLimit-Limit") != "2" || a.header.Get("X-RateLimit-Remaining") != fmt.Sprint(left) || a.header.Get("X-RateLimit-Reset") == "" {
			t.Errorf("got headers %v, want the limit 2 and its rest", a.header)
		}
	}
	a := w.anonymous().post("/api/v1/tickets", form(torino), "X-Forwarded-For", "192.0.2.1").problem(429, "rate-limited", "Retry-After")
	if after := a.header.Get("Retry-After"); after == "" || after == "0" || a.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("Retry-After: got %q, want seconds", after)
	}
	for range 3 {
		anna.get("/api/v1/queues").want(200)
	}
	anna.get("/api/v1/queues").problem(429, "rate-limited")
	carlo.get("/api/v1/queues").want(200)                                                           // each account has its own limit
	carlo.post("/api/v1/tickets", form(torino)).problem(429, "rate-limited", "1 requests a minute") // the form's limit is by address
}

func TestLoginLimitHoldsForSessions(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		c.Middleware = middleware.New(middleware.Config{Limits: middleware.Limits{Login: middleware.Rate{PerMinute: 1, Burst: 2}}})
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	again := fields{"username": "anna", "password": password, "pin": pin}
	anna.post("/api/v1/sessions", again).want(201)
	anna.post("/api/v1/sessions", again).problem(429, "rate-limited")
	anna.get("/api/v1/queues").want(200)
}

func TestWrongTokensAreLimitedAndSessionsAreNot(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		c.Middleware = middleware.New(middleware.Config{Limits: middleware.Limits{Public: middleware.Rate{PerMinute: 1, Burst: 2}}})
	})
	anna := w.logIn("anna", person.ASROperator, torino)
	for range 5 {
		anna.get("/api/v1/queues").want(200)
	}
	guess := user{w: w, token: strings.Repeat("A", 43)}
	for range 2 {
		guess.get("/api/v1/queues").problem(401, "unauthorized")
	}
	guess.get("/api/v1/queues").problem(429, "rate-limited")
	user{w: w, token: "t.x.y"}.get("/api/v1/queues").problem(429, "rate-limited")
	w.anonymous().get("/api/v1/queues").problem(401, "unauthorized") // clients of the address without a token are not affected
}

func TestConcurrentUploadsAreLimited(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		c.Middleware = middleware.New(middleware.Config{MaxUploads: 1, UploadWait: 50 * time.Millisecond})
	})
	reader, writer := io.Pipe()
	begun := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: sync.OnceFunc(func() { close(begun) })})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.Address+"/api/v1/tickets", reader)
	w.must(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Expect", "100-continue") // the server says it when it begins to read, so when the upload has its place
	results := make(chan int, 1)
	go func() {
		status := 0
		if response, err := http.DefaultClient.Do(r); err == nil {
			status = response.StatusCode
			response.Body.Close()
		}
		results <- status
	}()
	slow, err := json.Marshal(form(torino))
	w.must(err)
	_, err = writer.Write(slow[:10])
	w.must(err)
	select {
	case <-begun:
	case status := <-results:
		t.Fatalf("slow upload: got %d before it was sent", status)
	}

	large := form(torino)
	large["attachments"] = []fields{file("a.pdf", append([]byte("%PDF-1.4"), make([]byte, 100<<10)...))}
	if a := w.anonymous().post("/api/v1/tickets", large).problem(503, "unavailable"); a.header.Get("Retry-After") == "" {
		t.Error("got no Retry-After")
	}
	w.anonymous().post("/api/v1/tickets", form(torino)).want(201) // small bodies are not limited
	_, err = writer.Write(slow[10:])
	w.must(err)
	w.must(writer.Close())
	if status := <-results; status != 201 {
		t.Errorf("slow upload: got %d, want 201", status)
	}
	w.eventually("an upload is accepted again", func() bool { return w.anonymous().post("/api/v1/tickets", large).status == 201 })
}

func TestPolicyRefusalsAreProblems(t *testing.T) {
	w := newFixture(t)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	calls := map[policy.Action]func(u user) apiResponse{
		policy.OpenTicket:         func(u user) apiResponse { return u.post("/api/v1/tickets", fields{}) },
		policy.ReadTicket:         func(u user) apiResponse { return u.ticket(id) },
		policy.ListTickets:        func(u user) apiResponse { return u.get("/api/v1/queues") },
		policy.UpdateTicket:       func(u user) apiResponse { return u.update(id, fields{}) },
		policy.UndoAct:            func(u user) apiResponse { return u.post("/api/v1/tickets/"+id+"/undo", nil) },
		policy.ReplyToTicket:      func(u user) apiResponse { return u.post("/api/v1/tickets/"+id+"/replies", fields{}) },
		policy.ReadEvents:         func(u user) apiResponse { return u.get("/api/v1/tickets/" + id + "/events") },
		policy.ReadOwnAccesses:    func(u user) apiResponse { return u.get("/api/v1/tickets/" + id + "/accesses") },
		policy.SearchAccesses:     func(u user) apiResponse { return u.get("/api/v1/access-records") },
		policy.ReportAccesses:     func(u user) apiResponse { return u.get("/api/v1/access-report?ticket=" + id) },
		policy.SubscribeToChanges: func(u user) apiResponse { return u.get("/api/v1/stream", "Last-Event-ID", "x") },
		policy.ListOperators:      func(u user) apiResponse { return u.get("/api/v1/operators") },
		policy.ReadNotifications:  func(u user) apiResponse { return u.get("/api/v1/notifications") },

		policy.ChoosePreferences: func(u user) apiResponse { return u.get("/api/v1/preferences") },

		policy.ReadFigures:   func(u user) apiResponse { return u.get("/api/v1/dashboard") },
		policy.ExportTickets: func(u user) apiResponse { return u.get("/api/v1/tickets.csv") },
	}
	for by, u := range map[person.Actor]user{
		{Role: person.ASROperator, Entity: torino}: w.logIn("aa", person.ASROperator, torino), {Role: person.Auditor}: w.logIn("bb", person.Auditor, ""),
		{Role: person.Citizen}: w.logIn("cc", person.Citizen, ""), {Role: person.Integration}: w.logIn("dd", person.Integration, ""),
		{Role: person.Administrator}: w.logIn("ee", person.Administrator, ""),
	} {
		for action, call := range calls {
			if a := call(u); (a.status == 403 && a.text("type") == "urn:sol:problem:forbidden") == policy.May(by, action) {
				t.Errorf("%+v, %s: got %d %s, want allowed %t", by, action, a.status, a.raw, policy.May(by, action))
			}
		}
	}
}
