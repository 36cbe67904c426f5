// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// CommandRequest is one command on its way in.
type CommandRequest struct {
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
	Permanent       bool
	Body            []byte // what the client sent, to tell a repetition from a reuse; nil: nothing to compare
	ExpectedVersion int    // version that the client saw; 0: none
	Cause           int64  // position of the event that a saga answers; 0: a person did it
}

// Outcome is where a command left its ticket. Repeated tells that it is the outcome of an earlier, equal command.
type Outcome = eventstore.DispatchResult[ticket.State]

// Dispatcher dispatches commands and reads histories. It is safe for concurrent use.
type Dispatcher struct {
	store      *eventstore.Store
	rules      rules.Engine
	dispatcher *eventstore.Dispatcher[ticket.State, ticket.Command, ticket.Event]
}

// NewDispatcher joins rules and store.
func NewDispatcher(store *eventstore.Store, engine rules.Engine) *Dispatcher {
	return &Dispatcher{store, engine, eventstore.NewDispatcher(store, ticketlog.Decider(engine))}
}

// Dispatch carries a command out, or refuses it with the domain's or the store's error.
func (d *Dispatcher) Dispatch(ctx context.Context, r CommandRequest) (Outcome, error) {
	return d.dispatcher.Dispatch(ctx, d.storeRequest(r))
}

// Reject answers a request that its door refuses before it reaches the rules: with the first outcome if it is a
// repetition, with the refusal otherwise.
func (d *Dispatcher) Reject(ctx context.Context, r CommandRequest, refusal error) (Outcome, error) {
	return d.dispatcher.FirstResultOr(ctx, d.storeRequest(r), refusal)
}

func (d *Dispatcher) storeRequest(r CommandRequest) eventstore.Request[ticket.Command] {
	key := eventstore.CommandID{Actor: d.idempotencyActor(r), Key: r.Key, Permanent: r.Permanent}
	return eventstore.Request[ticket.Command]{
		Stream: string(r.Ticket), Command: r.Command, By: ticketlog.StoreActor(r.By), ID: key, Body: r.Body, SeenVersion: r.ExpectedVersion, Cause: r.Cause,
	}
}

// idempotencyActor is who a command's key belongs to.
func (d *Dispatcher) idempotencyActor(r CommandRequest) string {
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
func (d *Dispatcher) History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error) {
	_, _, history, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", id, err)
	}
	return ticketlog.History(history), nil
}

// State gives a ticket as the rules see it now, with its version. Error: eventstore.ErrNotFound.
func (d *Dispatcher) State(ctx context.Context, id ticket.ID) (ticket.State, int, error) {
	s, version, _, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return ticket.State{}, 0, fmt.Errorf("state of ticket %s: %w", id, err)
	}
	return s, version, nil
}
