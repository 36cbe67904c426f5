// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// A node that dies between an event and its rows leaves nothing half: the next command, of any node, applies the event first, once.
func TestNodeThatDiesLeavesNothingHalf(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, carla := f.person("ada", admin), f.person("carla")
	owner, err := f.db.Store.Pools().Consumer.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Release()
	// The row of the applied version is locked, so that the first node has its event and not its rows.
	tx, err := owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `select version from identity.applied for update`); err != nil {
		t.Fatal(err)
	}
	dying, die := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		_, err := f.Change(dying, ada, give(carla, person.ASROperator, torino))
		ended <- err
	}()
	storetest.Eventually(t, "the event is in the log", func() bool { return f.events() == 1 })
	die()
	if err := <-ended; err == nil {
		t.Fatal("the change ended without its rows")
	}
	if f.roles(carla.ID) != "[]" {
		t.Errorf("got roles %s before the event was applied", f.roles(carla.ID))
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	other, _ := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	for range 2 {
		if _, err := other.Maintain(ctx); err != nil {
			t.Fatal(err)
		}
		if f.roles(carla.ID) != "[{operatore_asr 010301}]" || f.events() != 1 {
			t.Errorf("got roles %s and %d events", f.roles(carla.ID), f.events())
		}
	}
}

// Many changes at once of two nodes each get their event, and none is applied twice.
func TestChangesAtOnce(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	other, _ := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	var group sync.WaitGroup
	const people = 6
	ids := make([]string, people)
	for n := range people {
		ids[n] = f.person(fmt.Sprintf("persona.%d", n)).ID
		for _, s := range []*accounts.Service{f.Service, other} {
			group.Go(func() { // one of the two gives the role, the other is told that it is given
				_, err := s.Change(ctx, ada, give(person.Actor{ID: ids[n]}, person.ASROperator, torino))
				if err != nil && !errors.Is(err, identity.ErrTaken) {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	if f.events() != people {
		t.Errorf("got %d events, want %d", f.events(), people)
	}
	for _, id := range ids {
		if f.roles(id) != "[{operatore_asr 010301}]" {
			t.Errorf("got roles %s", f.roles(id))
		}
	}
}

// Two administrators confirm at the same moment on two nodes: one of them gets a PIN, which is valid, and nothing stays staged.
func TestConfirmationsAtOnce(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", admin)
	other, _ := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	for n := range 8 {
		name := fmt.Sprintf("cittadino.%d", n)
		citizen := f.person(name, account.RoleAt{Role: person.Citizen})
		asked, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: citizen.ID}})
		if err != nil {
			t.Fatal(err)
		}
		var results [2]accounts.Result
		var errs [2]error
		var group sync.WaitGroup
		group.Go(func() { results[0], errs[0] = f.Confirm(ctx, bruno, asked.Event.ID) })
		group.Go(func() { results[1], errs[1] = other.Confirm(ctx, carla, asked.Event.ID) })
		group.Wait()
		winner := slices.Index(errs[:], nil)
		if winner < 0 || errs[1-winner] == nil {
			t.Fatalf("got %v, want one confirmation", errs)
		}
		if _, err := f.identity.Login(ctx, name, asked.Secrets.Password, results[winner].Secrets.PIN, ""); err != nil {
			t.Errorf("the PIN that was shown: %v", err)
		}
	}
	var staged int
	if err := storetest.Connect(t, f.db.URL).QueryRow(ctx, `select count(*) from identity.staged_secrets`).Scan(&staged); err != nil || staged != 0 {
		t.Errorf("%d secrets are staged, %v, want none", staged, err)
	}
}

// While a node of the release before runs, nobody becomes auditor or data protection officer of one entity: it takes such an auditor for one who
// reads everything. Auditors of the Region, who do, and operators can be appointed, and roles end.
func TestNoAuditorOfAnEntityBesideEarlierNodes(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", account.RoleAt{Role: person.Auditor, Entity: torino})
	waits, err := f.Change(ctx, ada, give(f.person("dora"), person.Auditor, torino))
	if err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, f.db.URL)
	if _, err := owner.Exec(ctx, `insert into keys.nodes (node, masters, known) values (gen_random_uuid(), '{}', '{}')`); err != nil { // as nodes of the release before do
		t.Fatal(err)
	}
	refused := func(err error) bool {
		var invalid *identity.InvalidError
		return errors.As(err, &invalid) && invalid.Reason.Code == refusal.EarlierNodesRun
	}
	for n, c := range []struct {
		role    person.Role
		entity  catalog.EntityCode
		refused bool
	}{
		{person.Auditor, torino, true}, {person.DataProtectionOfficer, torino, true}, {person.Auditor, catalog.Region, false}, {person.Auditor, "", false}, {person.ASROperator, torino, false},
	} {
		if _, err := f.Change(ctx, ada, give(f.person(fmt.Sprint("persona", n)), c.role, c.entity)); refused(err) != c.refused || !c.refused && err != nil {
			t.Errorf("%s@%s: got %v, want it refused: %t", c.role, c.entity, err, c.refused)
		}
	}
	if _, err := f.Confirm(ctx, bruno, waits.Event.ID); !refused(err) {
		t.Errorf("the confirmation of an earlier request: got %v, want it refused", err)
	}
	if _, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.EndRole, Account: carla.ID, Role: person.Auditor, Entity: torino}}); err != nil {
		t.Errorf("the end of a role: got %v, want none", err)
	}
	if _, err := owner.Exec(ctx, `update keys.nodes set seen_at = seen_at - interval '2 minutes' where release = 0`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Confirm(ctx, bruno, waits.Event.ID); err != nil {
		t.Errorf("after the node has ended: got %v, want none", err)
	}
}
