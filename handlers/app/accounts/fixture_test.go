// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/persons"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const (
	torino   = catalog.EntityCode("010301")
	password = "una parola lunga"
	pin      = "24680"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// fixture is a service on a database of its own, with a clock that only the test advances.
type fixture struct {
	*accounts.Service
	t        *testing.T
	db       *storetest.DB
	store    *eventstore.Store
	identity *identity.Identity
	clock    *storetest.Clock
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: storetest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	f.db = storetest.New(t, func(c *eventstore.Config) { c.Clock = f.clock.Now })
	f.store = f.db.Store
	f.Service, f.identity = f.open(f.store)
	return f
}

// open returns a service on a store of the database, as a node has it.
func (f *fixture) open(store *eventstore.Store) (*accounts.Service, *identity.Identity) {
	f.t.Helper()
	identities, err := identity.New(identity.Config{
		Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), Clock: f.clock.Now, CitizenPasswords: true, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return accounts.New(store, identities, account.Periods{}), identities
}

// person creates an account with roles, without an event.
func (f *fixture) person(username string, roles ...account.RoleAt) person.Actor {
	f.t.Helper()
	id, err := f.identity.CreateAccount(f.t.Context(), identity.NewAccount{Username: username, GivenName: "Prova", FamilyName: "Finta", Password: password, PIN: pin})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range roles {
		if _, err := f.identity.AddPlacement(f.t.Context(), id, r.Role, r.Entity, time.Time{}); err != nil {
			f.t.Fatal(err)
		}
	}
	return person.Actor{ID: id, Role: person.Administrator}
}

// events returns the number of events of the account stream.
func (f *fixture) events() int {
	f.t.Helper()
	all, err := f.History(f.t.Context(), "", 0, 100_000)
	if err != nil {
		f.t.Fatal(err)
	}
	return len(all)
}

func (f *fixture) roles(id string) string {
	f.t.Helper()
	facts, err := f.identity.Facts(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return fmt.Sprint(facts.Rights.Roles)
}

func (f *fixture) wantRefused(err error, code refusal.Code) {
	f.t.Helper()
	var refused *account.RefusedError
	if !errors.As(err, &refused) || refused.Reason.Code != code {
		f.t.Errorf("got error %v, want refusal %s", err, code)
	}
}

var admin = account.RoleAt{Role: person.Administrator}

func give(whom person.Actor, role person.Role, entity catalog.EntityCode) accounts.Request {
	return accounts.Placement(account.GiveRole, whom.ID, role, entity)
}
