// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readymade holds the ready-made texts of the operators' note box, and the acts that one click makes of them: data, by
// entity, service and problem.
package readymade

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Text is one of them.
type Text struct {
	ID         string               `json:"id"`
	Title      string               `json:"title"` // what the menu says
	Text       string               `json:"text"`
	Visibility ticket.Visibility    `json:"visibility"` // the padlock that goes with it
	Status     ticket.Status        `json:"status"`     // that goes with it; empty: unchanged
	Act        bool                 `json:"act"`        // text, padlock and status in one click
	Entities   []catalog.EntityCode `json:"entities"`   // empty: all
	Services   []catalog.ServiceID  `json:"services"`
	Problems   []catalog.ProblemID  `json:"problems"`
}

// Texts are all that there are.
type Texts struct{ all []Text }

//go:embed data/texts.json
var defaultTexts []byte

// Default are those that the product comes with.
func Default() *Texts {
	t, err := Load(defaultTexts)
	if err != nil {
		panic(err) // they are part of the program
	}
	return t
}

// Load reads and checks a file of texts.
func Load(content []byte) (*Texts, error) {
	var file struct {
		About string `json:"about"`
		Texts []Text `json:"texts"`
	}
	strict := json.NewDecoder(bytes.NewReader(content))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&file); err != nil {
		return nil, fmt.Errorf("ready-made texts: %w", err)
	}
	seen := map[string]bool{}
	for _, t := range file.Texts {
		if err := t.validate(); err != nil {
			return nil, fmt.Errorf("ready-made text %q: %w", t.ID, err)
		}
		if seen[t.ID] {
			return nil, fmt.Errorf("ready-made text %q is defined twice", t.ID)
		}
		seen[t.ID] = true
	}
	return &Texts{file.Texts}, nil
}

// allowedStatuses are the statuses that a text may bring along: those whose move needs nothing but a note.
var allowedStatuses = []ticket.Status{"", ticket.Waiting, ticket.Solved, ticket.HandedOver}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (t Text) validate() error {
	switch {
	case t.ID == "" || t.Title == "" || strings.TrimSpace(t.Text) == "":
		return fmt.Errorf("wants id, title and text")
	case !slices.Contains([]ticket.Visibility{ticket.Internal, ticket.Public, ticket.Regional}, t.Visibility):
		return fmt.Errorf("visibility %q is none of internal, public, regional", t.Visibility)
	case !slices.Contains(allowedStatuses, t.Status):
		return fmt.Errorf("status %q does not go with a text", t.Status)
	case t.Status != "" && t.Visibility != ticket.Public:
		return fmt.Errorf("status %s takes a public text", t.Status)
	}
	for _, p := range placeholder.FindAllString(t.Text, -1) {
		if _, known := (Values{}).lookup(p); !known {
			return fmt.Errorf("there is no placeholder %s", p)
		}
	}
	return nil
}

// ForTicket are the texts for a ticket at an entity, in the file's order.
func (t *Texts) ForTicket(at catalog.EntityCode, service catalog.ServiceID, problem catalog.ProblemID) []Text {
	var some []Text
	for _, c := range t.all {
		if emptyOrContains(c.Entities, at) && emptyOrContains(c.Services, service) && emptyOrContains(c.Problems, problem) {
			some = append(some, c)
		}
	}
	return some
}

func emptyOrContains[T comparable](some []T, v T) bool {
	return len(some) == 0 || slices.Contains(some, v)
}

// Values are what placeholders stand for on one ticket.
type Values struct{ Number, GivenName, FamilyName, Service, Problem, Entity string }

func (v Values) lookup(placeholder string) (string, bool) {
	value, known := map[string]string{
		"{numero}": v.Number, "{nome}": v.GivenName, "{cognome}": v.FamilyName, "{servizio}": v.Service, "{tipologia}": v.Problem, "{ente}": v.Entity,
	}[placeholder]
	return value, known
}

// Fill is the text on one ticket.
func (t Text) Fill(v Values) string {
	return placeholder.ReplaceAllStringFunc(t.Text, func(p string) string {
		value, _ := v.lookup(p)
		return value
	})
}
