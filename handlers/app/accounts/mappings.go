// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts

import (
	"context"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/dispatch"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// MappingStreamKind is the kind of the stream of confirmed mappings, and MappingStreamID its id: one stream holds those of all providers. Both are
// stored.
const (
	MappingStreamKind = "role-mappings"
	MappingStreamID   = "4a991000-0000-7000-8000-000000000001"
)

// Mappings holds the mappings of claims to roles that two administrators have confirmed. It is safe for concurrent use.
type Mappings struct {
	identity   *identity.Identity
	dispatcher *dispatch.Dispatcher[rolemapping.State, rolemapping.Confirm, rolemapping.Event]
	stream     *dispatch.WholeStream[rolemapping.State, rolemapping.Confirm, rolemapping.Event]
}

func newMappings(store *eventstore.Store, identities *identity.Identity) *Mappings {
	d := dispatch.New(store, dispatch.Decider[rolemapping.State, rolemapping.Confirm, rolemapping.Event]{
		Kind: MappingStreamKind,
		Decide: func(s rolemapping.State, c rolemapping.Confirm, by eventstore.Actor, _ time.Time) ([]rolemapping.Event, error) {
			return rolemapping.Decide(s, c, ticketlog.DomainActor(by))
		},
		Evolve: func(s rolemapping.State, e rolemapping.Event, r eventstore.Record) rolemapping.State {
			return rolemapping.Evolve(s, e, ticketlog.DomainActor(r.By))
		},
		Encode: func(e rolemapping.Event) (eventstore.NewEvent, error) {
			name, data, err := rolemapping.Encode(e)
			return eventstore.NewEvent{Type: name, Data: data}, err
		},
		Decode: func(r eventstore.Record) (rolemapping.Event, error) { return rolemapping.Decode(r.Type, r.Data) },
	})
	return &Mappings{identity: identities, dispatcher: d, stream: dispatch.NewWholeStream(d, MappingStreamID)}
}

// State returns the mappings in force and those that wait for a second confirmation.
func (m *Mappings) State(ctx context.Context) (rolemapping.State, error) {
	state, _, err := m.stream.Read(ctx)
	return state, err
}

// Confirm confirms the mapping that the configuration has for a provider, and reports whether it is in force now. Errors: those of
// rolemapping.Decide.
func (m *Mappings) Confirm(ctx context.Context, by person.Actor, p idp.Provider) (inForce bool, err error) {
	all, err := m.identity.Administrators(ctx)
	if err != nil {
		return false, err
	}
	c := rolemapping.Confirm{Provider: p.Name, Mapping: p.Mapping, Administrators: len(all)}
	confirmed, err := m.dispatcher.Dispatch(ctx, dispatch.Request[rolemapping.Confirm]{Stream: MappingStreamID, Command: c, By: ticketlog.StoreActor(by)})
	_, waits := confirmed.State.Waiting[p.Name]
	return err == nil && !waits, err
}
