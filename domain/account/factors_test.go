// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package account_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/refusal"
)

// The command line removes the second factors of the only administrator. Where another one can do it, it needs an emergency with a reason, which
// the other reviews.
func TestCommandLineResetsFactorsOfTheOnlyAdministrator(t *testing.T) {
	system := person.Actor{ID: "sol-command-line", Role: person.System}
	isAdministrator := account.Rights{Credentials: account.Own, Roles: []account.RoleAt{{Role: person.Administrator}}}
	for name, c := range map[string]struct {
		whom           string
		administrators []account.Administrator
		emergency      bool
		reason         string
		want           account.Kind
		refused        refusal.Code
	}{
		"the only administrator":          {"r1", administrators[:1], false, "", account.Changed, ""},
		"no administrator who can log in": {"o1", nil, false, "", account.Changed, ""},
		"one of two":                      {"r1", administrators[:2], false, "", "", refusal.AdministratorResets},
		"an operator":                     {"o1", administrators[:1], false, "", "", refusal.AdministratorResets},
		"emergency":                       {"r1", administrators[:2], true, "l'altra è assente", account.Emergency, ""},
		"emergency, an operator":          {"o1", administrators[:1], true, "l'amministratrice è assente", account.Emergency, ""},
		"emergency without a reason":      {"r1", administrators[:2], true, " ", "", refusal.EmergencyReason},
	} {
		events, err := account.Decide(account.State{}, account.Do{
			ID: "1", Change: account.Change{Operation: account.ResetFactors, Account: c.whom}, Emergency: c.emergency, Reason: c.reason,
			Facts: account.Facts{Administrators: c.administrators, Rights: isAdministrator},
		}, system, now, account.Periods{})
		var refused *account.RefusedError
		switch {
		case c.refused != "" && (!errors.As(err, &refused) || refused.Reason.Code != c.refused):
			t.Errorf("%s: got %v, %v, want the refusal %s", name, events, err, c.refused)
		case c.refused == "" && (err != nil || events[0].Kind != c.want):
			t.Errorf("%s: got %v, %v, want %s", name, events, err, c.want)
		}
	}
}
