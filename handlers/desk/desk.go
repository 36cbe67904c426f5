// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package desk joins the rules of tickets to the log: the one way in for every command, from the API, the command
// line, timers and the demo alike.
package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections"
)

// Request is one command on its way in.
type Request struct {
	Ticket  ticket.ID
	Command ticket.Command
	By      person.Actor
	// Key makes the command repeatable, together with its actor: the same key gives the first outcome. Empty: not
	// repeatable.
	Key string
	// From is where somebody without an id calls from. It keeps their keys apart, or one could get the first outcome of
	// another's command; only a keyed hash of it is kept. Empty: all of a role without ids are one.
	From string
	// Permanent keeps the key for ever, as sagas need; otherwise 90 days.
	Permanent bool
	Body      []byte // what the client sent, to tell a repetition from a reuse; nil: nothing to compare
	Pinned    int    // version that the client saw; 0: none
	Cause     int64  // position of the event that a saga answers; 0: a person did it
}

// Outcome is where a command left its ticket. Repeated tells that it is the outcome of an earlier, equal command.
type Outcome = eventstore.Outcome[ticket.State]

// Desk dispatches commands and reads histories. It is safe for concurrent use.
type Desk struct {
	store      *eventstore.Store
	rules      ticket.Rules
	dispatcher *eventstore.Dispatcher[ticket.State, ticket.Command, ticket.Event]
}

// New joins rules and store.
func New(store *eventstore.Store, engine ticket.Rules) *Desk {
	return &Desk{store, engine, eventstore.NewDispatcher(store, eventstore.Decider[ticket.State, ticket.Command, ticket.Event]{
		Kind: projections.Kind,
		Decide: func(s ticket.State, c ticket.Command, by eventstore.Actor, _ string, now time.Time) ([]ticket.Event, error) {
			return engine.Decide(s, c, actor(by), now)
		},
		Evolve: func(s ticket.State, e ticket.Event, r eventstore.Record) ticket.State {
			return ticket.Evolve(s, recorded(e, r))
		},
		Encode: encode,
		Decode: func(r eventstore.Record) (ticket.Event, error) { return ticket.Decode(r.Type, r.Data, r.Personal) },
		Conflict: func(s ticket.State, c ticket.Command, by eventstore.Actor, since []eventstore.Stored[ticket.Event]) error {
			return ticket.Conflicts(s, c, actor(by), all(since))
		},
		Subject: func(e ticket.Event) string {
			if opened, ok := e.(ticket.Opened); ok {
				return opened.Subject
			}
			return ""
		},
		Erases: func(e ticket.Event) bool { _, ok := e.(ticket.PersonalDataErased); return ok },
	})}
}

// Dispatch carries a command out, or refuses it with the domain's or the store's error.
func (d *Desk) Dispatch(ctx context.Context, r Request) (Outcome, error) {
	return d.dispatcher.Dispatch(ctx, d.stored(r))
}

// Refused answers a request that its door refuses before it reaches the rules: with the first outcome if it is a
// repetition, with the refusal otherwise.
func (d *Desk) Refused(ctx context.Context, r Request, refusal error) (Outcome, error) {
	return d.dispatcher.Refused(ctx, d.stored(r), refusal)
}

func (d *Desk) stored(r Request) eventstore.Request[ticket.Command] {
	key := eventstore.CommandID{Actor: d.commandActor(r), Key: r.Key, Permanent: r.Permanent}
	return eventstore.Request[ticket.Command]{
		Stream: string(r.Ticket), Command: r.Command, By: stored(r.By), ID: key, Body: r.Body, Pinned: r.Pinned, Cause: r.Cause,
	}
}

// commandActor is who a command's key belongs to.
func (d *Desk) commandActor(r Request) string {
	switch {
	case r.By.ID != "":
		return r.By.ID
	case r.From != "":
		return string(r.By.Role) + " " + d.store.KeyedHash("command-from", r.From)
	default:
		return string(r.By.Role)
	}
}

// History gives everything that was recorded of a ticket, in order. Error: eventstore.ErrNotFound.
func (d *Desk) History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error) {
	_, _, history, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", id, err)
	}
	return all(history), nil
}

// State gives a ticket as the rules see it now, with its version. Error: eventstore.ErrNotFound.
func (d *Desk) State(ctx context.Context, id ticket.ID) (ticket.State, int, error) {
	s, version, _, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return ticket.State{}, 0, fmt.Errorf("state of ticket %s: %w", id, err)
	}
	return s, version, nil
}

func recorded(e ticket.Event, r eventstore.Record) ticket.Recorded {
	return ticket.Recorded{
		Event: e, Ticket: ticket.ID(r.Stream), Version: r.Version, Position: r.Position, At: r.At, By: actor(r.By), Act: ticket.ID(r.Act),
	}
}

func all(stored []eventstore.Stored[ticket.Event]) []ticket.Recorded {
	history := make([]ticket.Recorded, len(stored))
	for i, s := range stored {
		history[i] = recorded(s.Event, s.Record)
	}
	return history
}

func encode(e ticket.Event) (eventstore.NewEvent, error) {
	s, err := ticket.Encode(e)
	if err != nil {
		return eventstore.NewEvent{}, err
	}
	n := eventstore.NewEvent{Type: s.Name, Data: s.Data, Personal: s.Personal, Key: string(s.Key)}
	for _, id := range s.Attachments {
		n.Blobs = append(n.Blobs, string(id))
	}
	return n, nil
}

func actor(a eventstore.Actor) person.Actor {
	return person.Actor{ID: a.ID, Role: person.Role(a.Role), Entity: catalog.EntityCode(a.Entity)}
}

func stored(a person.Actor) eventstore.Actor {
	return eventstore.Actor{ID: a.ID, Role: string(a.Role), Entity: string(a.Entity)}
}
