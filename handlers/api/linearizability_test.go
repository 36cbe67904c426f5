// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// The long form is that of make chaos: -args -histories 50 -operations 40.
var (
	histories  = flag.Int("histories", 50, "number of tickets that TestTicketsAreLinearizable works on at the same time")
	operations = flag.Int("operations", 6, "number of operations of each of the clients of a ticket")
)

// clientsPerTicket is the number of operators who work on one ticket at the same time.
const clientsPerTicket = 4

// TestTicketsAreLinearizable: operators work on tickets through two nodes at the same time, while connections of clients and of the
// database break and answers are lost. What they see of each ticket is a history in which each operation takes effect once, at one
// moment between its request and its answer.
func TestTicketsAreLinearizable(t *testing.T) {
	h := newHistoryFixture(t)
	all := make([]*ticketHistory, *histories)
	for n := range all {
		all[n] = h.newHistory(n)
	}
	stopCuts := h.cutDatabaseConnections()
	var clients sync.WaitGroup
	for _, history := range all {
		for n := range clientsPerTicket {
			clients.Go(func() { history.work(n) })
		}
	}
	clients.Wait()
	stopCuts()
	unknown, changed := 0, 0
	for n, history := range all {
		if result, explanation := checkHistory(history.operations); result != porcupine.Ok {
			t.Errorf("history %d of ticket %s: got %s, want %s\n%s", n, history.id, result, porcupine.Ok, explanation)
		}
		if impossible := history.withoutSeenNote(); impossible != nil {
			changed++
			if result, _ := checkHistory(impossible); result != porcupine.Illegal {
				t.Errorf("history %d without a note that was read: got %s, want %s", n, result, porcupine.Illegal)
			}
		}
		for _, o := range history.operations {
			if o.Output.(outcome).unknown {
				unknown++
			}
		}
	}
	t.Logf("%d histories, %d operations, %d of them with an unknown outcome; %d attempts failed, %d connections to the database were cut",
		len(all), *histories*clientsPerTicket**operations, unknown, h.failed.Load(), h.cut.Load())
	if h.failed.Load() == 0 || h.cut.Load() == 0 || changed == 0 {
		t.Errorf("got %d failed attempts, %d cut connections and %d histories with a note that was read, want some of each",
			h.failed.Load(), h.cut.Load(), changed)
	}
}

// TestModelRefusesImpossibleHistories shows that the check can fail: a history that really happened passes, and no longer when an
// acknowledged operation is lost, done twice or seen too late.
func TestModelRefusesImpossibleHistories(t *testing.T) {
	history := func(change func(*outcome)) []porcupine.Operation {
		read := outcome{code: 200, status: "in_lavorazione", version: 3, assignee: "anna", notes: "n1;"}
		if change != nil {
			change(&read)
		}
		return []porcupine.Operation{
			{ClientId: 0, Input: operation{kind: takeTicket, by: "anna"}, Call: 0, Output: outcome{code: 200, status: "in_lavorazione", version: 2}, Return: 1},
			{ClientId: 1, Input: operation{kind: writePublic, by: "carlo", marker: "n1"}, Call: 2, Output: outcome{code: 200, status: "in_lavorazione", version: 3}, Return: 3},
			{ClientId: 0, Input: operation{kind: readTicket, by: "anna"}, Call: 4, Output: read, Return: 5},
		}
	}
	if !porcupine.CheckOperations(ticketModel, history(nil)) {
		t.Error("a history that is possible: got refused, want accepted")
	}
	for name, change := range map[string]func(*outcome){
		"a lost note":                 func(o *outcome) { o.notes, o.version = "", 2 },
		"a note twice":                func(o *outcome) { o.notes, o.version = "n1;n1;", 4 },
		"an old status":               func(o *outcome) { o.status, o.assignee = "nuovo", "" },
		"a note that nobody withdrew": func(o *outcome) { o.notes, o.version = "-n1;", 4 },
	} {
		if porcupine.CheckOperations(ticketModel, history(change)) {
			t.Errorf("%s: got accepted, want refused", name)
		}
	}
	lost := history(nil)
	lost[1].Output, lost[1].Return = outcome{unknown: true}, math.MaxInt64 // nobody knows whether the note was written
	if !porcupine.CheckOperations(ticketModel, lost) {
		t.Error("an unknown outcome that took effect: got refused, want accepted")
	}
	lost[2].Output = outcome{code: 200, status: "in_lavorazione", version: 2, assignee: "anna"}
	if !porcupine.CheckOperations(ticketModel, lost) {
		t.Error("an unknown outcome that took no effect: got refused, want accepted")
	}
}

// TestModelKnowsConflicts: what was written before seeing a take is refused if it sets the status, and not otherwise.
func TestModelKnowsConflicts(t *testing.T) {
	history := func(kind operationKind, out outcome) []porcupine.Operation {
		return []porcupine.Operation{
			{ClientId: 0, Input: operation{kind: takeTicket, by: "anna"}, Call: 0, Output: outcome{code: 200, status: "in_lavorazione", version: 2}, Return: 1},
			{ClientId: 1, Input: operation{kind: kind, by: "carlo", marker: "n1", seen: 1}, Call: 2, Output: out, Return: 3},
		}
	}
	accepted := outcome{code: 200, status: "in_lavorazione", version: 3}
	for name, c := range map[string]struct {
		kind     operationKind
		out      outcome
		possible bool
	}{
		"a status is refused":     {resolveTicket, outcome{code: 412}, true},
		"a status is accepted":    {resolveTicket, outcome{code: 200, status: "risolto", version: 4}, false},
		"a note is accepted":      {writeInternal, accepted, true},
		"a note is refused":       {writeInternal, outcome{code: 412}, false},
		"a refusal for no reason": {writeInternal, outcome{code: 409}, false},
	} {
		if got := porcupine.CheckOperations(ticketModel, history(c.kind, c.out)); got != c.possible {
			t.Errorf("%s: got possible = %t, want %t", name, got, c.possible)
		}
	}
}

// historyFixture is a system of two nodes with operators who are logged in.
type historyFixture struct {
	*fixture
	addresses []string // of the nodes
	operators []user
	start     time.Time
	failed    atomic.Int64 // attempts without a definite answer
	cut       atomic.Int64 // connections to the database
}

func newHistoryFixture(t *testing.T) *historyFixture {
	t.Helper()
	h := &historyFixture{fixture: newFixture(t), start: time.Now()}
	second, err := api.New(api.Config{App: h.system.OpenNode(t), Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	h.must(err)
	h.addresses = []string{h.server.Address, handlertest.Serve(t, second, second.EndStreams).Address}
	for n := range clientsPerTicket {
		h.operators = append(h.operators, h.logIn(fmt.Sprintf("operatore%d", n), person.ASROperator, torino))
	}
	return h
}

// cutDatabaseConnections breaks connections of the nodes to the database, one after the other, until stop is called.
func (h *historyFixture) cutDatabaseConnections() (stop func()) {
	conn := h.connectAsOwner()
	ctx, cancel := context.WithCancel(h.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(40 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			tag, err := conn.Exec(context.WithoutCancel(ctx), `select pg_terminate_backend(pid) from (select pid from pg_stat_activity
				where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1) one`)
			if err != nil {
				h.Errorf("cut a connection: %v", err)
				return
			}
			h.cut.Add(tag.RowsAffected())
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// ticketHistory is one ticket with the operations on it.
type ticketHistory struct {
	*historyFixture
	id         string
	mu         sync.Mutex
	operations []porcupine.Operation
}

func (h *historyFixture) newHistory(n int) *ticketHistory {
	h.Helper()
	body := form(torino)
	body["problem"], body["description"] = "altro", fmt.Sprintf("Richiesta numero %d", n)
	return &ticketHistory{historyFixture: h, id: h.anonymous().post("/api/v1/tickets", body).want(201).text("id")}
}

// work carries out the operations of one client.
func (t *ticketHistory) work(client int) {
	seen := 1
	for n := range *operations {
		in := t.randomOperation(client, n, seen)
		call := time.Since(t.start)
		out := t.carryOut(client, in)
		end := int64(time.Since(t.start))
		if in.kind == readTicket && out.unknown {
			continue // a read that failed had no effect
		}
		if out.unknown {
			end = math.MaxInt64 // it may take effect later
		} else if out.code == 200 {
			seen = out.version
		}
		t.mu.Lock()
		t.operations = append(t.operations, porcupine.Operation{ClientId: client, Input: in, Call: int64(call), Output: out, Return: end})
		t.mu.Unlock()
	}
}

func (t *ticketHistory) randomOperation(client, n, seen int) operation {
	kinds := []operationKind{readTicket, readTicket, readTicket, writeInternal, writePublic, writePublic, undoLastAct, undoLastAct, takeTicket,
		assignTicket, resolveTicket}
	in := operation{kind: kinds[rand.N(len(kinds))], by: t.operators[client].id}
	switch in.kind {
	case writeInternal, writePublic, resolveTicket:
		in.marker = fmt.Sprintf("n%d.%d", client, n)
		if rand.N(3) == 0 {
			in.seen = seen
		}
	case assignTicket:
		in.to = t.operators[rand.N(len(t.operators))].id
	case readTicket, takeTicket, undoLastAct:
	}
	return in
}

// carryOut sends an operation to one node after the other until it is answered. One client in eight gives up after a failure. A refusal
// of a repetition counts as unknown: the first request may still be on its way.
func (t *ticketHistory) carryOut(client int, in operation) outcome {
	method, path, body := http.MethodPost, "/api/v1/tickets/"+t.id+"/updates", fields{}
	switch in.kind {
	case readTicket:
		method, path, body = http.MethodGet, "/api/v1/tickets/"+t.id, nil
	case undoLastAct:
		path, body = "/api/v1/tickets/"+t.id+"/undo", nil
	case writeInternal:
		body["note"] = fields{"text": in.marker, "visibility": "internal"}
	case writePublic:
		body["note"] = public(in.marker)
	case resolveTicket:
		body["status"], body["note"] = "risolto", public(in.marker)
	case takeTicket:
		body["status"] = "in_lavorazione"
	case assignTicket:
		body["assignee"] = in.to
	}
	headers := []string{"Idempotency-Key", fmt.Sprintf("%s-%d", t.id, rand.Uint64())}
	if in.seen > 0 {
		headers = append(headers, "If-Match", fmt.Sprintf(`"%d"`, in.seen))
	}
	for try := range 40 {
		a, err := t.attempt(rand.N(len(t.addresses)), t.operators[client].token, method, path, body, headers)
		if err == nil {
			out := t.outcomeOf(in, a)
			if try > 0 && out.code != 200 {
				return outcome{unknown: true}
			}
			return out
		}
		t.failed.Add(1)
		if in.kind == readTicket || rand.N(8) == 0 {
			break
		}
		<-time.After(rand.N(20 * time.Millisecond)) // between two attempts of a client; the test waits for nothing by it
	}
	return outcome{unknown: true}
}

// errNoAnswer stands for an answer that was lost on its way.
var errNoAnswer = errors.New("the answer was lost")

// attempt sends a request once. Some connections are cut at a random moment, and some answers are lost. 503 is an error.
func (t *ticketHistory) attempt(node int, token, method, path string, body fields, headers []string) (apiResponse, error) {
	ctx := t.Context()
	if rand.N(10) == 0 {
		cut, cancel := context.WithTimeout(ctx, rand.N(15*time.Millisecond))
		defer cancel()
		ctx = cut
	}
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return apiResponse{}, err
		}
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, t.addresses[node]+path, content)
	if err != nil {
		return apiResponse{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return apiResponse{}, err
	}
	defer func() { _ = response.Body.Close() }()
	a := apiResponse{w: t.fixture, status: response.StatusCode, header: response.Header}
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return a, err
	}
	if rand.N(10) == 0 {
		return a, errNoAnswer
	}
	if a.status >= 500 {
		return a, fmt.Errorf("answer %d: %s", a.status, a.raw)
	}
	return a, json.Unmarshal(a.raw, &a.body)
}

// outcomeOf returns what the model sees of an answer.
func (t *ticketHistory) outcomeOf(in operation, a apiResponse) outcome {
	if a.status != http.StatusOK {
		return outcome{code: a.status}
	}
	version, _ := a.body["version"].(float64)
	out := outcome{code: a.status, status: a.text("status"), version: int(version)}
	if in.kind == readTicket {
		out.assignee = a.text("assignee", "id")
		for _, note := range a.list("notes") {
			if note["withdrawn"] == true {
				out.notes += "-"
			}
			out.notes += fmt.Sprint(note["text"]) + ";"
		}
	}
	return out
}

// withoutSeenNote returns the history without the operation that wrote a note that a later read shows, so that the note comes from nowhere;
// nil if no read shows a note.
func (t *ticketHistory) withoutSeenNote() []porcupine.Operation {
	for _, read := range t.operations {
		marker, _, found := strings.Cut(strings.TrimPrefix(read.Output.(outcome).notes, "-"), ";")
		if found {
			return slices.DeleteFunc(slices.Clone(t.operations), func(o porcupine.Operation) bool { return o.Input.(operation).marker == marker })
		}
	}
	return nil
}
