// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/goldentest"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// TestTableEnumerated compares the whole table, role by role, with its golden file: a change of a right changes this file and Version.
func TestTableEnumerated(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d\n", policy.Version)
	for _, action := range policy.Actions() {
		fmt.Fprintf(&b, "\n%s\n", action)
		for _, role := range policy.Roles() {
			relations := strings.Join(policy.RelationsFor(role, action).Names(), " ")
			if relations == "" {
				relations = "-"
			}
			fmt.Fprintf(&b, "  %-28s %s\n", role, relations)
		}
	}
	goldentest.Compare(t, "testdata/table.golden", b.String())
}

func TestUnknownRolesAndActionsAreRefused(t *testing.T) {
	for _, action := range policy.Actions() {
		for _, role := range []person.Role{"", "operatore"} {
			if policy.May(person.Actor{Role: role, Entity: catalog.Region}, action) {
				t.Errorf("role %q: got %s allowed, want it refused", role, action)
			}
		}
	}
	if policy.May(person.Actor{Role: person.ASROperator, Entity: "010301"}, "ticket.burn") {
		t.Error("unknown action: got it allowed, want it refused")
	}
}

// TestEachRelationHasAName fails for a relation without a name, or for one that the table does not use.
func TestEachRelationHasAName(t *testing.T) {
	var used policy.Relation
	for _, right := range policy.Rights() {
		used |= right.Relations
	}
	for r := policy.Own; r <= policy.Reader; r <<= 1 {
		if len(r.Names()) != 1 {
			t.Errorf("relation %b: got names %v, want one", r, r.Names())
		}
		if used&r == 0 && r != policy.Foreign {
			t.Errorf("relation %v: got it unused, want it in the table", r.Names())
		}
	}
	if used&policy.Foreign != 0 {
		t.Error("got a right on a ticket without a relation, want none")
	}
}

// TestOnlyTheRegionReachesEveryTicket checks which roles have a relation to every ticket, and to what concerns all entities.
func TestOnlyTheRegionReachesEveryTicket(t *testing.T) {
	for _, c := range []struct {
		role   person.Role
		entity catalog.EntityCode
		every  bool
		region bool
	}{
		{person.Auditor, "", true, true},
		{person.Auditor, catalog.Region, true, true},
		{person.Auditor, "010301", false, false},
		{person.DataProtectionOfficer, catalog.Region, true, true},
		{person.DataProtectionOfficer, "010301", false, false},
		{person.DataProtectionOfficer, "", false, false},
		{person.RegionalSupervisor, catalog.Region, false, true},
		{person.ASRSupervisor, "010301", false, false},
	} {
		by := person.Actor{Role: c.role, Entity: c.entity}
		if got := policy.Allows(by, policy.ReadTicket, policy.Every); got != c.every {
			t.Errorf("%s@%s reads every ticket: got %t, want %t", c.role, c.entity, got, c.every)
		}
		region := policy.May(by, policy.ReadAccountChanges) || policy.Allows(by, policy.ReadFigures, policy.RegionWide)
		if region != c.region {
			t.Errorf("%s@%s acts for all entities: got %t, want %t", c.role, c.entity, region, c.region)
		}
	}
}
