// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rolemapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Whoever edits the configuration could give roles. So the mapping of the configuration is only a proposal: the mapping in force is the last one
// that two different administrators have confirmed.

// eventName is the stored name of the event, which never changes.
const eventName = "role-mapping.confirmed.v1"

// EventNames lists the stored names of the events.
func EventNames() []string { return []string{eventName} }

// Event records that somebody confirmed a mapping. Who and when is in its record. A mapping names claims and entities, no person.
type Event struct {
	Provider string  `json:"provider"`
	Mapping  Mapping `json:"mapping"`
	InForce  bool    `json:"in_force"` // it is the last confirmation that was needed
}

// Encode returns the stored name of an event and its facts.
func Encode(e Event) (name string, data []byte, err error) {
	if data, err = json.Marshal(e); err != nil {
		return "", nil, fmt.Errorf("encode %s: %w", eventName, err)
	}
	return eventName, data, nil
}

// Decode returns the event for a stored name and facts. An unknown name is an error: a newer release wrote it.
func Decode(name string, data []byte) (e Event, err error) {
	if name != eventName {
		return Event{}, fmt.Errorf("decode event of mappings: unknown name %q", name)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return Event{}, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}

// State holds, by provider, the mapping in force and the one that waits for a second confirmation.
type State struct {
	InForce map[string]Mapping
	Waiting map[string]Waiting
}

// Waiting is a mapping that one person has confirmed.
type Waiting struct {
	Mapping Mapping
	By      person.Actor
}

// Evolve returns the state after an event. It does not change s.
func Evolve(s State, e Event, by person.Actor) State {
	next := State{InForce: maps.Clone(s.InForce), Waiting: maps.Clone(s.Waiting)}
	if next.InForce == nil {
		next = State{InForce: map[string]Mapping{}, Waiting: map[string]Waiting{}}
	}
	if e.InForce {
		next.InForce[e.Provider] = e.Mapping
		delete(next.Waiting, e.Provider)
		return next
	}
	next.Waiting[e.Provider] = Waiting{e.Mapping, by}
	return next
}

// Confirm confirms a mapping of a provider.
type Confirm struct {
	Provider       string
	Mapping        Mapping
	Administrators int // number of accounts that are administrators now
}

// ErrUnchanged says that the mapping is in force already.
var ErrUnchanged = errors.New("the mapping is in force already")

// RefusedError refuses a confirmation.
type RefusedError struct{ Reason refusal.Reason }

func (e *RefusedError) Error() string { return e.Reason.String() }

// Decide returns the event that a confirmation causes. The actor System is the command line: all its users are one hand, and until there are two
// administrators it confirms alone. Errors: *RefusedError, ErrUnchanged, an error of Check.
func Decide(s State, c Confirm, by person.Actor) ([]Event, error) {
	commandLine := by.Role == person.System
	if !commandLine && by.Role != person.Administrator {
		return nil, &RefusedError{refusal.AdministratorChanges.With()}
	}
	if err := c.Mapping.Check(); err != nil {
		return nil, err
	}
	waiting, waits := s.Waiting[c.Provider]
	if !waits && slices.Equal(s.InForce[c.Provider], c.Mapping) {
		return nil, ErrUnchanged
	}
	e := Event{Provider: c.Provider, Mapping: c.Mapping}
	switch {
	case commandLine && c.Administrators < 2:
		e.InForce = true
	case !waits || !slices.Equal(waiting.Mapping, c.Mapping): // the first hand
	case waiting.By.ID == by.ID || commandLine && waiting.By.Role == person.System:
		return nil, &RefusedError{refusal.MappingSecond.With()}
	default:
		e.InForce = true
	}
	return []Event{e}, nil
}
