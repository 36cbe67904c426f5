// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// enumerated is the whole policy: a change of a right changes this table and PolicyVersion.
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
			allowed := "-"
			if Allows(r, a) {
				allowed = "yes"
			}
			line += fmt.Sprintf(" %-*s", len(a), allowed)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if b.String() != enumerated {
		t.Fatalf("got policy\n%s\nwant\n%s", b.String(), enumerated)
	}
}

func TestPolicyRefusesUnknownRolesAndActions(t *testing.T) {
	for _, a := range Actions() {
		if Allows("", a) || Allows("operatore", a) {
			t.Errorf("unknown role: got %s allowed, want it refused", a)
		}
	}
	if Allows(person.ASROperator, "ticket.burn") {
		t.Error("unknown action: got it allowed, want it refused")
	}
}
