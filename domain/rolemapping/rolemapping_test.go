// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package rolemapping_test

import (
	"fmt"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/rolemapping"
)

// No rule gives a role that watches over others, or one at an entity where it is not held: Check refuses it, and Roles ignores it.
func TestClaimsGiveOperatorsAndSupervisorsOnly(t *testing.T) {
	for _, c := range []struct {
		role   person.Role
		entity catalog.EntityCode
		ok     bool
	}{
		{person.ASROperator, "010301", true}, {person.ASRSupervisor, "010301", true}, {person.RegionalOperator, catalog.Region, true}, {person.RegionalSupervisor, catalog.Region, true},
		{person.ASROperator, catalog.Region, false}, {person.ASROperator, "", false}, {person.RegionalOperator, "010301", false}, {person.RegionalOperator, "", false},
		{person.Administrator, "", false}, {person.Auditor, "", false}, {person.Auditor, "010301", false}, {person.DataProtectionOfficer, "010301", false},
		{person.Citizen, "", false}, {person.Integration, "", false}, {person.System, "", false}, {person.Anonymous, "", false}, {"capo", "010301", false}, {"", "", false},
	} {
		m := rolemapping.Mapping{{Claim: "groups", Value: "a", Role: c.role, Entity: c.entity}}
		if err := m.Check(); (err == nil) != c.ok {
			t.Errorf("%s at %q: got %v, want allowed %v", c.role, c.entity, err, c.ok)
		}
		if got := m.Roles(map[string][]string{"groups": {"a"}}); (len(got) == 1) != c.ok {
			t.Errorf("%s at %q: claims give %v, want some: %v", c.role, c.entity, got, c.ok)
		}
	}
}

// A claim gives the role of each rule whose value it has, exactly and once.
func TestRolesFollowTheRules(t *testing.T) {
	m := rolemapping.Mapping{
		{Claim: "groups", Value: "torino", Role: person.ASROperator, Entity: "010301"},
		{Claim: "groups", Value: "torino-capi", Role: person.ASRSupervisor, Entity: "010301"},
		{Claim: "office", Value: "TO", Role: person.ASROperator, Entity: "010301"},
	}
	for name, c := range map[string]struct {
		claims map[string][]string
		want   string
	}{
		"none":              {nil, "[]"},
		"one":               {map[string][]string{"groups": {"x", "torino"}}, "[{operatore_asr 010301}]"},
		"two":               {map[string][]string{"groups": {"torino-capi", "torino"}}, "[{operatore_asr 010301} {supervisore_asr 010301}]"},
		"the same by two":   {map[string][]string{"groups": {"torino"}, "office": {"TO"}}, "[{operatore_asr 010301}]"},
		"another case":      {map[string][]string{"groups": {"Torino", "torino "}}, "[]"},
		"of another claim":  {map[string][]string{"office": {"torino"}}, "[]"},
		"as part of a text": {map[string][]string{"groups": {"torino,torino-capi"}}, "[]"},
	} {
		if got := fmt.Sprint(m.Roles(c.claims)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestCheckRefusesWhatIsNoText(t *testing.T) {
	for _, r := range []rolemapping.Rule{{Value: "a"}, {Claim: "a"}, {Claim: "a\x00", Value: "b"}, {Claim: "a", Value: fmt.Sprintf("%0201d", 0)}} {
		if r.Role, r.Entity = person.ASROperator, "010301"; (rolemapping.Mapping{r}).Check() == nil {
			t.Errorf("%q, %q is allowed", r.Claim, r.Value)
		}
	}
}
