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
	"time"

	"github.com/google/uuid"

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
		Pools: store.Pools(), KeyedHashes: store.KeyedHashes, Persons: persons.New(store), Clock: f.clock.Now, Hashing: identity.Hashing{Memory: 64, Passes: 1, Threads: 1},
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

// An auditor's role needs a second administrator, who is neither who asked nor the person concerned; each step is one event.
func TestSecondAdministratorConfirms(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", account.RoleAt{Role: person.ASROperator, Entity: torino})

	done, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
	if err != nil || !done.Waits() || f.events() != 1 || f.roles(carla.ID) != "[{operatore_asr 010301}]" {
		t.Fatalf("request: got %+v, %v, %d events, roles %s", done, err, f.events(), f.roles(carla.ID))
	}
	waiting, err := f.Overview(ctx, bruno)
	if err != nil || waiting.ToAnswer() != 1 {
		t.Fatalf("the second administrator sees %+v, %v", waiting, err)
	}
	if waiting, _ := f.Overview(ctx, ada); waiting.ToAnswer() != 0 || !waiting.Requests[0].Mine {
		t.Errorf("who asked may answer: %+v", waiting)
	}
	_, err = f.Change(ctx, ada, give(carla, person.Auditor, ""))
	f.wantRefused(err, refusal.RequestWaits)
	_, err = f.Confirm(ctx, ada, done.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	_, err = f.Confirm(ctx, carla, done.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	if f.events() != 1 {
		t.Fatalf("refusals left events: %d", f.events())
	}
	confirmed, err := f.Confirm(ctx, bruno, done.Event.ID)
	if err != nil || f.events() != 2 || f.roles(carla.ID) != "[{operatore_asr 010301} {auditor }]" {
		t.Fatalf("confirmation: got %+v, %v, %d events, roles %s", confirmed, err, f.events(), f.roles(carla.ID))
	}
	if e := confirmed.Event; len(e.Before.Roles) != 1 || len(e.After.Roles) != 2 || e.Account != carla.ID {
		t.Errorf("got event %+v", e)
	}
	if _, err := f.Confirm(ctx, bruno, done.Event.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("confirmed twice: %v", err)
	}
}

// New credentials of a citizen are in two hands: who asked knows the password, who confirms the PIN. The citizen must replace them.
func TestCredentialsOfACitizenAreInTwoHands(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	dora := f.person("dora", account.RoleAt{Role: person.Citizen})
	asked, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: dora.ID}})
	if err != nil || !asked.Waits() || asked.Secrets.Password == "" || asked.Secrets.PIN != "" {
		t.Fatalf("got %+v, %v", asked, err)
	}
	if _, err := f.identity.Login(ctx, "dora", password, pin, ""); err != nil {
		t.Fatalf("before the confirmation the old credentials hold: %v", err)
	}
	confirmed, err := f.Confirm(ctx, bruno, asked.Event.ID)
	if err != nil || confirmed.Secrets == nil || confirmed.Secrets.Password != "" || confirmed.Secrets.PIN == "" {
		t.Fatalf("got %+v, %v", confirmed, err)
	}
	s, err := f.identity.Login(ctx, "dora", asked.Secrets.Password, confirmed.Secrets.PIN, "")
	if err != nil || !s.MustChange {
		t.Fatalf("got session %+v, %v, want one that must change", s, err)
	}
	old := accounts.Secrets{Password: asked.Secrets.Password, PIN: confirmed.Secrets.PIN}
	for name, chosen := range map[string]accounts.Secrets{
		"the old password": {Password: old.Password, PIN: "97531"}, "the old PIN": {Password: "un giardino di limoni", PIN: old.PIN},
		"a short password": {Password: "corta", PIN: "97531"}, "a sequence": {Password: "1234567890", PIN: "97531"}, "the user name": {Password: "dora dora dora", PIN: "97531"},
		"a PIN of one digit": {Password: "un giardino di limoni", PIN: "7777"}, "a PIN in sequence": {Password: "un giardino di limoni", PIN: "4321"},
	} {
		var invalid *identity.InvalidError
		if _, err := f.ChangeOwn(ctx, s, identity.Source{}, old, chosen); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	events := f.events()
	renewed, err := f.ChangeOwn(ctx, s, identity.Source{}, old, accounts.Secrets{Password: "un giardino di limoni", PIN: "97531"})
	if err != nil || renewed.MustChange || f.events() != events+1 {
		t.Fatalf("got session %+v, %v, %d events", renewed, err, f.events())
	}
	if _, err := f.identity.Authenticate(ctx, s.Token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("the old session goes on: %v", err)
	}
	if s, err := f.identity.Login(ctx, "dora", "un giardino di limoni", "97531", ""); err != nil || s.MustChange {
		t.Errorf("got session %+v, %v", s, err)
	}
}

// One administrator alone cannot get a citizen's secrets by ending the role, giving new secrets and giving the role again.
func TestEndedRoleFreesNoCredentials(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	f.person("bruno", admin)
	dora, err := f.identity.CreateAccount(ctx, identity.NewAccount{
		Username: "dora", GivenName: "Prova", FamilyName: "Finta", Password: password, PIN: pin, TaxCode: "RSSMRA85T10A562S",
	})
	if err == nil {
		_, err = f.identity.AddPlacement(ctx, dora, person.Citizen, "", time.Time{})
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Change(ctx, ada, accounts.Placement(account.EndRole, dora, person.Citizen, "")); err != nil {
		t.Fatal(err)
	}
	done, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: dora}})
	if err != nil || !done.Waits() {
		t.Errorf("new secrets for the account of a citizen whose role has ended: got %+v, %v, want a request", done, err)
	}
}

// Until there are two administrators the command line grants. Then its changes wait too, or are emergency accesses.
func TestCommandLineGrantsUntilThereAreTwo(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada"), f.person("bruno")
	for n, whom := range []person.Actor{ada, bruno} {
		done, err := f.Change(ctx, accounts.CommandLine, give(whom, person.Administrator, ""))
		if err != nil || done.Event.Kind != account.Changed || f.events() != n+1 {
			t.Fatalf("got %+v, %v, %d events", done, err, f.events())
		}
		if n == 0 { // one administrator can do nothing of it alone
			_, err := f.Change(ctx, ada, give(bruno, person.Auditor, ""))
			f.wantRefused(err, refusal.NoSecondAdministrator)
		}
	}
	carla := f.person("carla")
	if done, err := f.Change(ctx, accounts.CommandLine, give(carla, person.Auditor, "")); err != nil || !done.Waits() {
		t.Fatalf("got %+v, %v, want a request", done, err)
	}
	r := give(carla, person.Administrator, "")
	r.Emergency = true
	_, err := f.Change(ctx, ada, r)
	f.wantRefused(err, refusal.EmergencyReason)
}

// Who got rights by an emergency access confirms and reviews nothing until it is reviewed. A role that was not justified ends.
func TestEmergencyAccessIsReviewed(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	carla := f.person("carla")
	r := give(carla, person.Administrator, "")
	r.Emergency, r.Reason = true, "Bruno è in ospedale"
	used, err := f.Change(ctx, ada, r)
	if err != nil || used.Event.Kind != account.Emergency || used.Event.Reason == "" || f.roles(carla.ID) != "[{amministratore }]" {
		t.Fatalf("got %+v, %v, roles %s", used, err, f.roles(carla.ID))
	}
	asked, err := f.Change(ctx, ada, give(f.person("dario"), person.Auditor, ""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(ctx, carla, asked.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	for _, by := range []person.Actor{ada, carla} {
		_, err := f.Review(ctx, by, used.Event.ID, true, "va bene")
		f.wantRefused(err, refusal.SecondAdministrator)
	}
	_, err = f.Review(ctx, bruno, used.Event.ID, false, " ")
	f.wantRefused(err, refusal.ReviewReason)
	auditor := person.Actor{ID: "revisore", Role: person.Auditor}
	if waiting, err := f.Overview(ctx, auditor); err != nil || len(waiting.Emergencies) != 1 || waiting.Overdue() {
		t.Errorf("the auditor sees %+v, %v", waiting, err)
	}
	f.clock.Advance(25 * time.Hour)
	if waiting, err := f.Overview(ctx, auditor); err != nil || !waiting.Overdue() {
		t.Errorf("after a day the auditor sees %+v, %v", waiting, err)
	}
	reviewed, err := f.Review(ctx, bruno, used.Event.ID, false, "non c’era fretta")
	if err != nil || f.roles(carla.ID) != "[]" || len(reviewed.Before.Roles) != 1 || len(reviewed.After.Roles) != 0 {
		t.Errorf("got %+v, %v, roles %s", reviewed, err, f.roles(carla.ID))
	}
	if waiting, err := f.Overview(ctx, auditor); err != nil || len(waiting.Emergencies) != 0 {
		t.Errorf("after the review the auditor sees %+v, %v", waiting, err)
	}
}

// Requests are refused with a reason, withdrawn by who asked, and expire; each is one event and changes nothing.
func TestRequestsEndWithoutChange(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla")
	ask := func() string {
		t.Helper()
		done, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
		if err != nil {
			t.Fatal(err)
		}
		return done.Event.ID
	}
	first := ask()
	_, err := f.Answer(ctx, bruno, first, account.Refused, "")
	f.wantRefused(err, refusal.RefusalReason)
	_, err = f.Answer(ctx, bruno, first, account.Withdrawn, "")
	f.wantRefused(err, refusal.RequesterWithdraws)
	if e, err := f.Answer(ctx, bruno, first, account.Refused, "non serve"); err != nil || e.Kind != account.Refused || e.Reason != "non serve" {
		t.Errorf("got %+v, %v", e, err)
	}
	if e, err := f.Answer(ctx, ada, ask(), account.Withdrawn, ""); err != nil || e.Kind != account.Withdrawn {
		t.Errorf("got %+v, %v", e, err)
	}
	last := ask()
	f.clock.Advance(8 * 24 * time.Hour)
	_, err = f.Confirm(ctx, bruno, last)
	f.wantRefused(err, refusal.RequestExpired)
	if n, err := f.Maintain(ctx); err != nil || n != 1 {
		t.Errorf("maintenance: %d expired, %v", n, err)
	}
	if f.events() != 6 || f.roles(carla.ID) != "[]" {
		t.Errorf("got %d events, roles %s, want 6 events and no role", f.events(), f.roles(carla.ID))
	}
}

// The user name of an account that was refused, or whose request was refused, is free; that of one that waits or exists is not.
func TestRefusedAccountLeavesItsNameFree(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	create := func(emergency bool) (accounts.Result, error) {
		return f.Create(ctx, ada, identity.NewAccount{Username: "carla", GivenName: "Prova", FamilyName: "Finta"},
			accounts.Request{Change: account.Change{Role: person.Auditor}, Emergency: emergency})
	}
	_, err := create(true)
	f.wantRefused(err, refusal.EmergencyReason)
	asked, err := create(false)
	if err != nil || !asked.Waits() {
		t.Fatalf("got %+v, %v", asked, err)
	}
	if _, err := create(false); !errors.Is(err, identity.ErrTaken) {
		t.Errorf("the name of an account that waits: got %v, want %v", err, identity.ErrTaken)
	}
	if _, err := f.Answer(ctx, bruno, asked.Event.ID, account.Refused, "no"); err != nil {
		t.Fatal(err)
	}
	if asked, err = create(false); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Confirm(ctx, bruno, asked.Event.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := create(false); !errors.Is(err, identity.ErrTaken) {
		t.Errorf("the name of an account: got %v, want %v", err, identity.ErrTaken)
	}
}

// Of two administrators who make an account of one name at once, one is told that the name is taken, and the account has the names of the
// other's form: a second form must not replace the first one while its secrets are hashed.
func TestNameIsTakenFromItsReservationOn(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	change := func() string { return uuid.NewString() }
	first := change()
	id, err := f.identity.ReserveAccount(ctx, first, identity.NewAccount{Username: "carla", GivenName: "Prima", FamilyName: "Finta"})
	if err != nil {
		t.Fatal(err)
	}
	second := identity.NewAccount{Username: "carla", GivenName: "Seconda", FamilyName: "Finta"}
	if _, err := f.identity.ReserveAccount(ctx, change(), second); !errors.Is(err, identity.ErrTaken) {
		t.Errorf("reserved twice: got %v, want %v", err, identity.ErrTaken)
	}
	if a, err := f.identity.Account(ctx, id); err != nil || a.GivenName != "Prima" {
		t.Errorf("got %+v, %v, want the names of the first form", a, err)
	}
	if err := f.identity.Unstage(ctx, first); err != nil {
		t.Fatal(err)
	}
	if _, err := f.identity.ReserveAccount(ctx, change(), second); err != nil {
		t.Errorf("after the first was given up: %v", err)
	}
}

// A change that fails before it is recorded leaves nothing staged, and the name of a new account free.
func TestFailedChangeLeavesNothingStaged(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	carla := identity.NewAccount{Username: "carla", GivenName: "Prova", FamilyName: "Finta"}
	_, err := f.Create(ctx, ada, carla, accounts.Request{Change: account.Change{Role: person.ASROperator, Entity: catalog.Region}})
	if err == nil {
		t.Fatal("an operator of an ASR at the Region: got no error")
	}
	made, err := f.Create(ctx, ada, carla, accounts.Request{Change: account.Change{Role: person.ASROperator, Entity: torino}})
	if err != nil {
		t.Fatalf("the name after a refused role: %v", err)
	}
	if _, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.Disable, Account: made.Account}}); err != nil {
		t.Fatal(err)
	}
	_, err = f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: made.Account}})
	if !errors.Is(err, account.ErrDisabled) {
		t.Errorf("new secrets of a disabled account: got %v, want %v", err, account.ErrDisabled)
	}
	var staged int
	if err := storetest.Connect(t, f.db.URL).QueryRow(ctx, `select count(*) from identity.staged_secrets`).Scan(&staged); err != nil || staged != 0 {
		t.Errorf("got %d staged secrets, %v, want none", staged, err)
	}
}

// Each change that the rules allow leaves exactly one event with who, whom, what and the rights before and after, and the tables follow;
// each that they refuse leaves none. What the rules allow to whom is enumerated in domain/account.
func TestEachChangeIsOneEvent(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	f.person("bruno", admin)
	before := 0
	for n, role := range []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor, person.Administrator, person.Citizen, person.Integration,
	} {
		at := account.RoleAt{Role: role}
		switch role {
		case person.ASROperator, person.ASRSupervisor:
			at.Entity = torino
		case person.RegionalOperator, person.RegionalSupervisor:
			at.Entity = catalog.Region
		default:
		}
		holder, other := f.person(fmt.Sprintf("titolare.%d", n), at), f.person(fmt.Sprintf("altra.%d", n))
		for _, c := range []account.Change{
			{Operation: account.GiveRole, Account: other.ID, Role: role, Entity: at.Entity}, {Operation: account.GiveRole, Account: ada.ID, Role: role, Entity: at.Entity},
			{Operation: account.RenewCredentials, Account: holder.ID}, {Operation: account.EndRole, Account: holder.ID, Role: role, Entity: at.Entity}, {Operation: account.Disable, Account: other.ID},
		} {
			facts, err := f.identity.Facts(ctx, c.Account)
			if err != nil {
				t.Fatal(err)
			}
			done, err := f.Change(ctx, ada, accounts.Request{Change: c})
			if err != nil {
				if c.Account != ada.ID || role != person.Administrator { // she has this role
					t.Errorf("%+v: %v", c, err)
				}
			} else {
				before++
			}
			if f.events() != before {
				t.Fatalf("%+v: got %d events, want %d", c, f.events(), before)
			}
			if err != nil {
				continue
			}
			page, err := f.History(ctx, c.Account, 0, 1)
			if err != nil || len(page) != 1 {
				t.Fatalf("%+v: got %d events, %v", c, len(page), err)
			}
			e := page[0]
			if e.Record.By.ID != ada.ID || e.Record.By.Role != string(person.Administrator) || e.Event.Change != c || fmt.Sprint(e.Event.Before) != fmt.Sprint(facts.Rights) {
				t.Errorf("%+v: got event %+v by %+v", c, e.Event, e.Record.By)
			}
			now, err := f.identity.Facts(ctx, c.Account)
			want := e.Event.After
			if done.Waits() {
				want = e.Event.Before
			}
			if err != nil || fmt.Sprint(now.Rights) != fmt.Sprint(want) {
				t.Errorf("%+v: got rights %+v, %v, want %+v", c, now.Rights, err, want)
			}
		}
	}
}

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
