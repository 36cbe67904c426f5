// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// The whole policy, enumerated: changing a right changes this table and PolicyVersion.
const enumerated = `version 6
                      ticket.open ticket.read ticket.list ticket.update ticket.undo ticket.reply ticket.events ticket.accesses ticket.dossier stream.follow operators.list notices.read preferences.choose figures.read tickets.export service.administer
operatore_asr         yes         yes         yes         yes           yes         -            -             -               -              yes           yes            yes          -                  -            -              -
supervisore_asr       yes         yes         yes         yes           yes         -            -             -               -              yes           yes            yes          -                  yes          yes            -
operatore_regionale   yes         yes         yes         yes           yes         -            -             -               -              yes           yes            yes          -                  -            -              -
supervisore_regionale yes         yes         yes         yes           yes         -            -             -               -              yes           yes            yes          -                  yes          yes            -
auditor               -           yes         yes         -             -           -            yes           yes             yes            yes           -              -            -                  yes          yes            -
amministratore        -           -           -           -             -           -            -             -               -              -             -              -            -                  -            -              yes
cittadino             yes         yes         yes         -             -           yes          -             -               -              yes           -              yes          yes                -            -              -
integrazione          yes         -           -           -             -           -            -             -               -              -             -              -            -                  -            -              -
sistema               -           -           -           -             -           -            -             -               -              -             -              -            -                  -            -              -
anonimo               yes         -           -           -             -           -            -             -               -              -             -              -            -                  -            -              -
`

func TestPolicyEnumerated(t *testing.T) {
	roles := []person.Role{
		person.ASROperator, person.ASRSupervisor, person.RegionalOperator, person.RegionalSupervisor, person.Auditor,
		person.Administrator, person.Citizen, person.Integration, person.System, person.Anonymous,
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version %d\n%-21s", PolicyVersion, "")
	for _, a := range Actions() {
		fmt.Fprintf(&b, " %s", a)
	}
	b.WriteString("\n")
	for _, r := range roles {
		line := fmt.Sprintf("%-21s", r)
		for _, a := range Actions() {
			may := "-"
			if Allows(r, a) {
				may = "yes"
			}
			line += fmt.Sprintf(" %-*s", len(a), may)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if b.String() != enumerated {
		t.Fatalf("the policy is\n%s\nwant\n%s", b.String(), enumerated)
	}
}

func TestPolicyFailsClosed(t *testing.T) {
	for _, a := range Actions() {
		if Allows("", a) || Allows("operatore", a) {
			t.Errorf("a role that does not exist may %s", a)
		}
	}
	if Allows(person.ASROperator, "ticket.burn") {
		t.Error("an action that does not exist is allowed")
	}
}
