// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package agreements records the agreements of entities about records of their employees' work, as events of one stream of the log, and
// answers what they allow.
package agreements

import (
	"context"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// StreamKind is the kind of the stream of agreements, and StreamID its id: one stream holds those of all entities. Both are stored.
const (
	StreamKind = "agreements"
	StreamID   = "a94ee000-0000-7000-8000-000000000001"
)

// Service records agreements and answers what they allow. It is safe for concurrent use.
type Service struct {
	catalog    *catalog.Catalog
	dispatcher *dispatch.Dispatcher[agreement.State, agreement.Command, agreement.Event]
	stream     *dispatch.WholeStream[agreement.State, agreement.Command, agreement.Event]
}

// New returns a service on a log.
func New(store *eventstore.Store, entities *catalog.Catalog) *Service {
	d := dispatch.New(store, dispatch.Decider[agreement.State, agreement.Command, agreement.Event]{
		Kind: StreamKind,
		Decide: func(s agreement.State, c agreement.Command, by eventstore.Actor, now time.Time) ([]agreement.Event, error) {
			return agreement.Decide(s, c, ticketlog.DomainActor(by), now)
		},
		Evolve: func(s agreement.State, e agreement.Event, r eventstore.Record) agreement.State {
			return agreement.Evolve(s, e, ticketlog.DomainActor(r.By), r.At)
		},
		Encode: func(e agreement.Event) (eventstore.NewEvent, error) {
			name, data, err := agreement.Encode(e)
			return eventstore.NewEvent{Type: name, Data: data}, err
		},
		Decode: func(r eventstore.Record) (agreement.Event, error) { return agreement.Decode(r.Type, r.Data) },
	})
	return &Service{catalog: entities, dispatcher: d, stream: dispatch.NewWholeStream(d, StreamID)}
}

// Record records the agreement of an entity. Errors: those of agreement.Decide.
func (s *Service) Record(ctx context.Context, by person.Actor, c agreement.Record) error {
	if _, known := s.catalog.Entity(c.Entity); !known {
		return &agreement.RefusedError{Field: "entity", Reason: refusal.UnknownEntity.With()}
	}
	return s.dispatch(ctx, by, c)
}

// End ends the agreement of an entity. Errors: those of agreement.Decide.
func (s *Service) End(ctx context.Context, by person.Actor, c agreement.End) error {
	return s.dispatch(ctx, by, c)
}

func (s *Service) dispatch(ctx context.Context, by person.Actor, c agreement.Command) error {
	_, err := s.dispatcher.Dispatch(ctx, dispatch.Request[agreement.Command]{Stream: StreamID, Command: c, By: ticketlog.StoreActor(by)})
	return err
}

// State returns the agreements that hold now.
func (s *Service) State(ctx context.Context) (agreement.State, error) {
	state, _, err := s.stream.Read(ctx)
	return state, err
}

// FiguresPerPerson returns the entities that agreed to figures of single operators.
func (s *Service) FiguresPerPerson(ctx context.Context) ([]catalog.EntityCode, error) {
	state, err := s.State(ctx)
	return state.Entities(agreement.FiguresPerPerson), err
}
