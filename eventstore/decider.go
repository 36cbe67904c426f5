// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"time"
)

// Decider is the rules of one kind of stream, as the domain hands them over: state S, command C, event E.
type Decider[S, C, E any] struct {
	Kind string
	// Decide answers which events follow; nil, nil when there is nothing to do.
	Decide func(s S, c C, by Actor, act string, now time.Time) ([]E, error)
	// Evolve folds one record. It cannot fail.
	Evolve func(s S, e E, r Record) S
	Encode func(e E) (NewEvent, error)
	Decode func(r Record) (E, error)
	// Conflict names, as an error for the client, what the events since the pinned version changed that the
	// command also sets; nil when they do not touch each other.
	Conflict func(s S, c C, by Actor, since []StoredEvent[E]) error
	// Subject is the keyed id of the person that a stream beginning with e is about; Erases tells that e
	// destroys the stream's keys.
	Subject func(e E) string
	Erases  func(e E) bool
}

// StoredEvent is an event with its record.
type StoredEvent[E any] struct {
	Event  E
	Record Record
}

// Request is one command on its way in.
type Request[C any] struct {
	Stream      StreamID
	Command     C
	By          Actor
	ID          CommandID // Key empty: not repeatable, the dispatcher makes one up
	Body        []byte    // what the client sent, to tell a repetition from a reuse; nil: nothing to compare
	SeenVersion int       // version the client saw; 0: none
	Cause       int64     // position that a saga answers; 0: none
}

// DispatchResult is where a dispatched command left the stream.
type DispatchResult[S any] struct {
	Result
	State S // at Result.Version
}
