// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// The matrix of who may change what of whom. Administrators have no entity yet; those of entities are here so that the rule for them holds
// on the day they get one.

const (
	torino catalog.EntityCode = "010301"
	novara catalog.EntityCode = "010208"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Administrators of the matrix: three of the Region, two of Torino, one alone of Novara.
var administrators = []account.Administrator{{"r1", ""}, {"r2", ""}, {"r3", ""}, {"t1", torino}, {"t2", torino}, {"n1", novara}}

// changers lists the actors who ask for a change. For each it names the administrators who may confirm a change of somebody else and a change
// of the actor: "" means that the actor may change nothing.
var changers = []struct {
	name                string
	by                  person.Actor
	administrators      []account.Administrator
	confirmers, forSelf string
}{
	{"Region's administrator", person.Actor{ID: "r1", Role: person.Administrator}, administrators, "r2 r3", "r2 r3"},
	{"administrator of Torino", person.Actor{ID: "t1", Role: person.Administrator}, administrators, "t2", "t2"},
	{"administrator alone at Novara", person.Actor{ID: "n1", Role: person.Administrator}, administrators, "r1 r2 r3", "r1 r2 r3"},
	{"one of two administrators", person.Actor{ID: "r1", Role: person.Administrator}, administrators[:2], "r2", "r2"},
	{"the only administrator", person.Actor{ID: "r1", Role: person.Administrator}, administrators[:1], "nobody", "nobody"},
	{"command line, no administrator", person.Actor{ID: "sol", Role: person.System}, nil, "not needed", ""},
	{"command line, one administrator", person.Actor{ID: "sol", Role: person.System}, administrators[:1], "not needed", ""},
	{"command line, two administrators", person.Actor{ID: "sol", Role: person.System}, administrators[:2], "r1 r2", ""},
	{"operator", person.Actor{ID: "o1", Role: person.ASROperator, Entity: torino}, administrators, "", ""},
	{"supervisor", person.Actor{ID: "s1", Role: person.ASRSupervisor, Entity: torino}, administrators, "", ""},
	{"regional operator", person.Actor{ID: "o2", Role: person.RegionalOperator, Entity: catalog.Region}, administrators, "", ""},
	{"regional supervisor", person.Actor{ID: "s2", Role: person.RegionalSupervisor, Entity: catalog.Region}, administrators, "", ""},
	{"auditor", person.Actor{ID: "a1", Role: person.Auditor}, administrators, "", ""},
	{"citizen", person.Actor{ID: "c1", Role: person.Citizen}, administrators, "", ""},
	{"integration", person.Actor{ID: "i1", Role: person.Integration}, administrators, "", ""},
	{"anonymous", person.Actor{Role: person.Anonymous}, administrators, "", ""},
}

// outcomes lists, for each operation and role, the result of an administrator's change of another person (other) and of themselves (self):
// alone is done at once, second waits for a second administrator, never is refused, - does not exist. For RenewCredentials,
// ResetFactors, BindIdentity and UnbindIdentity the role is one that the person has.
var outcomes = []struct {
	what        account.Operation
	role        person.Role
	other, self string
}{
	{account.GiveRole, person.ASROperator, "alone", "second"},
	{account.GiveRole, person.ASRSupervisor, "alone", "second"},
	{account.GiveRole, person.RegionalOperator, "alone", "second"},
	{account.GiveRole, person.RegionalSupervisor, "alone", "second"},
	{account.GiveRole, person.Integration, "alone", "second"},
	{account.GiveRole, person.Citizen, "alone", "second"},
	{account.GiveRole, person.Auditor, "second", "second"},
	{account.GiveRole, person.Administrator, "second", "second"},
	{account.EndRole, person.ASROperator, "alone", "alone"},
	{account.EndRole, person.ASRSupervisor, "alone", "alone"},
	{account.EndRole, person.RegionalOperator, "alone", "alone"},
	{account.EndRole, person.RegionalSupervisor, "alone", "alone"},
	{account.EndRole, person.Integration, "alone", "alone"},
	{account.EndRole, person.Citizen, "alone", "alone"},
	{account.EndRole, person.Auditor, "alone", "alone"},
	{account.EndRole, person.Administrator, "alone", "never"},
	{account.Create, "", "alone", "-"},
	{account.Create, person.ASROperator, "alone", "-"},
	{account.Create, person.ASRSupervisor, "alone", "-"},
	{account.Create, person.RegionalOperator, "alone", "-"},
	{account.Create, person.RegionalSupervisor, "alone", "-"},
	{account.Create, person.Integration, "alone", "-"},
	{account.Create, person.Citizen, "second", "-"},
	{account.Create, person.Auditor, "second", "-"},
	{account.Create, person.Administrator, "second", "-"},
	{account.RenewCredentials, "", "alone", "second"},
	{account.RenewCredentials, person.ASROperator, "alone", "second"},
	{account.RenewCredentials, person.ASRSupervisor, "alone", "second"},
	{account.RenewCredentials, person.RegionalOperator, "alone", "second"},
	{account.RenewCredentials, person.RegionalSupervisor, "alone", "second"},
	{account.RenewCredentials, person.Integration, "alone", "second"},
	{account.RenewCredentials, person.Citizen, "second", "second"},
	{account.RenewCredentials, person.Auditor, "second", "second"},
	{account.RenewCredentials, person.Administrator, "second", "second"},
	{account.Disable, "", "alone", "never"},
	{account.ChangeCredentials, "", "never", "alone"},
	{account.AddFactor, "", "never", "alone"},
	{account.RemoveFactor, "", "never", "alone"},
	{account.ResetFactors, "", "alone", "second"},
	{account.ResetFactors, person.ASROperator, "alone", "second"},
	{account.ResetFactors, person.Citizen, "second", "second"},
	{account.ResetFactors, person.Auditor, "second", "second"},
	{account.ResetFactors, person.Administrator, "second", "second"},
	{account.BindIdentity, "", "alone", "second"},
	{account.BindIdentity, person.ASROperator, "alone", "second"},
	{account.BindIdentity, person.Citizen, "never", "never"},
	{account.BindIdentity, person.Auditor, "second", "second"},
	{account.BindIdentity, person.DataProtectionOfficer, "second", "second"},
	{account.BindIdentity, person.Administrator, "second", "second"},
	{account.UnbindIdentity, person.Administrator, "alone", "alone"},
}

// Every combination of who, whom and what has the outcome of the tables, and causes one event or none.
func TestWhoMayChangeWhatOfWhom(t *testing.T) {
	combinations := 0
	for _, who := range changers {
		for _, o := range outcomes {
			for whom, outcome := range map[string]string{"other": o.other, who.by.ID: o.self} {
				self := whom != "other"
				if outcome == "-" || self && who.forSelf == "" && !isOwn(o.what) || self && who.by.Role == person.System {
					continue
				}
				combinations++
				want := wanted(outcome, map[bool]string{false: who.confirmers, true: who.forSelf}[self], self && isOwn(o.what))
				if o.what == account.ResetFactors && who.by.Role == person.System && len(who.administrators) > 0 {
					want = "refused" // an administrator can do it
				}
				checkCombination(t, fmt.Sprintf("%s: %s %s to %s", who.name, o.what, o.role, whom), who.by, who.administrators, want,
					account.Change{Operation: o.what, Account: whom, Role: roleOf(o.what, o.role), Entity: entityOf(o.role)}, o.role)
			}
		}
	}
	t.Logf("%d combinations", combinations)
}

// wanted returns the kind of the event, with who may confirm, or "refused".
func wanted(outcome, confirmers string, own bool) string {
	switch {
	case own:
		return "changed"
	case confirmers == "" || outcome == "never":
		return "refused"
	case outcome == "alone" || confirmers == "not needed":
		return "changed"
	case confirmers == "nobody":
		return "refused"
	}
	return "requested, confirmed by " + confirmers
}

// isOwn reports whether only the person concerned may make a change.
func isOwn(what account.Operation) bool {
	return slices.Contains([]account.Operation{account.ChangeCredentials, account.AddFactor, account.RemoveFactor}, what)
}

func roleOf(what account.Operation, role person.Role) person.Role {
	if what == account.RenewCredentials || what == account.ResetFactors || what == account.BindIdentity || what == account.UnbindIdentity {
		return ""
	}
	return role
}

func entityOf(role person.Role) catalog.EntityCode {
	switch role {
	case person.ASROperator, person.ASRSupervisor:
		return torino
	case person.RegionalOperator, person.RegionalSupervisor:
		return catalog.Region
	default:
		return ""
	}
}

func checkCombination(t *testing.T, name string, by person.Actor, all []account.Administrator, want string, c account.Change, role person.Role) {
	t.Helper()
	f := account.Facts{Administrators: all, Rights: account.Rights{Credentials: account.Own}, Bindings: []string{c.Binding.ID}}
	at := account.RoleAt{Role: role, Entity: entityOf(role)}
	switch {
	case c.Operation == account.Create:
		f.Rights.Credentials = account.None
	case role != "" && c.Operation != account.GiveRole:
		f.Rights.Roles = []account.RoleAt{at}
	}
	before := f.Rights
	events, err := account.Decide(account.State{}, account.Do{ID: "1", Change: c, Credentials: account.Temporary, Facts: f}, by, now, account.Periods{})
	got := "refused"
	var refused *account.RefusedError
	switch {
	case err == nil && len(events) != 1:
		t.Errorf("%s: got %d events, want 1", name, len(events))
		return
	case err == nil:
		got = string(events[0].Kind)
	case !errors.As(err, &refused) || len(events) != 0:
		t.Errorf("%s: got error %v and %d events, want a refusal and none", name, err, len(events))
		return
	}
	if got == "requested" {
		var may []string
		for _, a := range (account.State{}).Confirmers(all, by.ID, c.Account) {
			may = append(may, a.Account)
		}
		got += ", confirmed by " + strings.Join(may, " ")
		checkAnswers(t, name, events[0], by, all, may, f)
	}
	if got != want {
		t.Errorf("%s: got %s, want %s", name, got, want)
	}
	if err == nil && (events[0].Account != c.Account || events[0].Operation != c.Operation || events[0].Role != c.Role || !slices.Equal(events[0].Before.Roles, before.Roles)) {
		t.Errorf("%s: got event %+v", name, events[0])
	}
}

// checkAnswers checks for each administrator, and the person concerned as one, whether they may confirm a request: one event, or none.
func checkAnswers(t *testing.T, name string, e account.Event, by person.Actor, all []account.Administrator, may []string, f account.Facts) {
	t.Helper()
	s := account.Evolve(account.State{}, e, by, now)
	f.Version = s.Version
	candidates := slices.Clone(all)
	if !slices.ContainsFunc(all, func(a account.Administrator) bool { return a.Account == e.Account }) {
		candidates = append(candidates, account.Administrator{Account: e.Account})
	}
	f.Administrators = candidates
	for _, a := range candidates {
		events, err := account.Decide(s, account.Answer{Request: e.ID, Kind: account.Confirmed, PIN: "pin", Facts: f}, person.Actor{ID: a.Account, Role: person.Administrator}, now, account.Periods{})
		want := slices.Contains(may, a.Account)
		if got := err == nil && len(events) == 1; got != want {
			t.Errorf("%s: confirmation by %s: got %v, %v, want %v", name, a.Account, got, err, want)
		}
		if want && err == nil && (events[0].Kind != account.Confirmed || !events[0].Done()) {
			t.Errorf("%s: got event %+v", name, events[0])
		}
		for _, role := range []person.Role{person.ASROperator, person.RegionalSupervisor, person.Auditor, person.Citizen, person.System, person.Anonymous} {
			if _, err := account.Decide(s, account.Answer{Request: e.ID, Kind: account.Confirmed, PIN: "pin", Facts: f}, person.Actor{ID: a.Account, Role: role}, now, account.Periods{}); err == nil {
				t.Errorf("%s: %s confirms in the role %s", name, a.Account, role)
			}
		}
	}
}

// Secrets of an account with a tax code need a second administrator whatever its roles are: otherwise one administrator alone ends the citizen's
// role, gives new secrets and gives the role again.
func TestSecretsWithATaxCodeNeedASecond(t *testing.T) {
	by := person.Actor{ID: "r1", Role: person.Administrator}
	for _, hasTaxCode := range []bool{true, false} {
		for what, credentials := range map[account.Operation]account.Credentials{account.RenewCredentials: account.Own, account.Create: account.None} {
			f := account.Facts{Administrators: administrators, Rights: account.Rights{Credentials: credentials}, HasTaxCode: hasTaxCode}
			do := account.Do{ID: "1", Change: account.Change{Operation: what, Account: "x"}, Credentials: account.Temporary, Facts: f}
			events, err := account.Decide(account.State{}, do, by, now, account.Periods{})
			want := map[bool]account.Kind{true: account.Requested, false: account.Changed}[hasTaxCode]
			if err != nil || len(events) != 1 || events[0].Kind != want {
				t.Errorf("%s, tax code %v: got %+v, %v, want %s", what, hasTaxCode, events, err, want)
			}
		}
	}
}

// Facts that other changes have overtaken decide nothing.
func TestOutdatedFactsDecideNothing(t *testing.T) {
	do := account.Do{ID: "1", Change: account.Change{Operation: account.Disable, Account: "x"}, Facts: account.Facts{Version: 1}}
	if _, err := account.Decide(account.State{Version: 2}, do, person.Actor{ID: "r1", Role: person.Administrator}, now, account.Periods{}); !errors.Is(err, account.ErrOutdated) {
		t.Errorf("got %v, want %v", err, account.ErrOutdated)
	}
}

// Each kind of event is read as it was written, reason included.
func TestEventsAreReadAsWritten(t *testing.T) {
	until, justified := now.Add(time.Hour), false
	e := account.Event{
		ID: "1", Change: account.Change{Operation: account.GiveRole, Account: "x", Role: person.ASROperator, Entity: torino},
		Before: account.Rights{Roles: []account.RoleAt{}, Credentials: account.Own}, After: account.Rights{Roles: []account.RoleAt{{Role: person.ASROperator, Entity: torino}}, Credentials: account.Own},
		Until: &until, Justified: &justified, Reason: "perché serve", Identity: "RSSMRA80A01H501U",
	}
	for _, e.Kind = range []account.Kind{account.Changed, account.Requested, account.Confirmed, account.Refused, account.Withdrawn, account.Expired, account.Emergency, account.Reviewed} {
		name, data, sealed, err := account.Encode(e)
		if err != nil || strings.Contains(string(data), e.Reason) || strings.Contains(string(data), e.Identity) {
			t.Fatalf("%s: got %s, %v, want it without the reason and the identity", e.Kind, data, err)
		}
		read, err := account.Decode(name, data, sealed)
		if err != nil || fmt.Sprintf("%+v %v", read, *read.Until) != fmt.Sprintf("%+v %v", withPointers(e, read), until) {
			t.Errorf("%s: got %+v, %v", e.Kind, read, err)
		}
	}
	if len(account.EventNames()) != 8 || refusal.NoSecondAdministrator == "" {
		t.Errorf("got names %q", account.EventNames())
	}
}

// withPointers returns e with the pointers of another event, so that both print equally.
func withPointers(e, other account.Event) account.Event {
	e.Until, e.Justified = other.Until, other.Justified
	return e
}
