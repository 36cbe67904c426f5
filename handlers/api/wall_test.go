// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

//go:build policyoff

package api_test

import (
	"bytes"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/routestest"
)

// The tests of this file are compiled with the tag policyoff alone, which switches the application's checks off: what a route keeps back
// is kept back by the database.

// secrets are texts that a reader of another entity must never get.
var secrets = []string{"RSSMRA85T10A562S", "Fittizia", "prova@example.it", "0110000000", "Non trovo il referto", "solo per Torino"}

// TestDatabaseAloneKeepsATicketBack reads a ticket of Torino as its operator and as people who may not see it.
func TestDatabaseAloneKeepsATicketBack(t *testing.T) {
	if !policy.Off {
		t.Fatal("the application checks rights")
	}
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := string(tickettest.NewID())
	owner := w.logIn("verificata", person.Citizen, "")
	open := tickettest.OpenCommand("2026-0000001", torino)
	open.Citizen = owner.id
	handlertest.Dispatch(t, w.system.App.TicketDispatcher, ticket.ID(id), person.Actor{ID: owner.id, Role: person.Citizen}, open)
	anna.update(id, fields{"note": fields{"text": "solo per Torino", "visibility": "internal"}}).want(200)

	anna.ticket(id).want(200)
	owner.ticket(id).want(200)
	for name, u := range map[string]user{
		"an operator of another ASR":   w.logIn("nora", person.ASROperator, novara),
		"a supervisor of another ASR":  w.logIn("sara", person.ASRSupervisor, novara),
		"an operator of the Region":    w.logIn("rita", person.RegionalOperator, catalog.Region),
		"another citizen":              w.logIn("altro", person.Citizen, ""),
		"an administrator":             w.logIn("ada", person.Administrator, ""),
		"an integration":               w.logIn("programma", person.Integration, ""),
		"the holder of another's link": w.linkHolder(string(tickettest.NewID())),
	} {
		a := u.ticket(id)
		if a.status == 200 {
			t.Errorf("%s: got 200, want a refusal", name)
		}
		for _, secret := range secrets {
			if bytes.Contains(a.raw, []byte(secret)) {
				t.Errorf("%s: got %q in %.200s", name, secret, a.raw)
			}
		}
	}
}

// TestDatabaseAloneKeepsBackWhatEveryOperationReads calls every operation that reads as everybody.
func TestDatabaseAloneKeepsBackWhatEveryOperationReads(t *testing.T) {
	w := newFixture(t, unlimited)
	s := routestest.New(t, w.system)
	t.Logf("requests about foreign tickets: %d", s.CheckWall(w.server, routestest.API()))
}
