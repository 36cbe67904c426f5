// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/acts"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// CommandRequest is a command for a ticket, with its actor and idempotency key.
type CommandRequest struct {
	Ticket  ticket.ID
	Command ticket.Command
	By      person.Actor
	// Key is the idempotency key. A second command of the same actor with the same key gets the first result. Empty: the command is
	// not repeatable.
	Key string
	// From is the client address of an actor without an id. It separates the idempotency keys of such actors; without it one of them
	// could get the result of another's command. Only its keyed hash is stored. Empty: all actors of a role without ids share keys.
	From string
	// Permanent stores the key for ever, as sagas need; other keys are stored for 90 days.
	Permanent       bool
	Body            []byte // request body, to distinguish a repetition from another use of the key; nil: no comparison
	ExpectedVersion int    // version that the client saw, as the ticket's view gives it; 0: none
	Cause           int64  // log position of the event that made a saga dispatch the command; 0: a person dispatched it
}

// CommandResult is the ticket after a command. Repeated is true if it is the result of an earlier, equal command.
type CommandResult = dispatch.Result[ticket.State]

// TicketDispatcher dispatches commands and reads histories. It is safe for concurrent use.
type TicketDispatcher struct {
	AccessLog  *accesslog.Recorder // of this node
	store      *eventstore.Store
	rules      rules.Engine
	persons    *persons.Directory
	dispatcher *dispatch.Dispatcher[ticket.State, ticket.Command, ticket.Event]
}

// NewTicketDispatcher returns a dispatcher that decides commands with the engine's rules and appends their events to the store.
func NewTicketDispatcher(store *eventstore.Store, engine rules.Engine) *TicketDispatcher {
	return &TicketDispatcher{accesslog.NewRecorder(store.Pools()), store, engine, persons.New(store), dispatch.New(store, ticketlog.Decider(engine))}
}

// Dispatch decides a command and appends its events. A command that opens a ticket gets the person id of its tax code. Errors: those of
// the rules and of the store.
func (d *TicketDispatcher) Dispatch(ctx context.Context, r CommandRequest) (CommandResult, error) {
	var err error
	if r.Command, err = d.withPerson(ctx, r.Command); err != nil {
		return CommandResult{}, err
	}
	return d.dispatcher.Dispatch(ctx, d.storeRequest(r))
}

// RefuseUnlessRepeated returns the first result of a repeated request, and otherwise the refusal. Callers use it for a request that they
// refuse before the rules decide.
func (d *TicketDispatcher) RefuseUnlessRepeated(ctx context.Context, r CommandRequest, refusal error) (CommandResult, error) {
	return d.dispatcher.FirstResultOr(ctx, d.storeRequest(r), refusal)
}

func (d *TicketDispatcher) storeRequest(r CommandRequest) dispatch.Request[ticket.Command] {
	key := eventstore.CommandID{Actor: d.idempotencyActor(r), Key: r.Key, Permanent: r.Permanent}
	return dispatch.Request[ticket.Command]{
		Stream: string(r.Ticket), Command: r.Command, By: ticketlog.StoreActor(r.By), ID: key, Body: r.Body,
		SeenVersion: r.ExpectedVersion, Cause: r.Cause,
	}
}

// idempotencyActor returns the actor part of a command id: two commands are the same only if it and the key are equal.
func (d *TicketDispatcher) idempotencyActor(r CommandRequest) string {
	switch {
	case r.By.ID != "":
		return r.By.ID
	case r.From != "":
		return string(r.By.Role) + " " + d.store.KeyedHash("command-from", r.From)
	default:
		return string(r.By.Role)
	}
}

// History returns all recorded events of a ticket, in order. Error: eventstore.ErrNotFound.
func (d *TicketDispatcher) History(ctx context.Context, id ticket.ID) ([]ticket.Recorded, error) {
	_, _, history, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", id, err)
	}
	return ticketlog.History(history), nil
}

// HistoryFor returns the events of a ticket as History, to a viewer. By the reader tags of the log it refuses a ticket that the viewer may not
// read, and leaves out the personal parts of events that the viewer may not know of. Error: eventstore.ErrNotFound.
func (d *TicketDispatcher) HistoryFor(ctx context.Context, v ticketview.Viewer, id ticket.ID) ([]ticket.Recorded, error) {
	_, _, history, err := d.dispatcher.LoadFor(ctx, v.Reader(), string(id))
	if err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", id, err)
	}
	return ticketlog.History(history), nil
}

// SettledHistory returns the history of a ticket once an act cannot be withdrawn any more: it waits for the end of the act's hold, and for
// every withdrawal that may still be committed with an earlier time. Errors: those of History and of eventstore.Store.Settle.
func (d *TicketDispatcher) SettledHistory(ctx context.Context, id, act ticket.ID) ([]ticket.Recorded, error) {
	history, err := d.History(ctx, id)
	if err != nil {
		return nil, err
	}
	until := acts.HeldUntil(history, act)
	if until.IsZero() {
		return history, nil
	}
	if err := d.store.Settle(ctx, until); err != nil {
		return nil, fmt.Errorf("history of ticket %s: %w", id, err)
	}
	return d.History(ctx, id)
}

// Barrier returns when everything that was read before is durable, on the standby too. What leaves the system waits for it. Errors: those
// of eventstore.Store.Barrier.
func (d *TicketDispatcher) Barrier(ctx context.Context) error { return d.store.Barrier(ctx) }

// State returns the state of a ticket on which the rules decide, and its version. Error: eventstore.ErrNotFound.
func (d *TicketDispatcher) State(ctx context.Context, id ticket.ID) (ticket.State, int, error) {
	s, version, _, err := d.dispatcher.Load(ctx, string(id))
	if err != nil {
		return ticket.State{}, 0, fmt.Errorf("state of ticket %s: %w", id, err)
	}
	return s, version, nil
}

// StateFor returns the state of a ticket as State, to a viewer. It refuses a ticket that the viewer may not read. Error: eventstore.ErrNotFound.
func (d *TicketDispatcher) StateFor(ctx context.Context, v ticketview.Viewer, id ticket.ID) (ticket.State, int, error) {
	s, version, _, err := d.dispatcher.LoadFor(ctx, v.Reader(), string(id))
	if err != nil {
		return ticket.State{}, 0, fmt.Errorf("state of ticket %s: %w", id, err)
	}
	return s, version, nil
}
