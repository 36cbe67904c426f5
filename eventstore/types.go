// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package eventstore is the log: it appends, reads, follows, seals and dispatches. It knows nothing of tickets.
package eventstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// StreamID is a UUID (version 7) in canonical text.
type StreamID = string

// IsID tells whether a text is an id as we write them: 36 characters, in lower case. There are other spellings of a UUID; one
// thing that went by two of them would be two, and Postgres takes fewer of them than our library.
func IsID(text string) bool {
	_, err := parseID(text)
	return err == nil
}

func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err == nil && id.String() != text {
		err = errors.New("another spelling of a UUID")
	}
	return id, err
}

// Actor is who caused an event, as three plain columns.
type Actor struct {
	ID, Role, Entity string
}

// NewEvent is an event to append.
type NewEvent struct {
	Type     string   // the stored name, e.g. ticket.resolved.v1
	Data     []byte   // the facts as JSON; stored as these very bytes
	Personal []byte   // sealed before it is stored; nil where there is nothing personal
	KeyID    string   // UUID of the key that seals Personal; empty: the stream's own key, whose id is the stream's
	Blobs    []string // UUIDs of blobs the event names; their keys are kept with this append
}

// CommandID makes a command repeatable: who sent it and under which key. The same pair gives the first result for
// ever (Permanent, for sagas) or for 90 days (clients).
type CommandID struct {
	Actor     string
	Key       string
	Permanent bool
}

// Append is one atomic append: all events or none, at the version it was decided on.
type Append struct {
	Stream          StreamID
	Kind            string // of the stream, e.g. "ticket"
	ExpectedVersion int    // version the stream must have; 0: it must not exist
	Events          []NewEvent
	By              Actor
	Act             string // UUID that the events of this append share
	Command         CommandID
	RequestBody     []byte // what was asked, hashed with a key; nil: nothing to compare
	Cause           int64  // position of the event that a saga answered; 0: a person did it
	Subject         string // keyed subject id of the person the stream is about; "" unless the stream begins here
	Erase           bool   // destroy every key of the stream in the same transaction; takes events, none of them personal
}

// Result is what an append came to.
type Result struct {
	Stream   StreamID
	Version  int // of the stream after it
	Position Position
	At       time.Time // recorded_at of its events
	Repeated bool      // the command had been carried out before: this is the first result
}

// Position is a place in the log: dense from 1 within its epoch. It prints as EPOCH.POSITION.
type Position struct {
	Epoch int
	N     int64
}

// String gives the wire form.
func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Epoch, p.N) }

// ParsePosition reads the wire form: EPOCH.POSITION, both decimal, the epoch from 1 and the position from 0.
func ParsePosition(text string) (Position, error) {
	epoch, n, _ := strings.Cut(text, ".")
	e, errEpoch := strconv.ParseUint(epoch, 10, 31)
	p, errN := strconv.ParseUint(n, 10, 63)
	if errEpoch != nil || errN != nil || e == 0 {
		return Position{}, fmt.Errorf("position %q: want EPOCH.POSITION, e.g. 1.42", text)
	}
	return Position{Epoch: int(e), N: int64(p)}, nil
}

// Record is a stored event, opened.
type Record struct {
	Position int64
	Stream   StreamID
	Kind     string
	Version  int
	Type     string
	At       time.Time
	By       Actor
	Act      string
	Cause    int64
	Data     []byte
	Personal []byte // nil when there was none, or Erased
	Erased   bool   // there was, and its key was destroyed
	KeyID    string
	Blobs    []string
	Hash     [32]byte // RFC 6962 leaf hash
}

// What an append or a read can be refused for.
var (
	// ErrConflict: the stream is not at the expected version. Read it again and decide again.
	ErrConflict = errors.New("the stream has moved on")
	// ErrKeyReused: the command id was used before for another request.
	ErrKeyReused = errors.New("the idempotency key was used for another request")
	// ErrNotFound: no such stream or blob.
	ErrNotFound = errors.New("not found")
	// ErrErased: the key was destroyed; the content cannot be read any more.
	ErrErased = errors.New("erased")
	// ErrBeyondHead: the position has not been reached by the log.
	ErrBeyondHead = errors.New("position beyond the head of the log")
	// ErrUnavailable: the database did not answer in time. Whether the append was made is not known; repeating
	// the same command tells.
	ErrUnavailable = errors.New("the log cannot be reached")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
)
