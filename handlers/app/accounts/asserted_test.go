// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accounts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/rolemapping"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/handlers/app/accounts"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

var (
	citizens = idp.Provider{Name: "spid", Audience: idp.ForCitizens}
	staff    = idp.Provider{Name: "rupar", Audience: idp.ForStaff, Mapping: rolemapping.Mapping{
		{Claim: "groups", Value: "torino", Role: person.ASROperator, Entity: torino},
		{Claim: "groups", Value: "torino-capi", Role: person.ASRSupervisor, Entity: torino},
		{Claim: "groups", Value: "regione", Role: person.RegionalOperator, Entity: catalog.Region},
	}}
)

// asserted returns an assertion that is accepted, of a fictitious person.
func asserted(change func(*identity.Assertion)) identity.Assertion {
	a := identity.Assertion{Subject: "s-1", TaxCode: "TINIT-RSSMRA80A01H501U", GivenName: "Prova", FamilyName: "Finta", Level: 2, Claims: map[string][]string{"groups": {"torino"}}}
	if change != nil {
		change(&a)
	}
	return a
}

// confirm puts the mapping of a provider in force: the command line may, while there are less than two administrators.
func (f *fixture) confirm(p idp.Provider) {
	f.t.Helper()
	if inForce, err := f.Mappings.Confirm(f.t.Context(), accounts.CommandLine, p); err != nil || !inForce {
		f.t.Fatalf("the mapping is in force: %v, %v", inForce, err)
	}
}

// logins returns the login records, the oldest first.
func (f *fixture) logins() (all []string) {
	f.t.Helper()
	list, err := accesslog.ListLogins(f.t.Context(), f.store.Pools().Request, person.Actor{ID: "auditor", Role: person.Auditor}, "", 0, 100)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, l := range slices.Backward(list) {
		all = append(all, strings.TrimSpace(l.Kind+" "+l.Provider+" "+l.Reason))
	}
	return all
}

// A citizen comes in with level 2 or 3 and the tax code of a person. Everything else is refused and on record.
func TestCitizensAreVerifiedOrRefused(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	first, err := f.LogIn(ctx, citizens, asserted(nil), "192.0.2.1")
	if err != nil || first.Actor.Role != person.Citizen || first.Name != "Prova Finta" || first.Provider != "spid" {
		t.Fatalf("got %+v, %v", first, err)
	}
	again, err := f.LogIn(ctx, idp.Provider{Name: "cie", Audience: idp.ForCitizens}, asserted(func(a *identity.Assertion) {
		a.Subject, a.TaxCode, a.FamilyName, a.Level = "x", " rssmra80a01h501u", "Nuova", 3
	}), "")
	if err != nil || again.Account != first.Account || again.Name != "Prova Nuova" {
		t.Errorf("by another provider the person has %+v, %v, want the same account", again, err)
	}
	omocodia, err := f.LogIn(ctx, citizens, asserted(func(a *identity.Assertion) { a.Subject, a.TaxCode = "y", "tInIt-rssmra80a01h50mm" }), "")
	if err != nil || omocodia.Account == first.Account {
		t.Errorf("a code with a letter of omocodia: got %+v, %v, want another person's account", omocodia, err)
	}
	want := []string{"login spid", "login cie", "login spid"}
	zero := 0
	for _, c := range []struct {
		p      idp.Provider
		reason refusal.Code
		change func(*identity.Assertion)
	}{
		{citizens, refusal.LoginLevel, func(a *identity.Assertion) { a.Level = 1 }},
		{citizens, refusal.LoginLevel, func(a *identity.Assertion) { a.Level = 0 }},
		{idp.Provider{Name: "spid", Audience: idp.ForCitizens, MinLevel: &zero}, refusal.LoginLevel, func(a *identity.Assertion) { a.Level = 1 }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "" }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "TINIT-RSSMRA80A01H501V" }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "TINIT-80087670016" }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "TINFR-1234567890123" }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "STP1234567890123" }},
		{citizens, refusal.LoginTaxCode, func(a *identity.Assertion) { a.TaxCode = "TINIT-TINIT-RSSMRA80A01H501U" }},
		{citizens, refusal.LoginNames, func(a *identity.Assertion) { a.FamilyName = " " }},
		{citizens, refusal.LoginNames, func(a *identity.Assertion) { a.GivenName = strings.Repeat("a", 201) }},
		{citizens, refusal.LoginSubject, func(a *identity.Assertion) { a.Subject = "" }},
	} {
		f.clock.Advance(time.Second)
		want = append(want, "failure "+c.p.Name+" "+string(c.reason))
		s, err := f.LogIn(ctx, c.p, asserted(c.change), "192.0.2.1")
		f.wantLoginRefused(err, c.reason)
		if s.Token != "" {
			t.Errorf("%s: there is a session", c.reason)
		}
	}
	if got := f.logins(); !slices.Equal(got, want) {
		t.Errorf("got records %q, want %q", got, want)
	}
	if f.events() != 0 {
		t.Errorf("citizens left %d events of accounts", f.events())
	}
	if err := f.identity.Disable(ctx, first.Account); err != nil {
		t.Fatal(err)
	}
	_, err = f.LogIn(ctx, citizens, asserted(nil), "")
	f.wantLoginRefused(err, refusal.LoginDisabled)
}

func (f *fixture) wantLoginRefused(err error, code refusal.Code) {
	f.t.Helper()
	var refused *identity.RefusedLoginError
	if !errors.As(err, &refused) || refused.Reason.Code != code {
		f.t.Errorf("got error %v, want refusal %s", err, code)
	}
}

// Claims give and end roles at each login; each is one event by the provider. What an administrator gave stays, and nobody becomes anything else.
func TestMappingGivesAndEndsRoles(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada := f.person("ada", admin)
	f.confirm(staff)
	groups := func(all ...string) identity.Assertion {
		f.clock.Advance(time.Second)
		return asserted(func(a *identity.Assertion) { a.Claims = map[string][]string{"groups": all} })
	}
	_, err := f.LogIn(ctx, staff, groups("novara", "amministratori"), "")
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	if f.events() != 0 {
		t.Fatalf("a refused login left %d events", f.events())
	}
	s, err := f.LogIn(ctx, staff, groups("torino"), "")
	if err != nil || s.Actor.Role != person.ASROperator || s.Actor.Entity != torino || s.MustChange || f.events() != 2 {
		t.Fatalf("got %+v, %v, %d events, want a session of an operator after two", s, err, f.events())
	}
	history, err := f.History(ctx, s.Account, 0, 10)
	if err != nil || history[0].Record.By.ID != "provider/rupar" || history[0].Event.Kind != account.Changed {
		t.Errorf("got %+v, %v", history, err)
	}
	if _, err := f.Change(ctx, ada, give(person.Actor{ID: s.Account}, person.ASROperator, "010208")); err != nil {
		t.Fatal(err)
	}
	moved, err := f.LogIn(ctx, staff, groups("torino-capi", "regione"), "")
	if err != nil || moved.Account != s.Account || f.roles(s.Account) != "[{operatore_asr 010208} {supervisore_asr 010301} {operatore_regionale regione}]" {
		t.Errorf("got %v, roles %s", err, f.roles(s.Account))
	}
	before := f.events()
	if _, err := f.LogIn(ctx, staff, groups("torino-capi", "regione"), ""); err != nil || f.events() != before {
		t.Errorf("a login that changes nothing: %v, %d events, want %d", err, f.events(), before)
	}
	left, err := f.LogIn(ctx, staff, groups(), "")
	if err != nil || f.roles(s.Account) != "[{operatore_asr 010208}]" || left.Actor.Entity != "010208" {
		t.Errorf("without claims: %+v, %v, roles %s", left, err, f.roles(s.Account))
	}
	if _, err := f.Change(ctx, ada, accounts.Request{Change: account.Change{Operation: account.Disable, Account: s.Account}}); err != nil {
		t.Fatal(err)
	}
	_, err = f.LogIn(ctx, staff, groups("torino"), "")
	f.wantLoginRefused(err, refusal.LoginDisabled)
	if _, err := f.identity.Login(ctx, s.Username, "*", "*", ""); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("an account without secrets logs in with the mark of it: %v", err)
	}
}

// A mapping of the configuration gives nothing until two different administrators have confirmed it, and a changed one gives what the old one gave
// until then.
func TestMappingTakesFourEyes(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ada, bruno := f.person("ada", admin), f.person("bruno", admin)
	_, err := f.LogIn(ctx, staff, asserted(nil), "")
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	confirm := func(by person.Actor, p idp.Provider, want bool) {
		t.Helper()
		if inForce, err := f.Mappings.Confirm(ctx, by, p); err != nil || inForce != want {
			t.Errorf("in force: %v, %v, want %v", inForce, err, want)
		}
	}
	confirm(ada, staff, false)
	_, err = f.Mappings.Confirm(ctx, ada, staff)
	var refused *rolemapping.RefusedError
	if !errors.As(err, &refused) || refused.Reason.Code != refusal.MappingSecond {
		t.Errorf("got %v, want refusal %s", err, refusal.MappingSecond)
	}
	f.clock.Advance(time.Second)
	_, err = f.LogIn(ctx, staff, asserted(nil), "")
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
	confirm(bruno, staff, true)
	changed := staff
	changed.Mapping = rolemapping.Mapping{{Claim: "groups", Value: "torino", Role: person.ASRSupervisor, Entity: torino}}
	confirm(accounts.CommandLine, changed, false)
	if s, err := f.LogIn(ctx, changed, asserted(nil), ""); err != nil || s.Actor.Role != person.ASROperator {
		t.Errorf("got %+v, %v, want an operator by the mapping in force", s, err)
	}
	confirm(bruno, changed, true)
	if s, err := f.LogIn(ctx, changed, asserted(nil), ""); err != nil || s.Actor.Role != person.ASRSupervisor {
		t.Errorf("got %+v, %v, want a supervisor", s, err)
	}
}

// A provider's actor gives no role that watches over others, whatever a mapping says, and no account with a tax code anything.
func TestProvidersGiveNothingElse(t *testing.T) {
	f := newFixture(t)
	by := account.ProviderActor("rupar")
	whom := f.person("carla")
	for _, role := range []person.Role{person.Administrator, person.Auditor, person.Citizen, person.Integration} {
		_, err := f.Change(t.Context(), by, give(whom, role, ""))
		f.wantRefused(err, refusal.AdministratorChanges)
	}
	_, err := f.Change(t.Context(), by, give(whom, person.DataProtectionOfficer, torino))
	f.wantRefused(err, refusal.AdministratorChanges)
	wrong := idp.Provider{Name: "rupar", Audience: idp.ForStaff, Mapping: rolemapping.Mapping{{Claim: "groups", Value: "torino", Role: person.Administrator}}}
	_, err = f.LogIn(t.Context(), wrong, asserted(nil), "")
	f.wantLoginRefused(err, refusal.LoginNotEnabled)
}

// First logins of one person at the same time, on two nodes, make one account with one placement.
func TestFirstLoginsAtTheSameTimeMakeOneAccount(t *testing.T) {
	f := newFixture(t)
	f.confirm(staff)
	second, _ := f.open(f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now }))
	for name, p := range map[string]idp.Provider{"staff": staff, "citizens": citizens} {
		var group sync.WaitGroup
		sessions, errs := make([]identity.Session, 8), make([]error, 8)
		for n := range sessions {
			group.Go(func() {
				service := f.Service
				if n%2 == 1 {
					service = second
				}
				sessions[n], errs[n] = service.LogIn(t.Context(), p, asserted(nil), "")
			})
		}
		group.Wait()
		for n := range sessions {
			if errs[n] != nil || sessions[n].Account != sessions[0].Account || sessions[n].Actor.Role == "" {
				t.Errorf("%s: got %+v, %v", name, sessions[n], errs[n])
			}
		}
	}
	if f.events() != 2 {
		t.Errorf("got %d events, want two: the account and its role", f.events())
	}
}

// A logout at the provider ends the sessions that began there, and no other.
func TestLogoutAtTheProviderEndsSessions(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	f.confirm(staff)
	logIn := func(p idp.Provider, subject, session string) identity.Session {
		t.Helper()
		f.clock.Advance(time.Second)
		s, err := f.LogIn(ctx, p, asserted(func(a *identity.Assertion) { a.Subject, a.Session = subject, session }), "")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sessions := map[string]identity.Session{
		"a1": logIn(staff, "a", "1"), "a2": logIn(staff, "a", "2"), "b3": logIn(staff, "b", "3"), "cittadino a1": logIn(citizens, "a", "1"), "senza": logIn(staff, "b", ""),
	}
	open := func() string {
		var all []string
		for name, s := range sessions {
			if _, err := f.identity.Authenticate(ctx, s.Token); err == nil {
				all = append(all, name)
			}
		}
		slices.Sort(all)
		return fmt.Sprint(all)
	}
	for _, c := range []struct {
		provider, subject, session string
		ended                      int
		open                       string
	}{
		{"altro", "a", "1", 0, "[a1 a2 b3 cittadino a1 senza]"},
		{"rupar", "", "", 0, "[a1 a2 b3 cittadino a1 senza]"},
		{"rupar", "b", "1", 0, "[a1 a2 b3 cittadino a1 senza]"},
		{"rupar", "", "1", 1, "[a2 b3 cittadino a1 senza]"},
		{"rupar", "a", "", 1, "[b3 cittadino a1 senza]"},
		{"rupar", "b", "", 2, "[cittadino a1]"},
		{"spid", "a", "1", 1, "[]"},
	} {
		if n, err := f.identity.EndAsserted(ctx, c.provider, c.subject, c.session); err != nil || n != c.ended || open() != c.open {
			t.Errorf("%s %q %q: ended %d, %v, open %s; want %d, %s", c.provider, c.subject, c.session, n, err, open(), c.ended, c.open)
		}
	}
}
