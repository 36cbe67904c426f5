// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package privacystatement holds the rules for the privacy statements of entities (GDPR, article 13). A statement has versions, which never change: a
// request keeps the version that its form showed.
package privacystatement

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Statement is one version of the privacy statement of an entity.
type Statement struct {
	Entity  catalog.EntityCode
	Version int // from 1
	Text    string
	By      person.Actor
	At      time.Time // of its publication, from which it is in force
}

// State holds all versions of the statements by entity, in ascending order.
type State map[catalog.EntityCode][]Statement

// Current returns the version in force of an entity's statement, and false if it has published none.
func (s State) Current(e catalog.EntityCode) (Statement, bool) { return s.Find(e, len(s[e])) }

// Find returns a version of an entity's statement, and false if there is none.
func (s State) Find(e catalog.EntityCode, version int) (Statement, bool) {
	if version < 1 || version > len(s[e]) {
		return Statement{}, false
	}
	return s[e][version-1], true
}

// Published is the one event of the stream of privacy statements. Who published it and when is in its record. A statement names no citizens.
type Published struct {
	Entity  catalog.EntityCode `json:"entity"`
	Version int                `json:"version"`
	Text    string             `json:"text"`
}

// EventName is the stored name of Published. It never changes.
const EventName = "privacy-statement.published.v1"

// Encode returns the stored name of an event and its facts.
func Encode(e Published) (name string, data []byte, err error) {
	data, err = json.Marshal(e)
	return EventName, data, err
}

// Decode returns the event for a stored name and facts. An unknown name is an error: a newer release wrote it.
func Decode(name string, data []byte) (e Published, err error) {
	if name != EventName {
		return e, fmt.Errorf("decode event of privacy statements: unknown name %q", name)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}

// Evolve returns the state after an event. It does not change s.
func Evolve(s State, e Published, by person.Actor, at time.Time) State {
	next := maps.Clone(s)
	if next == nil {
		next = State{}
	}
	next[e.Entity] = append(slices.Clip(s[e.Entity]), Statement{e.Entity, e.Version, e.Text, by, at})
	return next
}

// Publish publishes a new version of the statement of an entity.
type Publish struct {
	Entity catalog.EntityCode
	Text   string
}

// MaxTextLength is the maximum length of a statement, in characters.
const MaxTextLength = 50_000

// RefusedError refuses a command because of one field.
type RefusedError struct {
	Field  string
	Reason refusal.Reason
}

func (e *RefusedError) Error() string { return e.Field + ": " + e.Reason.String() }

// Decide returns the event that a command causes. The actor System is the command line. Error: *RefusedError.
func Decide(s State, c Publish, by person.Actor) ([]Published, error) {
	text := strings.TrimSpace(strings.ReplaceAll(c.Text, "\r\n", "\n"))
	refuse := func(field string, code refusal.Code) ([]Published, error) {
		return nil, &RefusedError{field, code.With()}
	}
	switch {
	case by.Role != person.Administrator && by.Role != person.System:
		return refuse("role", refusal.AdministratorPublishes)
	case c.Entity == "":
		return refuse("entity", refusal.UnknownEntity)
	case text == "":
		return refuse("text", refusal.Required)
	case utf8.RuneCountInString(text) > MaxTextLength:
		return refuse("text", refusal.TooLong)
	case !person.IsValidText(text):
		return refuse("text", refusal.NotText)
	}
	current, _ := s.Current(c.Entity)
	if current.Text == text {
		return refuse("text", refusal.StatementUnchanged)
	}
	return []Published{{Entity: c.Entity, Version: current.Version + 1, Text: text}}, nil
}
