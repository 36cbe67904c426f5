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
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
	"github.com/sol-assistenza/sol/sagas"
)

func TestMain(m *testing.M) { storetest.Run(m) }

const taxCode = "RSSMRA85T10A562S"

var anna = person.Actor{ID: "01930000-0000-7000-8000-000000000a01", Role: person.ASROperator, Entity: "010301"}

// patience is how long the door waits for systems that do answer; short is for those that never do.
const (
	patience = 2 * time.Minute
	short    = 300 * time.Millisecond
)

// fixture is a desk, a simulator, and a fault-injecting proxy between the simulator and the door.
type fixture struct {
	*testing.T
	dispatcher *app.Dispatcher
	sim        *simulator.Simulator
	proxy      *faultyProxy
	connector  *connector.Connector
	metrics    *prometheus.Registry
}

func newFixture(t *testing.T, options ...func(*connector.Config)) *fixture {
	w := &fixture{T: t, sim: simulator.New(simulator.Config{}), metrics: prometheus.NewRegistry()}
	w.dispatcher = app.NewDispatcher(storetest.New(t).Store, rules.Engine{Catalog: catalog.Default(), Playbooks: playbook.Default()})
	served := httptest.NewServer(w.sim)
	t.Cleanup(served.Close)
	w.proxy = newFaultyProxy(t, strings.TrimPrefix(served.URL, "http://"))
	c := connector.Config{
		App: w.dispatcher, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: "http://" + w.proxy.address}},
		Timeout: patience, RetryDelay: time.Millisecond, MaxFailures: 3, BreakerTimeout: 50 * time.Millisecond, Metrics: w.metrics,
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

// open makes a ticket whose run has begun.
func (w *fixture) open() ticket.ID { w.Helper(); return w.openAt("010301") }

func (w *fixture) openAt(entity catalog.EntityCode) ticket.ID {
	w.Helper()
	id := ticket.ID(uuid.Must(uuid.NewV7()).String())
	w.dispatch(id, person.Actor{Role: person.Anonymous}, ticket.Open{
		Number: string(id), Service: "ritiro-documenti", Problem: "referto-non-trovato", Entity: entity, Channel: ticket.ChannelWeb,
		Identity: ticket.Declared, Subject: "s", Requester: ticket.ForSelf,
		Form: ticket.Form{GivenName: "Prova", FamilyName: "Fittizia", TaxCode: taxCode, Email: "prova@example.it", Phone: "+39 011 0000000", Description: "Non trovo il referto"},
	})
	w.dispatch(id, person.Actor{ID: "referto-check", Role: person.System}, ticket.BeginPlaybook{})
	return id
}

func (w *fixture) dispatch(on ticket.ID, by person.Actor, c ticket.Command) {
	w.Helper()
	if _, err := w.dispatcher.Dispatch(w.Context(), app.CommandRequest{Ticket: on, Command: c, By: by}); err != nil {
		w.Fatal(err)
	}
}

func (w *fixture) run(id ticket.ID) ticket.PlaybookRun {
	w.Helper()
	s, _, err := w.dispatcher.State(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}
	return s.Run
}

var whichReport = sagas.ConnectorQuestion{Run: 1, Entity: "010301", Check: "referto-individuato", Query: playbook.FindReport, Fact: "found"}

// ask asks once and answers why it is not known; "" when it is.
func (w *fixture) ask(id ticket.ID) ticket.QueryFailure {
	w.Helper()
	if err := w.connector.HandleQuestion(w.Context(), uuid.NewString(), id, whichReport); err != nil {
		w.Fatal(err)
	}
	return w.run(id).Tried["referto-individuato"].Why
}

// eventually asks again until the systems answer.
func (w *fixture) eventually(what string, holds func() bool) {
	w.Helper()
	storetest.Eventually(w.T, what, holds)
}

// open tells whether the entity's breaker is.
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

func TestAMachineAnswersACheckWithItsEvidence(t *testing.T) {
	w := newFixture(t)
	w.sim.Set(taxCode, simulator.Person{Facts: map[playbook.Fact]bool{"found": true, "ours": true}, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-11-03"}})
	id := w.open()
	if why := w.ask(id); why != "" {
		t.Fatalf("not known: %s", why)
	}
	given := w.run(id).Answers["referto-individuato"]
	if !given.Yes || given.Query != playbook.FindReport || given.By.ID != "connector" || given.Evidence["identifier"] != "REF-1" {
		t.Errorf("it learned %+v", given)
	}
	asked := w.sim.QuestionCount()
	if w.ask(id); w.sim.QuestionCount() != asked {
		t.Error("it asks for what is known")
	}
}

// Timeouts, half answers, cut connections, a crawling peer: never an answer, and never for ever. The breaker opens, and
// when the peer is back the answer comes in.
func TestFaultsOnTheWay(t *testing.T) {
	for name, f := range map[string]fault{"a lost answer": lose, "a crawling peer": crawl, "a half answer": truncate, "a cut line": reset} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t, func(c *connector.Config) { c.Timeout = short })
			w.sim.Set(taxCode, simulator.Person{Facts: map[playbook.Fact]bool{"found": true}})
			id := w.open()
			w.proxy.fault.Store(&f)
			if why := w.ask(id); why != ticket.SystemUnreachable {
				t.Fatalf("it is %q", why)
			}
			if !w.breakerIsOpen() { // three failures in a row
				t.Error("the breaker is closed")
			}
			if len(w.run(id).Answers) > 0 {
				t.Fatalf("it learned %+v", w.run(id).Answers)
			}
			w.proxy.fault.Store(nil)
			w.eventually("the answer comes in", func() bool { return w.ask(id) == "" && w.run(id).Answers["referto-individuato"].Yes })
			if w.breakerIsOpen() {
				t.Error("the breaker is still open")
			}
		})
	}
}

// What is no answer is never taken for one.
func TestInvalidAnswerIsUnknown(t *testing.T) {
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
			t.Errorf("%.60s is %q, %+v", answer, why, w.run(id).Answers)
		}
	}
	w := newFixture(t)
	id := w.open()
	for status, want := range map[int]ticket.QueryFailure{500: ticket.SystemUnreachable, 404: ticket.AnswerNotKnown, 302: ticket.SystemUnreachable} {
		w.sim.Set(taxCode, simulator.Person{Status: status})
		w.eventually("the system is asked", func() bool { return w.ask(id) == want })
	}
}

// A tax code goes where the configuration says and nowhere else, and no answer is too long, too deep or too slow to bear.
func TestASystemThatMisbehaves(t *testing.T) {
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
		"302": {redirect(http.StatusFound), ticket.SystemUnreachable, patience},
		"307": {redirect(http.StatusTemporaryRedirect), ticket.SystemUnreachable, patience},
		"308": {redirect(http.StatusPermanentRedirect), ticket.SystemUnreachable, patience},
		"204": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, ticket.SystemUnreachable, patience},
		"an endless body": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(make([]byte, 4096))
			}
		}, ticket.InvalidAnswer, patience},
		"endless headers": {func(w http.ResponseWriter, _ *http.Request) {
			for n := range 200 {
				w.Header().Set(fmt.Sprintf("X-%d", n), strings.Repeat("x", 100_000))
			}
		}, ticket.SystemUnreachable, patience},
		"a body that unpacks without end": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}, ticket.InvalidAnswer, patience},
		"a body that trickles": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, `{"facts": {"found": true}`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, ticket.SystemUnreachable, short},
		"headers that do not come": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ticket.SystemUnreachable, short},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			// Who serves notices that the door has hung up only once the request was read.
			served := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				c.handle(to, r)
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
				t.Errorf("it is %q, %+v", why, w.run(id).Answers)
			}
		})
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d others were told", n)
	}
}

// Where everybody has the same address, one entity's trouble is not the others'.
func TestEveryEntityHasABreakerOfItsOwn(t *testing.T) {
	w := newFixture(t)
	var asked atomic.Int32
	served := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/010301/") {
			asked.Add(1)
			to.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprint(to, `{"facts": {"found": true}}`)
	}))
	defer served.Close()
	var err error
	w.connector, err = connector.New(connector.Config{App: w.dispatcher, Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: served.URL + "/{entity}"}},
		Timeout: patience, RetryDelay: time.Millisecond, MaxFailures: 3, BreakerTimeout: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if why := w.ask(w.open()); why != ticket.SystemUnreachable {
			t.Fatalf("it is %q", why)
		}
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("it is asked %d times", n)
	}
	id, theirs := w.openAt("010203"), whichReport
	theirs.Entity = "010203"
	if err := w.connector.HandleQuestion(t.Context(), uuid.NewString(), id, theirs); err != nil || !w.run(id).Answers["referto-individuato"].Yes {
		t.Errorf("another's is %+v, %v", w.run(id), err)
	}
}

func TestWithoutASystemItIsNotKnown(t *testing.T) {
	w := newFixture(t)
	var err error
	if w.connector, err = connector.New(connector.Config{App: w.dispatcher, Playbooks: playbook.Default()}); err != nil {
		t.Fatal(err)
	}
	if why := w.ask(w.open()); why != ticket.NoSystemConnected {
		t.Errorf("it is %q", why)
	}
}

// An operator's call does not wait for a system that hangs: both are under way at the same time, and the call is answered.
func TestAHangingSystemHoldsNobodyUp(t *testing.T) {
	w := newFixture(t)
	id := w.open()
	w.sim.Set(taxCode, simulator.Person{Delay: simulator.Duration(time.Hour)})
	ctx, cancel := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() { answered <- w.connector.HandleQuestion(ctx, uuid.NewString(), id, whichReport) }()
	w.eventually("the system is asked", func() bool { return w.sim.QuestionCount() > 0 })
	w.dispatch(id, anna, ticket.Update{Changes: ticket.Changes{Status: ticket.InProgress}})
	w.dispatch(id, anna, ticket.Update{Answers: []ticket.AnswerInput{{Check: "referto-individuato"}}})
	cancel()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("the question that was given up ends with %v", err)
	}
	if given := w.run(id).Answers["referto-individuato"]; given.Yes || given.By != anna {
		t.Errorf("the operator's answer is %+v", given)
	}
}

func TestSystemsAreReadFromAFile(t *testing.T) {
	for text, want := range map[string]string{
		`{"010301": {"url": "https://sistemi.example.it"}, "*": {"url": "http://127.0.0.1:1"}}`: "",
		`{"010301": {"url": "sistemi"}}`:      "url",
		`{"999999": {"url": "http://x"}}`:     "no entity",
		`{"010301": {"address": "http://x"}}`: "address",
	} {
		path := filepath.Join(t.TempDir(), "connectors.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := connector.ReadSystems(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
