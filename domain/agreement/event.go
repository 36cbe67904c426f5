// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package agreement

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// Kind is the kind of an event of the stream of agreements.
type Kind string

// The kinds of events. Their stored names are in eventNames.
const (
	Recorded Kind = "recorded"
	Ended    Kind = "ended"
)

// eventNames maps the kinds to their stored names, which never change.
var eventNames = map[Kind]string{Recorded: "agreement.recorded.v1", Ended: "agreement.ended.v1"}

// EventNames lists the stored names of the events, sorted.
func EventNames() []string { return slices.Sorted(maps.Values(eventNames)) }

// Event is one event of the stream of agreements. Who recorded it and when is in its record. A reference names a document, not a person.
type Event struct {
	Kind      Kind               `json:"-"`
	Entity    catalog.EntityCode `json:"entity"`
	Use       Use                `json:"use"`
	Reference string             `json:"reference"`
	SignedOn  string             `json:"signed_on,omitempty"`
}

// Encode returns the stored name of an event and its facts.
func Encode(e Event) (name string, data []byte, err error) {
	name, known := eventNames[e.Kind]
	if !known {
		return "", nil, fmt.Errorf("encode event of agreements: unknown kind %q", e.Kind)
	}
	if data, err = json.Marshal(e); err != nil {
		return "", nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return name, data, nil
}

// Decode returns the event for a stored name and facts. An unknown name is an error: a newer release wrote it.
func Decode(name string, data []byte) (e Event, err error) {
	for kind, known := range eventNames {
		if known == name {
			e.Kind = kind
		}
	}
	if e.Kind == "" {
		return Event{}, fmt.Errorf("decode event of agreements: unknown name %q", name)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return Event{}, fmt.Errorf("decode %s: %w", name, err)
	}
	return e, nil
}
