// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package ticketlog converts between records of the log and events of tickets. It connects the event store and the domain, which
// do not import each other.
package ticketlog

import (
	"fmt"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
)

// StreamKind is the kind of the streams that hold tickets. It is a stored name.
const StreamKind = "ticket"

// Knows reports whether this binary knows the type of a record. Consumers of tickets omit streams of other kinds, so it knows them.
func Knows(r eventstore.Record) bool { return r.Kind != StreamKind || codec.KnowsEvent(r.Type) }

// KnownPart returns the records before the first one whose type this binary does not know.
func KnownPart(records []eventstore.Record) []eventstore.Record {
	if i := slices.IndexFunc(records, func(r eventstore.Record) bool { return !Knows(r) }); i >= 0 {
		return records[:i]
	}
	return records
}

// Decode returns a record as a recorded event of its ticket. It returns an error when this binary does not know the record's
// type, or when the record's JSON does not fit the type.
func Decode(r eventstore.Record) (ticket.Recorded, error) {
	return decode(r, r.Personal)
}

// DecodeWithoutPersonal returns a record as a recorded event whose Personal field is nil, as after an erasure.
func DecodeWithoutPersonal(r eventstore.Record) (ticket.Recorded, error) {
	return decode(r, nil)
}

// decode decodes a record with its personal part, or without it if personal is nil.
func decode(r eventstore.Record, personal []byte) (ticket.Recorded, error) {
	e, err := codec.Decode(r.Type, r.Data, personal)
	if err != nil {
		return ticket.Recorded{}, fmt.Errorf("event %d: %w", r.Position, err)
	}
	return recorded(e, r), nil
}

// DecodeHistory returns the records of tickets as recorded events, in the same order. It omits records of other kinds of streams.
func DecodeHistory(records []eventstore.Record) ([]ticket.Recorded, error) {
	return decodeAll(records, Decode)
}

// DecodeHistoryWithoutPersonal does the same as DecodeHistory, with DecodeWithoutPersonal for each record.
func DecodeHistoryWithoutPersonal(records []eventstore.Record) ([]ticket.Recorded, error) {
	return decodeAll(records, DecodeWithoutPersonal)
}

// decodeAll decodes the records of tickets with decode, and skips those of other streams.
func decodeAll(records []eventstore.Record, decode func(eventstore.Record) (ticket.Recorded, error)) ([]ticket.Recorded, error) {
	history := make([]ticket.Recorded, 0, len(records))
	for _, r := range records {
		if r.Kind != StreamKind {
			continue
		}
		e, err := decode(r)
		if err != nil {
			return nil, err
		}
		history = append(history, e)
	}
	return history, nil
}

// History converts the stored events that dispatch.Dispatcher loads into recorded events.
func History(stored []dispatch.Event[ticket.Event]) []ticket.Recorded {
	history := make([]ticket.Recorded, len(stored))
	for i, s := range stored {
		history[i] = recorded(s.Event, s.Record)
	}
	return history
}

// recorded returns an event with what its record says about it.
func recorded(e ticket.Event, r eventstore.Record) ticket.Recorded {
	return ticket.Recorded{
		Event: e, Ticket: ticket.ID(r.Stream), Version: r.Version, Position: r.Position, At: r.At, By: DomainActor(r.By), Act: ticket.ID(r.Act),
	}
}

// Encode returns an event in the form in which the log appends it.
func Encode(e ticket.Event) (eventstore.NewEvent, error) {
	encoded, err := codec.Encode(e)
	if err != nil {
		return eventstore.NewEvent{}, err
	}
	n := eventstore.NewEvent{Type: encoded.Name, Data: encoded.Data, Personal: encoded.Personal, KeyID: string(encoded.KeyID)}
	for _, id := range encoded.Attachments {
		n.Blobs = append(n.Blobs, string(id))
	}
	return n, nil
}

// DomainActor converts the actor of a record into an actor of the domain.
func DomainActor(a eventstore.Actor) person.Actor {
	return person.Actor{ID: a.ID, Role: person.Role(a.Role), Entity: catalog.EntityCode(a.Entity)}
}

// StoreActor converts an actor of the domain into the stored form.
func StoreActor(a person.Actor) eventstore.Actor {
	return eventstore.Actor{ID: a.ID, Role: string(a.Role), Entity: string(a.Entity)}
}

// ReaderOf converts an actor of the domain into the reader for whom the database reads: it shows the streams and rows that the actor may read.
func ReaderOf(a person.Actor) eventstore.Reader {
	r := eventstore.Reader{Role: string(a.Role), Entity: string(a.Entity), Account: a.ID, Everything: policy.ReadsEverything(a)}
	if !r.Everything {
		for _, tag := range ticket.ViewerTags(a) {
			r.Tags = append(r.Tags, string(tag))
		}
	}
	return r
}

// Decider returns the rules of tickets in the form that dispatch.New takes.
func Decider(engine rules.Engine) dispatch.Decider[ticket.State, ticket.Command, ticket.Event] {
	return dispatch.Decider[ticket.State, ticket.Command, ticket.Event]{
		Kind: StreamKind,
		Decide: func(s ticket.State, c ticket.Command, by eventstore.Actor, now time.Time) ([]ticket.Event, error) {
			return engine.Decide(s, c, DomainActor(by), now)
		},
		NotAfter: rules.NotAfter,
		Evolve: func(s ticket.State, e ticket.Event, r eventstore.Record) ticket.State {
			return ticket.Evolve(s, recorded(e, r))
		},
		Encode: Encode,
		Decode: func(r eventstore.Record) (ticket.Event, error) { return codec.Decode(r.Type, r.Data, r.Personal) },
		Conflict: func(s ticket.State, c ticket.Command, by eventstore.Actor, since []dispatch.Event[ticket.Event]) error {
			return rules.Conflicts(s, c, DomainActor(by), History(since))
		},
		KnownVersion: func(s ticket.State, by eventstore.Actor, now time.Time) int {
			return s.Known.VersionFor(DomainActor(by), now)
		},
		KnownEvents: func(history []dispatch.Event[ticket.Event], by eventstore.Actor, now time.Time) (known []dispatch.Event[ticket.Event]) {
			for _, r := range acts.KnownEvents(History(history), DomainActor(by), now) {
				known = append(known, history[r.Version-1])
			}
			return known
		},
		Subject: func(e ticket.Event) string {
			if opened, ok := e.(ticket.Opened); ok {
				return opened.Person
			}
			return ""
		},
		Erases:  func(e ticket.Event) bool { _, ok := e.(ticket.PersonalDataErased); return ok },
		Readers: func(s ticket.State) []string { return tagTexts(s.Readers()) },
		OnlyFor: func(s ticket.State, e ticket.Event) []string { return tagTexts(ticket.OnlyFor(s, e)) },
	}
}

// tagTexts returns reader tags as the log stores them.
func tagTexts(tags []ticket.ReaderTag) (texts []string) {
	for _, t := range tags {
		texts = append(texts, string(t))
	}
	return texts
}
