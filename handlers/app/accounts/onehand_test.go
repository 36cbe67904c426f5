// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// The ways in which one administrator could be two.

func emergency(whom person.Actor, role person.Role) accounts.Request {
	r := give(whom, role, "")
	r.Emergency, r.Reason = true, "urgenza di prova"
	return r
}

// Ada makes Carla an administrator by an emergency access. Ada neither confirms what Carla asks for nor reviews Carla's emergency accesses.
func TestEmergencyAccessGivesNoSecondHand(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla, dario, elena := f.person("ada", admin), f.person("bruno", admin), f.person("carla"), f.person("dario"), f.person("elena")
	if _, err := f.Change(ctx, ada, emergency(carla, person.Administrator)); err != nil {
		t.Fatal(err)
	}
	asked, err := f.Change(ctx, carla, give(dario, person.Administrator, ""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(ctx, ada, asked.Event.ID)
	f.wantRefused(err, refusal.SecondAdministrator)
	used, err := f.Change(ctx, carla, emergency(elena, person.Administrator))
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range []person.Actor{ada, carla, elena} {
		_, err = f.Review(ctx, by, used.Event.ID, true, "va bene")
		f.wantRefused(err, refusal.SecondAdministrator)
	}
	if _, err := f.Review(ctx, bruno, used.Event.ID, true, "va bene"); err != nil {
		t.Errorf("Bruno has part in none of it: %v", err)
	}
}

// A request is not confirmed after its author has lost the role of administrator.
func TestRequestOfWhoIsNoAdministratorAnyMore(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla, dario := f.person("ada", admin), f.person("bruno", admin), f.person("carla", admin), f.person("dario")
	asked, err := f.Change(ctx, ada, give(dario, person.Auditor, ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Change(ctx, carla, accounts.Request{Change: account.Change{Operation: account.Disable, Account: ada.ID}}); err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(ctx, bruno, asked.Event.ID)
	f.wantRefused(err, refusal.AdministratorChanges)
	if _, err := f.Answer(ctx, bruno, asked.Event.ID, account.Refused, "non è più qui"); err != nil || f.roles(dario.ID) != "[]" {
		t.Errorf("got %v, roles %s", err, f.roles(dario.ID))
	}
}

// An administrator who gave an account its secrets and asks for its role cannot use the role: the confirmation brings a new PIN and ends the
// sessions, also if the secrets were given after the request, and replaced since.
func TestRoleOfAnAccountWhoseSecretsWereGiven(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", account.RoleAt{Role: person.ASROperator, Entity: torino})
	asked, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: carla.ID}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.identity.Login(ctx, "carla", renewed.Secrets.Password, renewed.Secrets.PIN, "")
	if err != nil {
		t.Fatal(err)
	}
	chosen := accounts.Secrets{Password: "un giardino di limoni", PIN: "97531"}
	if s, err = f.ChangeOwn(ctx, s, identity.Source{}, *renewed.Secrets, chosen); err != nil {
		t.Fatal(err)
	}
	confirmed, err := f.Confirm(ctx, bruno, asked.Event.ID)
	if err != nil || confirmed.Secrets == nil || confirmed.Event.After.Credentials != account.Temporary {
		t.Fatalf("got %+v, %v, want a new PIN", confirmed, err)
	}
	if _, err := f.identity.Authenticate(ctx, s.Token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("the session from before goes on: %v", err)
	}
	if _, err := f.identity.Login(ctx, "carla", chosen.Password, chosen.PIN, ""); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the PIN from before is right: %v", err)
	}
	if s, err := f.identity.Login(ctx, "carla", chosen.Password, confirmed.Secrets.PIN, ""); err != nil || !s.MustChange {
		t.Errorf("login with the new PIN: got %+v, %v", s, err)
	}
}

// Credentials that an emergency access gave without justification let nobody in.
func TestUnjustifiedCredentialsAreVoid(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", admin)
	used, err := f.Change(ctx, ada, accounts.Request{
		Change: account.Change{Operation: account.RenewCredentials, Account: carla.ID}, Emergency: true, Reason: "urgenza di prova",
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := f.identity.Login(ctx, "carla", used.Secrets.Password, used.Secrets.PIN, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Review(ctx, bruno, used.Event.ID, false, "Carla non ne sa nulla"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.identity.Authenticate(ctx, s.Token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("the session goes on: %v", err)
	}
	if _, err := f.identity.Login(ctx, "carla", used.Secrets.Password, used.Secrets.PIN, ""); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("the credentials are valid: %v", err)
	}
	asked, err := f.Change(ctx, bruno, accounts.Request{Change: account.Change{Operation: account.RenewCredentials, Account: carla.ID}})
	if err != nil || !asked.Waits() {
		t.Fatalf("got %+v, %v", asked, err)
	}
	confirmed, err := f.Confirm(ctx, ada, asked.Event.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.identity.Login(ctx, "carla", asked.Secrets.Password, confirmed.Secrets.PIN, ""); err != nil {
		t.Errorf("new credentials: %v", err)
	}
}

// The holder of a session cannot guess the PIN by replacing it: failures count as failed log-ins.
func TestReplacingSecretsIsNoWayToGuessThem(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.person("ada", admin)
	s, err := f.identity.Login(ctx, "ada", password, pin, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	chosen := accounts.Secrets{Password: "un giardino di limoni", PIN: "97531"}
	var locked *identity.LockedError
	for range 20 {
		if _, err = f.ChangeOwn(ctx, s, identity.Source{Address: "192.0.2.1"}, accounts.Secrets{Password: password, PIN: "000000"}, chosen); errors.As(err, &locked) {
			return
		}
	}
	t.Errorf("twenty guesses were answered: %v", err)
}
