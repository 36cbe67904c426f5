// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/outbox"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
	"github.com/sol-assistenza/sol/sagas"
)

// newFixtureWithConnector returns a fixture whose entities have a connected system: the simulator, reached through the outbox.
func newFixtureWithConnector(t *testing.T) (*fixture, *simulator.Simulator) {
	t.Helper()
	w := newFixtureWithPlaybooks(t, playbook.Default())
	sim := simulator.New(simulator.Config{})
	server := httptest.NewServer(sim)
	connectors, err := connector.New(connector.Config{
		App:       app.NewTicketDispatcher(w.store, rules.Engine{Catalog: catalog.Default(), Hold: rules.DefaultHold, Playbooks: playbook.Default()}),
		Playbooks: playbook.Default(), Systems: connector.Systems{"*": {URL: server.URL}}, Timeout: 2 * time.Minute, RetryDelay: time.Millisecond,
	})
	w.must(err)
	b, err := outbox.New(outbox.Config{Pool: w.store.Pools().Outbox, PollInterval: 5 * time.Millisecond, Handlers: []outbox.Handler{{
		Name: "ask", Topic: sagas.TopicAskConnector, Handle: func(ctx context.Context, m outbox.Message) error {
			var q sagas.ConnectorQuestion
			if err := json.Unmarshal(m.Payload, &q); err != nil {
				return err
			}
			return connectors.HandleQuestion(ctx, m.ID, m.Ticket, q)
		},
	}}})
	w.must(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		handlertest.ExpectStopped(t, "outbox", <-done)
		server.Close()
	})
	return w, sim
}

// The connected systems answer with evidence all checks that a system can answer, until an outcome with its note is proposed or the next
// check needs a person. One act carries out the outcome (FAQ 2.7–2.12).
func TestFAQ_2_7_to_2_12_ConnectedSystemsAnswerChecks(t *testing.T) {
	type facts = map[playbook.Fact]bool
	report := playbook.Evidence{"identifier": "REF-PROVA-0001", "produced_on": "2026-02-20", "paid_on": "2026-02-21"}
	for name, c := range map[string]struct {
		service, problem string
		facts            facts
		first            []fields // answers of an operator
		outcome, note    string
		open             string
	}{
		"2.7 repaired":           {"ritiro-documenti", "invio-fallito", facts{"positive": true}, nil, "invio-risolto", "", ""},
		"2.8 sent":               {"ritiro-documenti", "referto-non-trovato", facts{"found": true, "ours": true, "requested": true, "positive": true}, nil, "inoltro-referto-inviato", textA, ""},
		"2.8 another ASR's":      {"ritiro-documenti", "referto-non-trovato", facts{"found": true, "ours": false}, nil, "inoltro-altra-asr", textE, ""},
		"2.8 not written yet":    {"ritiro-documenti", "referto-non-trovato", facts{"found": false, "preparing": true}, nil, "referto-da-attendere", "", ""},
		"2.8 not asked for":      {"ritiro-documenti", "referto-non-trovato", facts{"found": true, "ours": true, "requested": false}, nil, "scarico-non-richiesto", "", ""},
		"2.8 sending failed":     {"ritiro-documenti", "referto-non-trovato", facts{"found": true, "ours": true, "requested": true, "positive": false}, nil, "invio-in-correzione", "", ""},
		"2.9 as it should be":    {"ritiro-documenti", "referto-non-visualizzabile", facts{"patient": true, "settled": true, "positive": true}, nil, "inoltro-non-visualizzabile", textB, ""},
		"2.9 somebody else's":    {"ritiro-documenti", "referto-non-visualizzabile", facts{"patient": false}, nil, "referto-di-altra-persona", "", ""},
		"2.10 more is due":       {"ritiro-documenti", "mancato-pagamento", facts{"appears": true, "due": true}, []fields{{"check": "pagamento-dichiarato", "answer": "yes"}}, "saldo-da-pagare", "", ""},
		"2.10 it is there":       {"ritiro-documenti", "mancato-pagamento", facts{"appears": true, "due": false, "registered": true, "metadata_updated": true}, []fields{{"check": "pagamento-dichiarato", "answer": "yes"}}, "", "", "ora-scaricabile"},
		"2.11 not registered":    {"ritiro-documenti", "non-scaricabile-pagamento", facts{"registered": false}, []fields{{"check": "ricevuta-corretta", "answer": "yes"}}, "registrare-pagamento", "", ""},
		"2.12 for a person":      {"accesso-facilitato", "accesso-facilitato", facts{"requested": true, "positive": true, "matches": true}, nil, "", "", "tripletta-valida"},
		"2.12 another PIN":       {"accesso-facilitato", "accesso-facilitato", facts{"requested": true, "positive": true, "matches": false}, nil, "pin-comunicato", "", ""},
		"nothing is known of it": {"ritiro-documenti", "referto-non-trovato", facts{}, nil, "", "", "referto-individuato"},
	} {
		t.Run(name, func(t *testing.T) {
			w, sim := newFixtureWithConnector(t)
			sim.Set("RSSMRA80A01H501U", simulator.Person{Facts: c.facts, Evidence: report})
			anna := w.logIn("anna", person.ASROperator, torino)
			id := anna.openAbout(c.service, c.problem)
			for _, a := range c.first {
				anna.post("/api/v1/tickets/"+id+"/playbook/answers", a).want(200)
			}
			var p apiResponse
			w.eventually("the connected systems have answered", func() bool {
				p = anna.get("/api/v1/tickets/" + id + "/playbook").want(200)
				if c.outcome != "" {
					return p.text("outcome", "id") == c.outcome
				}
				return fmt.Sprint(p.at("next")) == "["+c.open+"]" && (len(c.facts) > 0 || p.list("checks")[0]["tried"] != nil)
			})
			if c.note != "" && p.text("outcome", "note") != c.note {
				t.Errorf("note: got %q, want %q", p.text("outcome", "note"), c.note)
			}
			if c.outcome == "" || c.outcome == "pin-comunicato" { // only a person can name the channel
				return
			}
			acted := anna.update(id, fields{"status": p.text("outcome", "status")}).want(200)
			if acted.text("status") != p.text("outcome", "status") {
				t.Errorf("after one act: got %s, want status %s", acted.raw, p.text("outcome", "status"))
			}
		})
	}
}

// A question that a connected system could not answer is asked again later, and its answer is recorded.
func TestConnectedSystemIsAskedAgain(t *testing.T) {
	w, sim := newFixtureWithConnector(t)
	sim.Set("RSSMRA80A01H501U", simulator.Person{Status: 500})
	anna := w.logIn("anna", person.ASROperator, torino)
	id := anna.openAbout("ritiro-documenti", "invio-fallito")
	w.eventually("the system was tried without success", func() bool {
		p := anna.get("/api/v1/tickets/" + id + "/playbook").want(200)
		tried, ok := p.list("checks")[0]["tried"].(map[string]any)
		return ok && tried["why"] == "unreachable" && p.list("checks")[0]["state"] == "open"
	})
	sim.Set("RSSMRA80A01H501U", simulator.Person{Facts: map[playbook.Fact]bool{"positive": true}})
	w.eventually("the system is asked again and answers", func() bool {
		w.advance(10 * time.Minute)
		return anna.get("/api/v1/tickets/"+id+"/playbook").want(200).text("outcome", "id") == "invio-risolto"
	})
}
