// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/policy"
)

// TestRightsHaveItalianNames: a right of the table without one would show its stored name to the administrator.
func TestRightsHaveItalianNames(t *testing.T) {
	for _, r := range policy.Rights() {
		if actionNames[r.Action] == "" {
			t.Errorf("action %s has no Italian name", r.Action)
		}
		for _, relation := range r.Relations.Names() {
			if relationNames[relation] == "" {
				t.Errorf("relation %s has no Italian name", relation)
			}
		}
	}
	if len(actionNames) != len(policy.Actions()) {
		t.Errorf("got %d names for %d actions", len(actionNames), len(policy.Actions()))
	}
}
