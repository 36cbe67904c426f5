// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticket_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
)

// TestRelations checks the relations that each actor has to a ticket at Torino, at the Region after a hand-over of Torino, and at TO3 after a
// redirect.
func TestRelations(t *testing.T) {
	as := func(role person.Role, entity catalog.EntityCode) person.Actor {
		return person.Actor{ID: "somebody", Role: role, Entity: entity}
	}
	atTorino := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take)
	handedOver := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).Then(tickettest.Operator, tickettest.Escalate("Non trovo il referto"))
	redirected := tickettest.Given(t).Then(tickettest.Operator, tickettest.Take).Then(tickettest.Operator, tickettest.Escalate("Non trovo il referto")).
		Then(tickettest.Regional, tickettest.Redirect(tickettest.TO3, "È vostro"))
	holder := person.Actor{ID: string(tickettest.TicketID), Role: person.Citizen}
	for _, c := range []struct {
		name                             string
		by                               person.Actor
		atTorino, handedOver, redirected string
	}{
		{"assignee", tickettest.Operator, "competent assignee author", "sender former author", "former"},
		{"colleague", tickettest.Colleague, "competent", "sender former", "former"},
		{"supervisor", tickettest.Supervisor, "competent", "sender former", "former"},
		{"neighbour", tickettest.Neighbour, "foreign", "foreign", "competent"},
		{"regional operator", tickettest.Regional, "foreign", "competent handed-to", "former author"},
		{"auditor of Torino", as(person.Auditor, tickettest.Torino), "competent", "sender former", "former"},
		{"officer of TO3", as(person.DataProtectionOfficer, tickettest.TO3), "foreign", "foreign", "competent"},
		{"the Region's auditor, without an entity", as(person.Auditor, ""), "every", "every", "every"},
		{"the Region's auditor", as(person.Auditor, catalog.Region), "every", "competent handed-to every", "former every"},
		{"the Region's officer", as(person.DataProtectionOfficer, catalog.Region), "every", "competent handed-to every", "former every"},
		{"officer without an entity", as(person.DataProtectionOfficer, ""), "foreign", "foreign", "foreign"},
		{"operator without an entity", as(person.ASROperator, ""), "foreign", "foreign", "foreign"},
		{"citizen", tickettest.Citizen, "citizen", "citizen", "citizen"},
		{"holder of the link", holder, "citizen", "citizen", "citizen"},
		{"another citizen", as(person.Citizen, ""), "foreign", "foreign", "foreign"},
		{"citizen without an account", person.Actor{Role: person.Citizen}, "foreign", "foreign", "foreign"},
		{"administrator", as(person.Administrator, ""), "every", "every", "every"},
		{"other system", as(person.Integration, ""), "foreign", "foreign", "foreign"},
		{"nobody", person.Actor{Role: person.Anonymous}, "foreign", "foreign", "foreign"},
	} {
		got := func(s *tickettest.Scenario) string { return strings.Join(s.State.Relations(c.by).Names(), " ") }
		if got(atTorino) != c.atTorino || got(handedOver) != c.handedOver || got(redirected) != c.redirected {
			t.Errorf("%s: got %q, %q, %q, want %q, %q, %q", c.name, got(atTorino), got(handedOver), got(redirected), c.atTorino, c.handedOver, c.redirected)
		}
	}
	if got := (ticket.State{}).Relations(tickettest.Operator); got != policy.Own {
		t.Errorf("ticket that does not exist: got %v, want own", got.Names())
	}
}

// TestEveryTicketIsForNobodyWithoutAReason fails if an action on every ticket is open to a role that works at one entity.
func TestEveryTicketIsForNobodyWithoutAReason(t *testing.T) {
	for _, right := range policy.Rights() {
		if right.Relations&policy.Every == 0 {
			continue
		}
		allowed := []person.Role{person.Auditor, person.DataProtectionOfficer, person.Administrator, person.System}
		for _, role := range right.Roles {
			if !slices.Contains(allowed, role) {
				t.Errorf("%s: got role %s for every ticket", right.Action, role)
			}
		}
	}
}
