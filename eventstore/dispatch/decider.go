// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch

import (
	"time"

	"github.com/sol-assistenza/sol/eventstore"
)

// Decider holds the rules of one kind of stream, which the domain provides: state S, command C, event E. NotAfter, Conflict,
// KnownVersion, KnownEvents, Subject, Erases, Readers and OnlyFor may be nil.
type Decider[S, C, E any] struct {
	Kind string // of the streams; stored
	// Decide returns the events that the command causes; nil, nil when there is nothing to do.
	Decide func(s S, c C, by eventstore.Actor, now time.Time) ([]E, error)
	// NotAfter returns the latest time that the log may give to the events of a decision made at now, in whole microseconds.
	// It is zero if the time does not matter. When the log's time is past it, the command is decided again with a later now.
	NotAfter func(s S, c C, now time.Time) time.Time
	// Evolve applies one event to the state. It cannot fail.
	Evolve func(s S, e E, r eventstore.Record) S
	// Encode and Decode convert between an event and its stored form.
	Encode func(e E) (eventstore.NewEvent, error)
	Decode func(r eventstore.Record) (E, error)
	// Conflict returns an error for the client when the events since the seen version changed a value that the command
	// also sets; nil when there is no such value.
	Conflict func(s S, c C, by eventstore.Actor, since []Event[E]) error
	// KnownVersion returns the version of a stream for an actor: the number of events that the actor may know of now. nil: all events.
	KnownVersion func(s S, by eventstore.Actor, now time.Time) int
	// KnownEvents returns the events of a history that the actor may know of now, in the order in which the actor could first know of
	// them. nil: all events. KnownVersion and KnownEvents agree, and are both nil or both not.
	KnownEvents func(history []Event[E], by eventstore.Actor, now time.Time) []Event[E]
	// Subject returns the id of the person that a stream beginning with e is about.
	Subject func(e E) string
	// Erases reports whether e destroys the stream's keys.
	Erases func(e E) bool
	// Readers returns the reader tags of a stream in a state. The append stores them with the stream, and with each event that changes them.
	Readers func(s S) []string
	// OnlyFor returns the reader tags of the only readers who may know of e; nil for all readers of the stream. s is the state after e.
	OnlyFor func(s S, e E) []string
}

// Event is a decoded event with its record.
type Event[E any] struct {
	Event  E
	Record eventstore.Record
}

// Request is one command for Dispatch.
type Request[C any] struct {
	Stream      eventstore.StreamID
	Command     C
	By          eventstore.Actor
	ID          eventstore.CommandID // empty Key: the command cannot be repeated
	Body        []byte               // the client's request, to distinguish a repetition from a reused key; nil: no comparison
	SeenVersion int                  // version that the client read, as KnownVersion gives it; 0: none
	Cause       int64                // position of the event to which a saga reacts; 0: none
}

// Result is the result of a dispatched command and the state of the stream after it.
type Result[S any] struct {
	eventstore.Result
	State S // at Result.Version
}
