// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

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

// Two administrators create an account with the same user name at once. One is told that the name is taken. The account has the data of the
// other's form: a second form does not replace the first one while its secrets are hashed.
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
