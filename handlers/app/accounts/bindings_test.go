// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

const (
	annasCode = "RSSMRA80A01H501U"
	adasCode  = "RSSMRA85T10A562S"
)

// plain is a provider for staff whose mapping gives nobody a role.
var plain = idp.Provider{Name: "rupar", Audience: idp.ForStaff, OIDC: []byte("{}")}

// withProviders puts providers into the configuration of the service.
func (f *fixture) withProviders() {
	f.identity.Providers = []idp.Provider{plain, {Name: "portale", Audience: idp.ForStaff, Portal: []byte("{}")}, citizens}
}

// bind asks to bind a tax code at the provider to an account.
func (f *fixture) bind(by, whom person.Actor, code string) (accounts.Result, error) {
	return f.Bind(f.t.Context(), by, accounts.BindRequest{Account: whom.ID, Provider: plain.Name, TaxCode: code})
}

// logInAs logs a person with a tax code in at the provider.
func (f *fixture) logInAs(code string) (identity.Session, error) {
	f.clock.Advance(time.Second)
	return f.LogIn(f.t.Context(), plain, asserted(func(a *identity.Assertion) { a.TaxCode, a.Subject, a.Claims = "TINIT-"+code, "s-"+code, nil }), "")
}

func (f *fixture) mustBind(by, whom person.Actor, code string) string {
	f.t.Helper()
	done, err := f.bind(by, whom, code)
	if err != nil || done.Waits() {
		f.t.Fatalf("bind: %v, waits %v", err, done.Waits())
	}
	return done.Event.ID
}

// A bound identity leads to the account with the roles that administrators gave, whatever the mapping says. Its end ends the sessions at once.
func TestBoundIdentityLeadsToTheAccount(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, anna := f.person("ada", admin), f.person("anna", account.RoleAt{Role: person.ASROperator, Entity: torino})
	_, err := f.logInAs(annasCode)
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	binding := f.mustBind(ada, anna, " tinit-rssmra80a01h501u ")
	s, err := f.logInAs(annasCode)
	if err != nil || s.Account != anna.ID || s.Actor.Role != person.ASROperator || s.Actor.Entity != torino {
		t.Fatalf("got %+v, %v, want a session of Anna", s, err)
	}
	_, err = f.logInAs(adasCode)
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	local, err := f.identity.Login(ctx, "anna", password, pin, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Unbind(ctx, ada, f.person("altra").ID, binding, ""); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("the binding of another account: got %v", err)
	}
	if _, err := f.Unbind(ctx, ada, anna.ID, binding, "ha cambiato ufficio"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.identity.Authenticate(ctx, s.Token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("the session goes on: %v", err)
	}
	if _, err := f.identity.Authenticate(ctx, local.Token); err != nil {
		t.Errorf("the session with user name and password has ended: %v", err)
	}
	_, err = f.logInAs(annasCode)
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	if _, err := f.Unbind(ctx, ada, anna.ID, binding, ""); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("again: got %v", err)
	}
	history, err := f.History(ctx, anna.ID, 0, 10)
	if err != nil || len(history) != 2 || history[1].Event.Identity != annasCode || history[1].Record.By.ID != ada.ID || history[0].Event.Operation != account.UnbindIdentity {
		t.Errorf("got history %+v, %v", history, err)
	}
	if got := f.logins(); !slices.Contains(got, "login rupar") || !slices.Contains(got, "failure rupar login-not-enabled") {
		t.Errorf("got records %q", got)
	}
}

// An administrator or auditor logs in through a provider by a binding that two administrators made, and never by the mapping.
func TestBindingToPowerfulRolesTakesFourEyes(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	for _, role := range []account.RoleAt{{Role: person.Auditor}, admin} {
		whom, code := f.person("persona."+string(role.Role), role), annasCode
		asked, err := f.bind(ada, whom, code)
		if err != nil || !asked.Waits() {
			t.Fatalf("%s: got %v, waits %v", role.Role, err, asked.Waits())
		}
		_, err = f.logInAs(code)
		f.wantLoginRefused(err, refusal.LoginNotEnabled)
		_, err = f.Confirm(ctx, ada, asked.Event.ID)
		f.wantRefused(err, refusal.SecondAdministrator)
		if _, err := f.Confirm(ctx, bruno, asked.Event.ID); err != nil {
			t.Fatal(err)
		}
		s, err := f.logInAs(code)
		if err != nil || s.Account != whom.ID || s.Actor.Role != role.Role {
			t.Errorf("%s: got %+v, %v", role.Role, s, err)
		}
		if _, err := f.Unbind(ctx, ada, whom.ID, asked.Event.ID, ""); err != nil {
			t.Fatal(err)
		}
	}
	asked, err := f.bind(ada, f.person("carla", admin), annasCode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Answer(ctx, bruno, asked.Event.ID, account.Refused, "non è lei"); err != nil {
		t.Fatal(err)
	}
	_, err = f.logInAs(annasCode)
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	// The mapping gives a bound operator roles of its own, and no others.
	operator := f.person("olga", account.RoleAt{Role: person.ASROperator, Entity: "010208"})
	f.mustBind(ada, operator, adasCode)
	mapped := plain
	mapped.Mapping = rolemapping.Mapping{{Claim: "groups", Value: "torino", Role: person.Auditor}}
	if _, err := f.Mappings.Confirm(ctx, ada, mapped); err == nil {
		t.Error("a mapping to auditors can be confirmed")
	}
	if s, err := f.logInAs(adasCode); err != nil || s.Account != operator.ID || f.roles(operator.ID) != "[{operatore_asr 010208}]" {
		t.Errorf("got %+v, %v, roles %s", s, err, f.roles(operator.ID))
	}
}

// An administrator who binds an identity of their own to an account alone gets no role that takes two with it.
func TestOwnIdentityIsNoSecondHand(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	own, err := f.bind(ada, ada, adasCode) // to the own account: another confirms
	if err != nil || !own.Waits() {
		t.Fatalf("got %v, waits %v", err, own.Waits())
	}
	if _, err := f.Confirm(ctx, bruno, own.Event.ID); err != nil {
		t.Fatal(err)
	}
	carla := f.person("carla", account.RoleAt{Role: person.ASROperator, Entity: torino})
	_, err = f.bind(ada, carla, adasCode) // it leads to Ada
	f.wantRefused(err, refusal.BindingTaken)
	asked, err := f.Change(ctx, ada, give(carla, person.Auditor, ""))
	if err != nil {
		t.Fatal(err)
	}
	second := f.mustBind(ada, carla, annasCode) // another identity of Ada's, after the request
	_, err = f.Confirm(ctx, bruno, asked.Event.ID)
	f.wantRefused(err, refusal.BindingAlone)
	_, err = f.Change(ctx, ada, give(carla, person.Administrator, ""))
	f.wantRefused(err, refusal.BindingAlone)
	if _, err := f.Unbind(ctx, bruno, carla.ID, second, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Confirm(ctx, bruno, asked.Event.ID); err != nil {
		t.Fatal(err)
	}
	again, err := f.bind(ada, carla, annasCode)
	if err != nil || !again.Waits() {
		t.Errorf("to an auditor: got %v, waits %v", err, again.Waits())
	}
	for _, by := range []person.Actor{{ID: carla.ID, Role: person.ASROperator, Entity: torino}, {ID: carla.ID, Role: person.Auditor}, account.ProviderActor("rupar")} {
		_, err := f.bind(by, carla, "MRTMTT25D09F205Z")
		if by.Role != person.System {
			f.wantRefused(err, refusal.AdministratorChanges)
		} else if err == nil && f.roles(carla.ID) == "" {
			t.Error("a provider binds an identity")
		}
	}
}

// An emergency binding is reviewed; one without justification ends with its sessions.
func TestEmergencyBindingIsReviewed(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, bruno, carla := f.person("ada", admin), f.person("bruno", admin), f.person("carla", account.RoleAt{Role: person.Auditor})
	used, err := f.Bind(ctx, ada, accounts.BindRequest{Account: carla.ID, Provider: "rupar", TaxCode: annasCode, Reason: "urgenza di prova", Emergency: true})
	if err != nil || used.Event.Kind != account.Emergency {
		t.Fatalf("got %+v, %v", used.Event, err)
	}
	s, err := f.logInAs(annasCode)
	if err != nil || s.Actor.Role != person.Auditor {
		t.Fatalf("got %+v, %v", s, err)
	}
	if _, err := f.Review(ctx, bruno, used.Event.ID, false, "non serviva"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.identity.Authenticate(ctx, s.Token); !errors.Is(err, identity.ErrNoSession) {
		t.Errorf("the session goes on: %v", err)
	}
	_, err = f.logInAs(annasCode)
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
}

// An identity leads to one account. Nothing is bound to accounts that may not have it, and nothing that is no identity.
func TestBindingsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	anna, bice := f.person("anna", account.RoleAt{Role: person.ASROperator, Entity: torino}), f.person("bice", account.RoleAt{Role: person.ASROperator, Entity: torino})
	f.mustBind(ada, anna, annasCode)
	for _, whom := range []person.Actor{anna, bice} {
		_, err := f.bind(ada, whom, annasCode)
		f.wantRefused(err, refusal.BindingTaken)
	}
	for name, b := range map[string]accounts.BindRequest{
		"no provider":           {TaxCode: adasCode},
		"unknown provider":      {Provider: "altro", TaxCode: adasCode},
		"provider for citizens": {Provider: "spid", TaxCode: adasCode},
		"no identity":           {Provider: "rupar"},
		"two":                   {Provider: "rupar", TaxCode: adasCode, Subject: "s"},
		"wrong tax code":        {Provider: "rupar", TaxCode: "RSSMRA85T10A562X"},
		"company":               {Provider: "rupar", TaxCode: "80087670016"},
		"no text":               {Provider: "rupar", Subject: "a\x00b"},
		"id at a portal":        {Provider: "portale", Subject: "s"},
	} {
		b.Account = bice.ID
		_, err := f.Bind(ctx, ada, b)
		var invalid *identity.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an invalid field", name, err)
		}
	}
	if _, err := f.bind(ada, person.Actor{ID: "01930000-0000-7000-8000-0000000000ff"}, adasCode); !errors.Is(err, identity.ErrNotFound) {
		t.Errorf("no such account: got %v", err)
	}
	// Disabled: neither a new binding nor a login by the one that is there, which can be ended, so that the identity is free.
	if _, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.Disable, Account: anna.ID}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.bind(ada, anna, adasCode); !errors.Is(err, account.ErrDisabled) {
		t.Errorf("disabled: got %v", err)
	}
	_, err := f.logInAs(annasCode)
	f.wantLoginRefused(err, refusal.LoginDisabled)
	all, err := f.identity.Bindings.List(ctx, anna.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("got %+v, %v", all, err)
	}
	if _, err := f.Unbind(ctx, ada, anna.ID, all[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	f.mustBind(ada, bice, annasCode)
	// Accounts that nobody confirmed, and those of citizens.
	made, err := f.Create(ctx, ada, identity.NewAccount{Username: "attesa", GivenName: "Prova", FamilyName: "Finta"}, accounts.Request{Change: account.Change{Role: person.Auditor}})
	if err != nil || !made.Waits() {
		t.Fatal(err)
	}
	_, err = f.bind(ada, person.Actor{ID: made.Account}, adasCode)
	f.wantRefused(err, refusal.BindingPending)
	_, err = f.bind(ada, f.person("cittadina", account.RoleAt{Role: person.Citizen}), adasCode)
	f.wantRefused(err, refusal.BindingCitizen)
	citizen, err := f.LogIn(ctx, citizens, asserted(nil), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.bind(bruno, person.Actor{ID: citizen.Account}, adasCode)
	f.wantRefused(err, refusal.BindingCitizen)
}

// Of two requests for one identity the second cannot be confirmed, and a first log-in by the mapping is not taken over unseen.
func TestTwoRequestsForOneIdentity(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	one, two := f.person("uno", account.RoleAt{Role: person.Auditor}), f.person("due", account.RoleAt{Role: person.Auditor})
	first, err := f.bind(ada, one, annasCode)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.bind(ada, two, annasCode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Confirm(ctx, bruno, first.Event.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.Confirm(ctx, bruno, second.Event.ID)
	f.wantRefused(err, refusal.BindingTaken)
	// The portal tells the tax code as id: an account that the mapping made there holds it.
	portal := idp.Provider{Name: "portale", Audience: idp.ForStaff, Mapping: staff.Mapping}
	for _, by := range []person.Actor{ada, bruno} {
		if _, err := f.Mappings.Confirm(ctx, by, portal); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.LogIn(ctx, portal, asserted(func(a *identity.Assertion) { a.Subject, a.TaxCode = adasCode, adasCode }), ""); err != nil {
		t.Fatal(err)
	}
	_, err = f.Bind(ctx, ada, accounts.BindRequest{Account: f.person("tre").ID, Provider: "portale", TaxCode: adasCode})
	f.wantRefused(err, refusal.BindingTaken)
}

// A login that is going on while its binding ends leaves no session.
func TestLoginDoesNotOutliveItsBinding(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.withProviders()
	ada, anna := f.person("ada", admin), f.person("anna", account.RoleAt{Role: person.ASROperator, Entity: torino})
	binding := f.mustBind(ada, anna, annasCode)
	tx, err := f.store.Pools().Session.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `delete from identity.bound_identities where id = $1`, binding); err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 1)
	go func() {
		_, err := f.logInAs(annasCode)
		refused <- err
	}()
	storetest.Eventually(t, "the login waits for the end of the binding", func() bool {
		var waits bool
		err := f.store.Pools().Read.QueryRow(ctx, `select exists (select from pg_locks where not granted)`).Scan(&waits)
		return err == nil && waits
	})
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	f.wantLoginRefused(<-refused, refusal.LoginNotEnabled)
	if open, err := f.identity.OpenSessions(ctx, anna.ID); err != nil || len(open) != 0 {
		t.Errorf("got sessions %+v, %v, want none", open, err)
	}
}
