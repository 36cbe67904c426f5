// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package runtime makes happen what must happen by itself: it follows the log, decides with pure functions, and
// keeps timers that send commands the same way in as everybody's.
//
// What is to leave the house goes through an outbox (Send, Later), from where its doors take it.
package runtime

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Saga is a rule that follows every ticket on its own: one instance a ticket, one file a saga.
//
// S is what an instance remembers: references, never personal data. It is stored as JSON. The zero value is an
// instance that has nothing to wait for: it is not kept, and what timers it still has go with it.
type Saga[S comparable] struct {
	Name    string // stored, and the id of the actor that its commands come from
	Version int    // another number derives everything from the log again, beside the version that works

	// React folds one event and answers what follows from it. It is pure, and sees no personal data.
	React func(s S, r ticket.Recorded) (S, []Action)

	// Pending answers which timers an instance in that state must have by the rules of today. The runner asks when
	// the rules may have changed (a new binary, another calendar) and corrects what differs. React, in reaching
	// that state, has scheduled exactly these; nil: the saga has no timers but what it dispatches or sends.
	Pending func(s S) []Schedule
}

// Action is what a saga wants done.
//
//sumtype:decl
type Action interface{ action() }

// Schedule sets a timer, or moves the one that the ticket's instance has under this key.
type Schedule struct {
	Key     string // names what the timer is about, e.g. "close/2": the second resolution
	At      time.Time
	Command ticket.Command // one of those that commands.go stores
	Why     string         // an English sentence for whoever asks, without personal data
}

// Cancel takes a timer away. One that is not there is fine.
type Cancel struct {
	Key string
	Why string // empty: the timer has done what it was for, which is no decision to keep a line of
}

// Dispatch sends a command now: a timer that is due at once, and is tried again like any other.
type Dispatch struct {
	Key     string
	Command ticket.Command
	Why     string
}

// Send puts a message into the outbox, once for its cause, whatever is delivered again. Payload is JSON and holds
// references, never personal data.
type Send struct {
	Topic   string
	Key     string // among the messages of one event; not empty
	Payload json.RawMessage
}

// SendLater puts a message into the outbox when its time comes, unless a Cancel with its key comes before: a note that can
// still be undone has not left. A second one with the key takes the place of the first.
type SendLater struct {
	Key  string
	At   time.Time
	Send Send
	Why  string
}

func (Schedule) action()  {}
func (Cancel) action()    {}
func (Dispatch) action()  {}
func (Send) action()      {}
func (SendLater) action() {}

// Definition is a Saga of any state.
type Definition interface {
	ID() SagaID
	reactStored(state []byte, r ticket.Recorded) (after []byte, actions []Action, err error)
	pendingStored(state []byte) ([]Schedule, error)
}

// SagaID names one version of a saga.
type SagaID struct {
	Name    string
	Version int
}

func (i SagaID) String() string { return fmt.Sprintf("saga %s version %d", i.Name, i.Version) }

// consumerName is the saga's name among the log's consumers.
func (i SagaID) consumerName() string { return "saga." + i.Name }

func (s Saga[S]) ID() SagaID { return SagaID{s.Name, s.Version} }

// reactStored is React on stored states; nil stands for the zero value.
func (s Saga[S]) reactStored(state []byte, r ticket.Recorded) ([]byte, []Action, error) {
	before, err := decodeState[S](state)
	if err != nil {
		return nil, nil, err
	}
	after, actions := s.React(before, r)
	switch after {
	case before:
		return state, actions, nil
	case *new(S):
		return nil, actions, nil
	}
	encoded, err := json.Marshal(after)
	return encoded, actions, err
}

func (s Saga[S]) pendingStored(state []byte) ([]Schedule, error) {
	decoded, err := decodeState[S](state)
	if err != nil || s.Pending == nil {
		return nil, err
	}
	return s.Pending(decoded), nil
}

func decodeState[S any](state []byte) (s S, err error) {
	if state != nil {
		err = json.Unmarshal(state, &s)
	}
	return s, err
}
