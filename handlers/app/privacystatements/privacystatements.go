// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package privacystatements publishes the privacy statements of entities, as events of one stream of the log, and finds the version that a form shows.
package privacystatements

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// StreamKind is the kind of the stream of privacy statements, and StreamID its id: one stream holds those of all entities. Both are stored.
const (
	StreamKind = "privacy-statements"
	StreamID   = "a94ee000-0000-7000-8000-000000000002"
)

// Service publishes privacy statements and reads them. It is safe for concurrent use.
type Service struct {
	catalog    *catalog.Catalog
	dispatcher *dispatch.Dispatcher[privacystatement.State, privacystatement.Publish, privacystatement.Published]
	stream     *dispatch.WholeStream[privacystatement.State, privacystatement.Publish, privacystatement.Published]
}

// Statement is one version of the privacy statement of an entity, as the API gives it.
type Statement struct {
	Entity      catalog.EntityCode `json:"entity"`
	Version     int                `json:"version" doc:"From 1; a version never changes"`
	InForce     bool               `json:"in_force" doc:"Whether it is the latest version"`
	Text        string             `json:"text" doc:"Plain text; an empty line separates paragraphs"`
	PublishedAt time.Time          `json:"published_at"`
	By          string             `json:"-"` // account that published it, or os:NAME for a user of the command line
}

// New returns a service on a log.
func New(store *eventstore.Store, entities *catalog.Catalog) *Service {
	d := dispatch.New(store, dispatch.Decider[privacystatement.State, privacystatement.Publish, privacystatement.Published]{
		Kind: StreamKind,
		Decide: func(s privacystatement.State, c privacystatement.Publish, by eventstore.Actor, _ time.Time) ([]privacystatement.Published, error) {
			return privacystatement.Decide(s, c, ticketlog.DomainActor(by))
		},
		Evolve: func(s privacystatement.State, e privacystatement.Published, r eventstore.Record) privacystatement.State {
			return privacystatement.Evolve(s, e, ticketlog.DomainActor(r.By), r.At)
		},
		Encode: func(e privacystatement.Published) (eventstore.NewEvent, error) {
			name, data, err := privacystatement.Encode(e)
			return eventstore.NewEvent{Type: name, Data: data}, err
		},
		Decode: func(r eventstore.Record) (privacystatement.Published, error) {
			return privacystatement.Decode(r.Type, r.Data)
		},
	})
	return &Service{catalog: entities, dispatcher: d, stream: dispatch.NewWholeStream(d, StreamID)}
}

// Publish publishes a new version of the statement of an entity. Error: *ticket.InvalidError.
func (s *Service) Publish(ctx context.Context, by person.Actor, c privacystatement.Publish) error {
	if _, known := s.catalog.Entity(c.Entity); !known {
		return ticket.NewInvalidField("entity", refusal.UnknownEntity.With(), "the ministerial code of an entity")
	}
	_, err := s.dispatcher.Dispatch(ctx, dispatch.Request[privacystatement.Publish]{Stream: StreamID, Command: c, By: ticketlog.StoreActor(by)})
	var refused *privacystatement.RefusedError
	if errors.As(err, &refused) {
		return ticket.NewInvalidField(refused.Field, refused.Reason, fmt.Sprintf("1 to %d characters, another text than that in force", privacystatement.MaxTextLength))
	}
	return err
}

// Find returns a version of the statement of an entity, the one in force for version 0, and false if there is none.
func (s *Service) Find(ctx context.Context, e catalog.EntityCode, version int) (Statement, bool, error) {
	state, _, err := s.stream.Read(ctx)
	current, _ := state.Current(e)
	if version == 0 {
		version = current.Version
	}
	n, found := state.Find(e, version)
	return newStatement(n, current.Version), found, err
}

// List returns all versions of all statements, those of one entity after each other, the newest first.
func (s *Service) List(ctx context.Context) ([]Statement, error) {
	state, _, err := s.stream.Read(ctx)
	all := []Statement{}
	for _, e := range s.catalog.AllEntities() {
		for _, n := range slices.Backward(state[e.Code]) {
			all = append(all, newStatement(n, len(state[e.Code])))
		}
	}
	return all, err
}

// CheckShown returns the refusal of a form that showed another version of the statement than the one in force, or none although it must (required).
// shown is the version that it showed; 0: none.
func (s *Service) CheckShown(ctx context.Context, e catalog.EntityCode, shown int, required bool) error {
	if shown == 0 && !required {
		return nil
	}
	current, found, err := s.Find(ctx, e, 0)
	switch {
	case err != nil:
		return err
	case shown == 0 && !found, found && shown == current.Version:
		return nil
	case shown == 0:
		return ticket.NewInvalidField("privacy_statement", refusal.StatementNotShown.With(), strconv.Itoa(current.Version))
	}
	return ticket.NewInvalidField("privacy_statement", refusal.StatementChanged.With(strconv.Itoa(current.Version)), "the version in force, or nothing")
}

func newStatement(n privacystatement.Statement, current int) Statement {
	return Statement{n.Entity, n.Version, n.Version == current && n.Version > 0, n.Text, n.At, n.By.ID}
}
