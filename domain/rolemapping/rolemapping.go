// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package rolemapping holds the rules by which claims of an identity provider give roles and placements to operators and supervisors, and the
// rules for a change of them, which takes two administrators.
package rolemapping

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

// Rule gives a role at an entity to persons of whom the provider tells a claim with a value.
type Rule struct {
	Claim  string             `json:"claim"`
	Value  string             `json:"value"`
	Role   person.Role        `json:"role"`
	Entity catalog.EntityCode `json:"entity"`
}

// Mapping holds the rules of one provider.
type Mapping []Rule

const (
	maxRules = 1000
	maxText  = 200 // of a claim's name or value, in characters
)

// Check returns an error for the first rule that is not allowed. Administrators, auditors and data protection officers are appointed by
// administrators, two for most; no claim makes one.
func (m Mapping) Check() error {
	if len(m) > maxRules {
		return fmt.Errorf("mapping: want at most %d rules", maxRules)
	}
	for n, r := range m {
		regional := r.Role == person.RegionalOperator || r.Role == person.RegionalSupervisor
		switch {
		case !isText(r.Claim) || !isText(r.Value):
			return fmt.Errorf("mapping, rule %d: want a claim and a value of at most %d characters", n+1, maxText)
		case !r.Role.Operates():
			return fmt.Errorf("mapping, rule %d: no claim gives the role %q; want one of operators or supervisors", n+1, r.Role)
		case r.Entity == "" || regional != (r.Entity == catalog.Region):
			return fmt.Errorf("mapping, rule %d: the role %s is not held at the entity %q", n+1, r.Role, r.Entity)
		}
	}
	return nil
}

func isText(text string) bool {
	return text != "" && person.IsValidText(text) && utf8.RuneCountInString(text) <= maxText
}

// Roles returns the roles that claims give, each once, in the order of the rules. A rule that Check refuses gives none.
func (m Mapping) Roles(claims map[string][]string) (roles []account.RoleAt) {
	for _, r := range m {
		at := account.RoleAt{Role: r.Role, Entity: r.Entity}
		if slices.Contains(claims[r.Claim], r.Value) && !slices.Contains(roles, at) && (Mapping{r}).Check() == nil {
			roles = append(roles, at)
		}
	}
	return roles
}
