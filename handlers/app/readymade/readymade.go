// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package readymade holds the ready-made texts of the operators' note box, by entity, service and problem. The texts are data. Some set
// text, visibility and status of an update with one click.
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

// Text is a ready-made text.
type Text struct {
	ID         string               `json:"id"`
	Title      string               `json:"title"` // the entry in the menu
	Text       string               `json:"text"`
	Visibility ticket.Visibility    `json:"visibility"` // of the note
	Status     ticket.Status        `json:"status"`     // status that the text sets; empty: unchanged
	Act        bool                 `json:"act"`        // one click sets text, visibility and status
	Entities   []catalog.EntityCode `json:"entities"`   // empty: for all; so for services and problems
	Services   []catalog.ServiceID  `json:"services"`
	Problems   []catalog.ProblemID  `json:"problems"`
}

// Texts is a list of ready-made texts.
type Texts struct{ all []Text }

//go:embed data/texts.json
var defaultTexts []byte

// Default returns the texts that sol ships with.
func Default() *Texts {
	t, err := Load(defaultTexts)
	if err != nil {
		panic(err) // the texts are embedded in the program and tested
	}
	return t
}

// Load parses and validates a JSON file of texts.
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

// allowedStatuses lists the statuses that a text may set: those whose move needs only a note. "" leaves the status unchanged.
var allowedStatuses = []ticket.Status{"", ticket.StatusWaiting, ticket.StatusResolved, ticket.StatusHandedOver}

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

// ForTicket returns the texts for a ticket with this entity, service and problem, in the order of the file.
func (t *Texts) ForTicket(entity catalog.EntityCode, service catalog.ServiceID, problem catalog.ProblemID) []Text {
	var texts []Text
	for _, c := range t.all {
		if emptyOrContains(c.Entities, entity) && emptyOrContains(c.Services, service) && emptyOrContains(c.Problems, problem) {
			texts = append(texts, c)
		}
	}
	return texts
}

func emptyOrContains[T comparable](allowed []T, v T) bool {
	return len(allowed) == 0 || slices.Contains(allowed, v)
}

// Values holds the values of the placeholders for one ticket.
type Values struct{ Number, GivenName, FamilyName, Service, Problem, Entity string }

func (v Values) lookup(placeholder string) (string, bool) {
	value, known := map[string]string{
		"{numero}": v.Number, "{nome}": v.GivenName, "{cognome}": v.FamilyName, "{servizio}": v.Service, "{tipologia}": v.Problem, "{ente}": v.Entity,
	}[placeholder]
	return value, known
}

// Fill returns the text with its placeholders replaced.
func (t Text) Fill(v Values) string {
	return placeholder.ReplaceAllStringFunc(t.Text, func(p string) string {
		value, _ := v.lookup(p)
		return value
	})
}
