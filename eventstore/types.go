// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package eventstore is the log in Postgres: it appends, reads and consumes events, and seals their personal parts. Events never change, positions have no gaps, and a repeated command is stored once. It knows nothing of tickets.
package eventstore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// StreamID is a UUID (version 7) in its canonical text form.
type StreamID = string

// IsID reports whether a text is a UUID in canonical form: 36 characters, in lower case. Other spellings are refused: one
// thing with two spellings of its id would count as two things, and Postgres accepts fewer spellings than the uuid package.
func IsID(text string) bool {
	_, err := parseID(text)
	return err == nil
}

// parseID parses a UUID in its canonical form.
func parseID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err == nil && id.String() != text {
		err = errors.New("not the canonical form of a UUID")
	}
	return id, err
}

// Actor is the author of an event. The fields are stored as they are; the store does not interpret them.
type Actor struct {
	ID, Role, Entity string
}

// NewEvent is an event to append.
type NewEvent struct {
	Type     string   // the stored name, e.g. ticket.resolved.v1
	Data     []byte   // the facts as JSON; stored byte for byte
	Personal []byte   // sealed before it is stored; nil: no personal part
	KeyID    string   // UUID of the key that seals Personal; empty: the key whose id is the stream's id
	Blobs    []string // UUIDs of the blobs that the event names; the append stores their keys
	Readers  []string // reader tags of the stream from this event on; nil: the event changes none
	OnlyFor  []string // reader tags of the only readers who may know of the event; nil: all readers of the stream
}

// CommandID identifies a command by its actor and idempotency key. A repeated pair gets the first result for ever
// (Permanent, for sagas) or for at least 90 days (clients). A command with an empty Key cannot be repeated.
type CommandID struct {
	Actor     string
	Key       string
	Permanent bool
}

// Append is the argument of Store.Append: events that are stored all or none.
type Append struct {
	Stream          StreamID
	Kind            string // of the stream, e.g. "ticket"
	ExpectedVersion int    // version that the stream must have; 0: the stream must not exist
	Events          []NewEvent
	By              Actor
	Act             string // UUID that the events of this append share
	Command         CommandID
	RequestBody     []byte    // the request, of which a keyed hash is stored; nil: no comparison
	Cause           int64     // position of the event to which a saga reacted; 0: a person's command
	Subject         string    // id of the person that the stream is about; "" unless the stream begins here
	NotAfter        time.Time // latest time that the events may get, in whole microseconds; zero: no limit
	Readers         []string  // reader tags of the stream after the append; nil: it keeps those that it has, and they count as out of date
	Erase           bool      // destroy all keys of the stream in the same transaction; requires events, without personal parts or blobs
}

// Result is the result of an append.
type Result struct {
	Stream   StreamID
	Version  int       // of the stream after the append
	Position Position  // of the last event; of an append without events: of the event before it in the log
	At       time.Time // recorded_at of its events
	Repeated bool      // the command was carried out before, and this is its first result
}

// Position is the number of an event in the log, from 1 without gaps, with the epoch of the log. N is 0 before the first
// event. Its text is EPOCH.POSITION.
type Position struct {
	Epoch int
	N     int64
}

// String returns the wire form, which ParsePosition reads.
func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Epoch, p.N) }

// ParsePosition parses the wire form: EPOCH.POSITION, both decimal, the epoch from 1 and the position from 0.
func ParsePosition(text string) (Position, error) {
	epoch, n, _ := strings.Cut(text, ".")
	e, errEpoch := strconv.ParseUint(epoch, 10, 31)
	p, errN := strconv.ParseUint(n, 10, 63)
	if errEpoch != nil || errN != nil || e == 0 {
		return Position{}, fmt.Errorf("position %q: want EPOCH.POSITION, e.g. 1.42", text)
	}
	return Position{Epoch: int(e), N: int64(p)}, nil
}

// Record is a stored event with its personal part opened. Its fields are those of Append, NewEvent and Result.
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
	Personal []byte // nil: there was none, or it is erased
	Erased   bool   // there was a personal part, and its key was destroyed
	KeyID    string
	Blobs    []string
	Readers  []string // sorted, as OnlyFor
	OnlyFor  []string
	Hash     [32]byte // RFC 6962 leaf hash
}

// Errors of appends and reads.
var (
	// ErrConflict: the stream does not have the expected version. Read it and decide again.
	ErrConflict = errors.New("the stream does not have the expected version")
	// ErrTooLate: the events would get a time after NotAfter.
	ErrTooLate = errors.New("the time of the log is past the limit of the append")
	// ErrKeyReused: the command id was used before for another request.
	ErrKeyReused = errors.New("the idempotency key was used for another request")
	// ErrNotFound: there is no such stream, blob or key.
	ErrNotFound = errors.New("not found")
	// ErrErased: the key was destroyed; the content cannot be read any more.
	ErrErased = errors.New("erased")
	// ErrBeyondHead: the log has no event at the position yet.
	ErrBeyondHead = errors.New("position beyond the head of the log")
	// ErrLostPosition: the position is of an earlier epoch, and a restore lost its event. Read again from the beginning.
	ErrLostPosition = errors.New("a restore of the log lost this position")
	// ErrUnavailable: the database did not answer in time, or no connection became free. It is not known whether the append was
	// stored; a repetition of the command returns its result.
	ErrUnavailable = pgpool.ErrUnavailable
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
)
