// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package runtime runs sagas: it reads the log, calls the sagas' pure functions, and stores their states, timers and messages in the
// transaction that moves their checkpoint. Timers dispatch commands through the same dispatcher as people's commands.
//
// Messages that leave the system go to the outbox (Send, SendLater); package handlers/outbox delivers them.
package runtime

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// Saga is a rule that reacts to the events of a ticket, with one instance for each ticket.
//
// S is the state of an instance. It is stored as JSON and holds references, never personal data. The zero value means that the instance
// waits for nothing: its row and its timers are deleted.
type Saga[S comparable] struct {
	Name    string // stored; it is also the id of the actor of its commands
	Version int    // from 1; a new number handles the whole log again while the live version continues

	// React folds one event and returns the new state and the actions. It is pure, and gets events without personal data.
	React func(s S, r ticket.Recorded) (S, []Action)

	// Pending returns the timers that an instance in that state must have by today's settings. The runner calls it when settings
	// may have changed (a new binary, another calendar) and reconciles the timers. React must have scheduled exactly these when it
	// reached the state. nil: the saga has no timers that follow from its state.
	Pending func(s S) []Schedule
}

// Action is a timer, a command or a message that a saga asks for, or the cancellation of a timer.
//
//sumtype:decl
type Action interface{ action() }

// Schedule sets a timer, or replaces the timer of the same instance with this key.
type Schedule struct {
	Key     string // identifies the timer in its instance, e.g. "close/2" for the second resolution
	At      time.Time
	Command ticket.Command // one that commands.go can store
	Why     string         // reason in English for sol sagas explain, without personal data
}

// Cancel deletes a timer. It does nothing if there is no timer with the key.
type Cancel struct {
	Key string
	Why string // empty: the timer has served its purpose, and the journal gets no entry
}

// Dispatch dispatches a command now, by a timer that is due at once and retried like every other.
type Dispatch struct {
	Key     string
	Command ticket.Command
	Why     string
}

// Send puts a message into the outbox, once for each cause, even if events are delivered again. Payload is JSON and holds references,
// never personal data.
type Send struct {
	Topic   string
	Key     string // identifies the message among those of one event; not empty
	Payload json.RawMessage
}

// SendLater puts a message into the outbox at a later time, unless a Cancel with its key comes before: a note that can still be undone
// must not leave. A second SendLater with the same key replaces the first.
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

// Definition is a Saga with any type of state.
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

// String returns name and version for messages.
func (i SagaID) String() string { return fmt.Sprintf("saga %s version %d", i.Name, i.Version) }

// consumerName returns the name of the saga's consumer of the log.
func (i SagaID) consumerName() string { return "saga." + i.Name }

// ID returns name and version.
func (s Saga[S]) ID() SagaID { return SagaID{s.Name, s.Version} }

// reactStored calls React on a stored state; nil is the zero value.
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

// pendingStored calls Pending on a stored state.
func (s Saga[S]) pendingStored(state []byte) ([]Schedule, error) {
	decoded, err := decodeState[S](state)
	if err != nil || s.Pending == nil {
		return nil, err
	}
	return s.Pending(decoded), nil
}

// decodeState returns a stored state; nil is the zero value.
func decodeState[S any](state []byte) (s S, err error) {
	if state != nil {
		err = json.Unmarshal(state, &s)
	}
	return s, err
}
