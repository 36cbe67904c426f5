// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package connector_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
	"github.com/sol-assistenza/sol/sagas"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const taxCode = "RSSMRA85T10A562S"

var anna = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}

// longTimeout is the timeout in tests of systems that answer; shortTimeout is for systems that never answer.
const (
	longTimeout  = 2 * time.Minute
	shortTimeout = 300 * time.Millisecond
)

// fixture is a command dispatcher, a simulator, a connector, and a fault-injecting proxy between the connector and the simulator.
type fixture struct {
	*testing.T
	store      *eventstore.Store
	dispatcher *app.TicketDispatcher
	sim        *simulator.Simulator
	proxy      *faultyProxy
	connector  *connector.Connector
	metrics    *prometheus.Registry
}

func newFixture(t *testing.T, options ...func(*connector.Config)) *fixture {
	w := &fixture{T: t, sim: simulator.New(simulator.Config{}), metrics: prometheus.NewRegistry(), store: storetest.New(t).Store}
	w.dispatcher = app.NewTicketDispatcher(w.store, rules.Engine{Catalog: catalog.Default(), Playbooks: playbook.Default()})
	served := httptest.NewServer(w.sim)
	t.Cleanup(served.Close)
	w.proxy = newFaultyProxy(t, strings.TrimPrefix(served.URL, "http://"))
	c := connector.Config{
		App: w.dispatcher, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: "http://" + w.proxy.address}},
		Timeout: longTimeout, RetryDelay: time.Millisecond, MaxFailures: 3, BreakerTimeout: 50 * time.Millisecond, Metrics: w.metrics,
	}
	for _, o := range options {
		o(&c)
	}
	var err error
	if w.connector, err = connector.New(c); err != nil {
		t.Fatal(err)
	}
	return w
}

// open opens a ticket and begins its playbook run.
func (w *fixture) open() ticket.ID { w.Helper(); return w.openAt("010301") }

func (w *fixture) openAt(entity catalog.EntityCode) ticket.ID {
	w.Helper()
	id := ticket.ID(uuid.Must(uuid.NewV7()).String())
	open := tickettest.DeclaredOpenCommand(string(id), entity)
	open.Form.TaxCode = taxCode
	w.dispatch(id, person.Actor{Role: person.Anonymous}, open)
	w.dispatch(id, person.Actor{ID: "referto-check", Role: person.System}, ticket.BeginPlaybook{})
	return id
}

func (w *fixture) dispatch(id ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	handlertest.Dispatch(w.T, w.dispatcher, id, by, c)
}

func (w *fixture) run(id ticket.ID) ticket.PlaybookRun {
	w.Helper()
	s, _, err := w.dispatcher.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return s.Run
}

var findReport = sagas.ConnectorQuestion{Run: 1, Entity: "010301", Check: "referto-individuato", Query: playbook.FindReport, Fact: "found"}

// ask handles one question and returns the recorded reason why there is no answer; "" if there is one.
func (w *fixture) ask(id ticket.ID) ticket.QueryFailure {
	w.Helper()
	if err := w.connector.HandleQuestion(w.Context(), uuid.NewString(), id, findReport); err != nil {
		w.Fatal(err)
	}
	return w.run(id).Tried["referto-individuato"].Why
}

// eventually waits until holds returns true.
func (w *fixture) eventually(what string, holds func() bool) {
	w.Helper()
	storetest.Eventually(w.T, what, holds)
}

// breakerIsOpen reports whether the metric shows an open circuit breaker of the first entity.
func (w *fixture) breakerIsOpen() bool {
	w.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		w.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "sol_connector_breaker_open" {
			return f.GetMetric()[0].GetGauge().GetValue() == 1
		}
	}
	return false
}

func TestSystemAnswersCheckWithEvidence(t *testing.T) {
	w := newFixture(t)
	w.sim.Set(taxCode, simulator.Person{Facts: map[playbook.Fact]bool{"found": true, "ours": true}, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-11-03"}})
	id := w.open()
	if why := w.ask(id); why != "" {
		t.Fatalf("got reason %s, want an answer", why)
	}
	answer := w.run(id).Answers["referto-individuato"]
	if !answer.Yes || answer.Query != playbook.FindReport || answer.By.ID != "connector" || answer.Evidence["identifier"] != "REF-1" {
		t.Errorf("got answer %+v, want yes with identifier REF-1", answer)
	}
	before := w.sim.QuestionCount()
	if w.ask(id); w.sim.QuestionCount() != before {
		t.Error("got a second question about an answered check, want none")
	}
}

// TestQuestionsAreRecordedAsAccesses: each question leaves an access record with ticket, entity and query; a question that is not asked
// leaves none.
func TestQuestionsAreRecordedAsAccesses(t *testing.T) {
	w := newFixture(t)
	w.sim.Set(taxCode, simulator.Person{Facts: map[playbook.Fact]bool{"found": true}})
	id := w.open()
	for range 2 { // the second question is about an answered check
		w.ask(id)
	}
	auditor := person.Actor{ID: "01930000-0000-7000-8000-000000000a02", Role: person.Auditor}
	all, err := accesslog.List(t.Context(), w.store.Pools().Request, auditor, id, "", nil, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := accesslog.Access{
		By: person.Actor{ID: "connector", Role: person.System, Entity: "010301"}, Controller: "010301", Ticket: id, Kind: accesslog.Question,
		Outcome: accesslog.Shown, Detail: "find-report",
	}
	if len(all) != 1 || !reflect.DeepEqual(all[0].Access, want) {
		t.Errorf("got %+v, want one record %+v", all, want)
	}
}

// A timeout, an incomplete answer, a reset connection and a slow peer give no answer, within bounded time. The circuit breaker opens. When
// the peer works again, the answer is recorded.
func TestNetworkFaultsGiveNoAnswer(t *testing.T) {
	for name, f := range map[string]fault{"lost answer": lose, "slow peer": crawl, "incomplete answer": truncate, "connection reset": reset} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t, func(c *connector.Config) { c.Timeout = shortTimeout })
			w.sim.Set(taxCode, simulator.Person{Facts: map[playbook.Fact]bool{"found": true}})
			id := w.open()
			w.proxy.fault.Store(&f)
			if why := w.ask(id); why != ticket.SystemUnreachable {
				t.Fatalf("got reason %q, want %q", why, ticket.SystemUnreachable)
			}
			if !w.breakerIsOpen() { // three consecutive failures
				t.Error("got a closed breaker, want an open one")
			}
			if len(w.run(id).Answers) > 0 {
				t.Fatalf("got answers %+v, want none", w.run(id).Answers)
			}
			w.proxy.fault.Store(nil)
			w.eventually("the answer is recorded", func() bool { return w.ask(id) == "" && w.run(id).Answers["referto-individuato"].Yes })
			if w.breakerIsOpen() {
				t.Error("got an open breaker, want a closed one")
			}
		})
	}
}

func TestInvalidAnswerIsNotRecorded(t *testing.T) {
	for answer, want := range map[string]ticket.QueryFailure{
		`{"facts": {"found": "yes"}}`: ticket.InvalidAnswer,
		`{"facts": {"found": true}`:   ticket.InvalidAnswer,
		`{"found": true}`:             ticket.InvalidAnswer,
		`[]`:                          ticket.InvalidAnswer,
		``:                            ticket.InvalidAnswer,
		`{"facts": {"found": true, "paid": true}}`:                                                     ticket.InvalidAnswer,
		`{"facts": {"found": true, "preparing": true}}`:                                                ticket.InvalidAnswer,
		`{"facts": {"found": true}, "evidence": {"produced_on": "ieri"}}`:                              ticket.InvalidAnswer,
		`{"facts": {"found": true}, "evidence": {"pin": "1234"}}`:                                      ticket.InvalidAnswer,
		`{"facts": {"found": null}}`:                                                                   ticket.InvalidAnswer,
		`{"facts": {"found": true}, "evidence": {"identifier": null}}`:                                 ticket.InvalidAnswer,
		`{"facts": {"found": true, "found": false}}`:                                                   ticket.InvalidAnswer,
		`{"FACTS": {"found": true}}`:                                                                   ticket.InvalidAnswer,
		`{"facts": {"found": true}}}`:                                                                  ticket.InvalidAnswer,
		`{"facts": {"found": true}}]`:                                                                  ticket.InvalidAnswer,
		`{"facts": {"found": true}, "facts": {"ours": true}}`:                                          ticket.InvalidAnswer,
		"{\"facts\": {\"found\": true}, \"evidence\": {\"identifier\": \"a\\u0000b\"}}":                ticket.InvalidAnswer,
		"{\"facts\": {\"found\": true}, \"evidence\": {\"identifier\": \"a\\nb\"}}":                    ticket.InvalidAnswer,
		"{\"facts\": {\"found\": true}, \"evidence\": {\"identifier\": \"\\u202efdp.exe\"}}":           ticket.InvalidAnswer,
		"{\"facts\": {\"found\": true}, \"evidence\": {\"identifier\": \"a\xff\"}}":                    ticket.InvalidAnswer,
		`{"facts": {"found": true}, "evidence": {"identifier": ""}}`:                                   ticket.InvalidAnswer,
		strings.Repeat("[", 60000):                                                                     ticket.InvalidAnswer,
		`{"facts": {"found": true}} trailing`:                                                          ticket.InvalidAnswer,
		`{"facts": {"found": true}, "evidence": {"identifier": "` + strings.Repeat("x", 70000) + `"}}`: ticket.InvalidAnswer,
		`{"facts": {"ours": true}}`:                                                                    ticket.AnswerNotKnown,
	} {
		w := newFixture(t)
		w.sim.Set(taxCode, simulator.Person{RawAnswer: answer})
		if answer == "" {
			w.sim.Set(taxCode, simulator.Person{RawAnswer: " "})
		}
		id := w.open()
		if why := w.ask(id); why != want || len(w.run(id).Answers) > 0 {
			t.Errorf("%.60s: got reason %q, answers %+v, want %q, none", answer, why, w.run(id).Answers, want)
		}
	}
	w := newFixture(t)
	id := w.open()
	for status, want := range map[int]ticket.QueryFailure{500: ticket.SystemUnreachable, 404: ticket.AnswerNotKnown, 302: ticket.SystemUnreachable} {
		w.sim.Set(taxCode, simulator.Person{Status: status})
		w.eventually("the system is asked", func() bool { return w.ask(id) == want })
	}
}

// Requests go only to the configured address, and answers that are too long, too deep or too slow give a failure.
func TestMisbehavingSystemGivesNoAnswer(t *testing.T) {
	var requests atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = fmt.Fprint(w, `{"facts": {"found": true}}`)
	}))
	defer elsewhere.Close()
	var packed bytes.Buffer
	pack := gzip.NewWriter(&packed)
	_, _ = pack.Write([]byte(`{"facts": {"found": true}, "evidence": {"identifier": "`))
	_, _ = pack.Write(make([]byte, 50<<20))
	_ = pack.Close()
	redirect := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) }
	}
	for name, c := range map[string]struct {
		handle  http.HandlerFunc
		want    ticket.QueryFailure
		timeout time.Duration
	}{
		"302": {redirect(http.StatusFound), ticket.SystemUnreachable, longTimeout},
		"307": {redirect(http.StatusTemporaryRedirect), ticket.SystemUnreachable, longTimeout},
		"308": {redirect(http.StatusPermanentRedirect), ticket.SystemUnreachable, longTimeout},
		"204": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, ticket.SystemUnreachable, longTimeout},
		"endless body": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(make([]byte, 4096))
			}
		}, ticket.InvalidAnswer, longTimeout},
		"endless headers": {func(w http.ResponseWriter, _ *http.Request) {
			for n := range 200 {
				w.Header().Set(fmt.Sprintf("X-%d", n), strings.Repeat("x", 100_000))
			}
		}, ticket.SystemUnreachable, longTimeout},
		"compressed body of 50 MB": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}, ticket.InvalidAnswer, longTimeout},
		"body that does not end": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, `{"facts": {"found": true}`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, ticket.SystemUnreachable, shortTimeout},
		"headers that never come": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ticket.SystemUnreachable, shortTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			// The server notices that the connector has closed the connection only after it has read the request.
			served := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				c.handle(rw, r)
			}))
			defer served.Close()
			var err error
			w.connector, err = connector.New(connector.Config{App: w.dispatcher, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: served.URL}},
				Timeout: c.timeout, RetryDelay: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			id := w.open()
			if why := w.ask(id); why != c.want || len(w.run(id).Answers) > 0 {
				t.Errorf("got reason %q, answers %+v, want %q, none", why, w.run(id).Answers, c.want)
			}
		})
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("got %d requests at another address, want none", n)
	}
}

// Entities with the same address have separate circuit breakers: failures for one entity do not affect the others.
func TestEachEntityHasItsOwnBreaker(t *testing.T) {
	w := newFixture(t)
	var requests atomic.Int32
	served := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/010301/") {
			requests.Add(1)
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprint(rw, `{"facts": {"found": true}}`)
	}))
	defer served.Close()
	var err error
	w.connector, err = connector.New(connector.Config{App: w.dispatcher, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: served.URL + "/{entity}"}},
		Timeout: longTimeout, RetryDelay: time.Millisecond, MaxFailures: 3, BreakerTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if why := w.ask(w.open()); why != ticket.SystemUnreachable {
			t.Fatalf("got reason %q, want %q", why, ticket.SystemUnreachable)
		}
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("got %d requests, want 3", n)
	}
	id, question := w.openAt("010203"), findReport
	question.Entity = "010203"
	if err := w.connector.HandleQuestion(t.Context(), uuid.NewString(), id, question); err != nil || !w.run(id).Answers["referto-individuato"].Yes {
		t.Errorf("other entity: got %+v, error %v, want the answer yes", w.run(id), err)
	}
}

func TestEntityWithoutSystemGetsNoAnswer(t *testing.T) {
	w := newFixture(t)
	var err error
	if w.connector, err = connector.New(connector.Config{App: w.dispatcher, Playbooks: playbook.Default()}); err != nil {
		t.Fatal(err)
	}
	if why := w.ask(w.open()); why != ticket.NoSystemConnected {
		t.Errorf("got reason %q, want %q", why, ticket.NoSystemConnected)
	}
}

// An operator's command does not wait for a system that hangs: it is carried out while the question still waits for its answer.
func TestHangingSystemDoesNotDelayOperators(t *testing.T) {
	w := newFixture(t)
	id := w.open()
	w.sim.Set(taxCode, simulator.Person{Delay: simulator.Duration(time.Hour)})
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() { answered <- w.connector.HandleQuestion(ctx, uuid.NewString(), id, findReport) }()
	w.eventually("the system is asked", func() bool { return w.sim.QuestionCount() > 0 })
	w.dispatch(id, anna, ticket.Update{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	w.dispatch(id, anna, ticket.Update{Answers: []ticket.AnswerInput{{Check: "referto-individuato"}}})
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled question: got error %v, want %v", err, context.Canceled)
	}
	if answer := w.run(id).Answers["referto-individuato"]; answer.Yes || answer.By != anna {
		t.Errorf("got answer %+v, want no by %+v", answer, anna)
	}
}

func TestReadSystems(t *testing.T) {
	for text, want := range map[string]string{
		`{"010301": {"url": "https://sistemi.example.it"}, "*": {"url": "http://127.0.0.1:1", "allow_http": true}}`: "",
		`{"010301": {"url": "http://127.0.0.1:1"}}`:                                                                 "want https://", // it is not said
		`{"010301": {"url": "sistemi"}}`:                                                                            "url",
		`{"999999": {"url": "https://x"}}`:                                                                          "no entity",
		`{"010301": {"address": "http://x"}}`:                                                                       "address",
	} {
		path := filepath.Join(t.TempDir(), "connectors.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := connector.ReadSystems(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", text, err, want)
		}
	}
}

// withoutStandby is an application whose reads may be of commits that the standby does not have.
type withoutStandby struct{ *app.TicketDispatcher }

func (withoutStandby) Barrier(context.Context) error { return eventstore.ErrUnavailable }

// A question holds what the ticket says. It leaves when that cannot be lost any more.
func TestQuestionWaitsForABarrier(t *testing.T) {
	var asked atomic.Int32
	served := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer served.Close()
	w := newFixture(t)
	var err error
	w.connector, err = connector.New(connector.Config{
		App: withoutStandby{w.dispatcher}, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: served.URL}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.connector.HandleQuestion(t.Context(), uuid.NewString(), w.open(), findReport)
	if !errors.Is(err, eventstore.ErrUnavailable) || asked.Load() > 0 {
		t.Errorf("got %v and %d requests, want ErrUnavailable and none", err, asked.Load())
	}
}
