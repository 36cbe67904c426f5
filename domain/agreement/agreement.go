// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package agreement holds the rules for agreements of entities about records of their employees' work. Law 300/1970, article 4, allows an
// employer to use such records only after an agreement with the unions, or an authorisation in its place. Without a recorded agreement a use
// is off.
package agreement

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// Use names a use of records that an agreement allows. The values are stored.
type Use string

// The uses.
const (
	UnusualReading   Use = "unusual-reading"    // rules over access records, told to the entity's data protection officer
	FiguresPerPerson Use = "figures-per-person" // figures of single operators on the dashboard
)

// Uses lists every use.
func Uses() []Use { return []Use{UnusualReading, FiguresPerPerson} }

// Agreement is a recorded agreement that holds.
type Agreement struct {
	Entity    catalog.EntityCode
	Use       Use
	Reference string // of the document, e.g. «Accordo del 3 marzo 2026, prot. 1234»
	SignedOn  string // 2006-01-02
	By        person.Actor
	At        time.Time // when it was recorded: the use begins with it
}

// State holds the agreements that hold now, in the order in which they were recorded.
type State struct {
	Version    int
	Agreements []Agreement
}

// Find returns the agreement of an entity about a use, and false without one.
func (s State) Find(e catalog.EntityCode, u Use) (Agreement, bool) {
	n := s.index(e, u)
	if n < 0 {
		return Agreement{}, false
	}
	return s.Agreements[n], true
}

// Entities returns the entities with an agreement about a use.
func (s State) Entities(u Use) []catalog.EntityCode {
	all := []catalog.EntityCode{}
	for _, a := range s.Agreements {
		if a.Use == u {
			all = append(all, a.Entity)
		}
	}
	return all
}

func (s State) index(e catalog.EntityCode, u Use) int {
	return slices.IndexFunc(s.Agreements, func(a Agreement) bool { return a.Entity == e && a.Use == u })
}

// Evolve returns the state after an event. It does not change s.
func Evolve(s State, e Event, by person.Actor, at time.Time) State {
	next := State{Version: s.Version + 1, Agreements: slices.Clone(s.Agreements)}
	if n := s.index(e.Entity, e.Use); n >= 0 {
		next.Agreements = slices.Delete(next.Agreements, n, n+1)
	}
	if e.Kind == Recorded {
		next.Agreements = append(next.Agreements, Agreement{e.Entity, e.Use, e.Reference, e.SignedOn, by, at})
	}
	return next
}

// Command is a command on the stream of agreements.
type Command interface{ command() }

// The commands.
type (
	// Record records the agreement of an entity about a use.
	Record struct {
		Entity    catalog.EntityCode
		Use       Use
		Reference string
		SignedOn  string
	}
	// End ends an agreement. The reference is that of the document that ends it.
	End struct {
		Entity    catalog.EntityCode
		Use       Use
		Reference string
	}
)

func (Record) command() {}
func (End) command()    {}

// ErrUnchanged says that the agreement is recorded already, or that there is none to end.
var ErrUnchanged = errors.New("the agreement is recorded already, or there is none to end")

// RefusedError refuses a command because of one field.
type RefusedError struct {
	Field  string
	Reason refusal.Reason
}

func (e *RefusedError) Error() string { return e.Field + ": " + e.Reason.String() }

func refuse(field string, code refusal.Code) error { return &RefusedError{field, code.With()} }

// maxReference is the largest length of a reference, in characters.
const maxReference = 300

// Decide returns the event that a command causes. The actor System is the command line. Errors: *RefusedError, ErrUnchanged.
func Decide(s State, c Command, by person.Actor, now time.Time) ([]Event, error) {
	if by.Role != person.Administrator && by.Role != person.System {
		return nil, refuse("role", refusal.AdministratorAgrees)
	}
	var e Event
	switch c := c.(type) {
	case Record:
		e = Event{Recorded, c.Entity, c.Use, strings.TrimSpace(c.Reference), c.SignedOn}
		day, err := time.ParseInLocation(time.DateOnly, c.SignedOn, calendar.Rome())
		if err != nil {
			return nil, refuse("signed_on", refusal.NotADay)
		}
		if day.After(now) {
			return nil, refuse("signed_on", refusal.FutureDay)
		}
	case End:
		e = Event{Ended, c.Entity, c.Use, strings.TrimSpace(c.Reference), ""}
	}
	switch {
	case e.Entity == "":
		return nil, refuse("entity", refusal.UnknownEntity)
	case !slices.Contains(Uses(), e.Use):
		return nil, refuse("use", refusal.NotOneOf)
	case e.Reference == "":
		return nil, refuse("reference", refusal.Required)
	case utf8.RuneCountInString(e.Reference) > maxReference:
		return nil, refuse("reference", refusal.TooLong)
	}
	if holds := s.index(e.Entity, e.Use) >= 0; holds == (e.Kind == Recorded) {
		return nil, ErrUnchanged
	}
	return []Event{e}, nil
}
