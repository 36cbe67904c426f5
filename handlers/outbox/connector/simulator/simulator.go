// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package simulator is a connected system for demo and tests. It implements the HTTP contract of package connector with invented data, and
// makes delays, errors and invalid answers if configured to.
package simulator

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/handlers/outbox/connector"
)

// Person holds the simulator's data about one tax code, and its behaviour for questions about it.
type Person struct {
	Facts     map[playbook.Fact]bool `json:"facts"`
	Evidence  playbook.Evidence      `json:"evidence,omitempty"`
	Status    int                    `json:"status,omitempty"`   // HTTP status instead of an answer, e.g. 500, 404
	RawAnswer string                 `json:"nonsense,omitempty"` // body instead of a valid answer, sent unchanged
	Delay     Duration               `json:"delay,omitempty"`
}

// Duration is a time.Duration that is written as text in JSON, e.g. 250ms or 2s.
type Duration time.Duration

// UnmarshalText parses the text as time.ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// MarshalText returns the text of time.Duration.String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Config configures the behaviour for tax codes that were not set. It depends only on the seed and the tax code.
type Config struct {
	Seed           uint64
	Errors         float64       // share of tax codes, 0 to 1, that get status 500
	InvalidAnswers float64       // share of tax codes that get an invalid answer
	Unknown        float64       // share of tax codes that get status 404
	Delay          time.Duration // before every answer
}

// Simulator is an HTTP handler for POST /v1/QUERY, POST /ENTITY/v1/QUERY and PUT /_people/TAXCODE, which sets a Person.
type Simulator struct {
	config Config
	mux    *http.ServeMux

	mu        sync.Mutex
	people    map[string]Person
	questions int
}

// New returns a simulator in which no person is set.
func New(c Config) *Simulator {
	s := &Simulator{config: c, mux: http.NewServeMux(), people: map[string]Person{}}
	s.mux.HandleFunc("POST /v1/{query}", s.answer)
	s.mux.HandleFunc("POST /{entity}/v1/{query}", s.answer)
	s.mux.HandleFunc("PUT /_people/{tax_code}", s.put)
	return s
}

func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Set stores the data and behaviour for a tax code.
func (s *Simulator) Set(taxCode string, p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[taxCode] = p
}

// QuestionCount returns the number of questions so far.
func (s *Simulator) QuestionCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.questions
}

func (s *Simulator) put(w http.ResponseWriter, r *http.Request) {
	var p Person
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		http.Error(w, "want facts, evidence, status, nonsense, delay: "+err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if p.Status != 0 && (p.Status < 200 || p.Status > 599) {
		http.Error(w, "status: want 200 to 599", http.StatusUnprocessableEntity)
		return
	}
	for f := range p.Facts {
		if !slices.Contains(slices.Concat(slices.Collect(maps.Values(playbook.QueryFacts))...), f) {
			http.Error(w, fmt.Sprintf("facts: no query asks for %q", f), http.StatusUnprocessableEntity)
			return
		}
	}
	s.Set(r.PathValue("tax_code"), p)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) answer(w http.ResponseWriter, r *http.Request) {
	query := playbook.Query(r.PathValue("query"))
	facts, known := playbook.QueryFacts[query]
	var request connector.Request
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil || !known {
		http.Error(w, "no such query", http.StatusBadRequest)
		return
	}
	p := s.person(request.TaxCode)
	wait := time.NewTimer(s.config.Delay + time.Duration(p.Delay))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.Context().Done():
		return
	}
	switch {
	case p.Status != 0:
		http.Error(w, "as asked for", p.Status)
		return
	case p.RawAnswer != "":
		_, _ = fmt.Fprint(w, p.RawAnswer) // fails if the client has disconnected
		return
	}
	a := connector.Answer{Facts: map[playbook.Fact]bool{}, Evidence: playbook.Evidence{}}
	for _, f := range facts {
		if yes, set := p.Facts[f]; set {
			a.Facts[f] = yes
		}
	}
	for _, f := range playbook.QueryEvidence[query] {
		if value, set := p.Evidence[f]; set {
			a.Evidence[f] = value
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // fails if the client has disconnected
}

// person returns the Person that was set for a tax code, or one derived from the seed and the tax code.
func (s *Simulator) person(taxCode string) Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.questions++
	if p, ok := s.people[taxCode]; ok {
		p.Facts = maps.Clone(p.Facts)
		return p
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", s.config.Seed, taxCode)
	random := h.Sum64()
	roll := func(share float64) bool {
		random = random*6364136223846793005 + 1442695040888963407
		return float64(random>>11)/(1<<53) < share
	}
	switch {
	case roll(s.config.Errors):
		return Person{Status: http.StatusInternalServerError}
	case roll(s.config.InvalidAnswers):
		return Person{RawAnswer: `{"facts": {"found": "forse"}}`}
	case roll(s.config.Unknown):
		return Person{Status: http.StatusNotFound}
	}
	found := roll(0.85)
	paid := roll(0.8)
	p := Person{Facts: map[playbook.Fact]bool{
		"found": found, "preparing": !found && roll(0.4), "ours": roll(0.9), "patient": roll(0.97), "requested": roll(0.85),
		"positive": roll(0.8), "metadata_updated": roll(0.8), "matches": roll(0.8), "appears": paid, "registered": paid, "settled": paid, "due": !paid && roll(0.3),
	}, Evidence: playbook.Evidence{}}
	if found {
		p.Evidence["identifier"] = fmt.Sprintf("SIM-%010d", random%10_000_000_000)
		p.Evidence["produced_on"] = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(random>>40%300)).Format(time.DateOnly)
	}
	if paid {
		p.Evidence["paid_on"] = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(random>>30%300)).Format(time.DateOnly)
	}
	return p
}
