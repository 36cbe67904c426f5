// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package simulator is a connected system that ships with the product: a real server that keeps to the contract of
// package referto, with made-up data, and with delays, errors and wrong answers where they are asked for.
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

// Person is what the systems know of one tax code, and how they behave when they are asked about it.
type Person struct {
	Facts     map[playbook.Fact]bool `json:"facts"`
	Evidence  playbook.Evidence      `json:"evidence,omitempty"`
	Status    int                    `json:"status,omitempty"`   // instead of an answer, e.g. 500, 404
	RawAnswer string                 `json:"nonsense,omitempty"` // instead of an answer, as it stands
	Delay     Duration               `json:"delay,omitempty"`
}

// Duration is written as 250ms or 2s.
type Duration time.Duration

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Config says how people behave of whom nothing was set: everything follows from the seed and the tax code.
type Config struct {
	Seed           uint64
	Errors         float64       // share of people about whom it answers 500
	InvalidAnswers float64       // share of people about whom it answers what is none
	Unknown        float64       // share of people of whom it knows nothing
	Delay          time.Duration // before every answer
}

// Simulator answers POST /v1/QUERY and POST /ENTITY/v1/QUERY, and PUT /_people/TAXCODE to set a Person by hand.
type Simulator struct {
	config Config
	mux    *http.ServeMux

	mu        sync.Mutex
	people    map[string]Person
	questions int
}

// New makes a simulator.
func New(c Config) *Simulator {
	s := &Simulator{config: c, mux: http.NewServeMux(), people: map[string]Person{}}
	s.mux.HandleFunc("POST /v1/{query}", s.answer)
	s.mux.HandleFunc("POST /{entity}/v1/{query}", s.answer)
	s.mux.HandleFunc("PUT /_people/{tax_code}", s.put)
	return s
}

func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Set says what is known of a tax code from now on.
func (s *Simulator) Set(taxCode string, p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[taxCode] = p
}

// QuestionCount counts the questions so far.
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
	var asked connector.Request
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || !known {
		http.Error(w, "no such query", http.StatusBadRequest)
		return
	}
	p := s.person(asked.TaxCode)
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
		_, _ = fmt.Fprint(w, p.RawAnswer) // the client may have gone
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
	_ = json.NewEncoder(w).Encode(a) // the client may have gone
}

// person is who was set, or whoever the seed makes of a tax code.
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
	dice := h.Sum64()
	roll := func(share float64) bool {
		dice = dice*6364136223846793005 + 1442695040888963407
		return float64(dice>>11)/(1<<53) < share
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
		p.Evidence["identifier"] = fmt.Sprintf("SIM-%010d", dice%10_000_000_000)
		p.Evidence["produced_on"] = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(dice>>40%300)).Format(time.DateOnly)
	}
	if paid {
		p.Evidence["paid_on"] = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(dice>>30%300)).Format(time.DateOnly)
	}
	return p
}
