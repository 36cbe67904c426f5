// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// TestOwnAccessesNameNoEmployee pages through the looks of an operator at a citizen's ticket.
func TestOwnAccessesNameNoEmployee(t *testing.T) {
	w := newFixture(t)
	maria, anna := w.logIn("maria", person.Citizen, ""), w.logIn("anna", person.ASROperator, torino)
	id := maria.post("/api/v1/tickets", form(torino)).want(201).text("id")
	path := "/api/v1/tickets/" + id + "/accesses"
	for range 3 {
		anna.ticket(id).want(200)
	}
	first := maria.get(path + "?limit=2").want(200)
	second := maria.get(path + "?limit=2&cursor=" + first.text("next_cursor")).want(200)
	if len(first.list("items")) != 2 || len(second.list("items")) != 1 || second.at("next_cursor") != nil {
		t.Errorf("got %s and %s, want three looks on two pages", first.raw, second.raw)
	}
	for _, part := range []string{`"entity":"010301"`, `"role":"operatore_asr"`, `"purpose":"Lettura della richiesta"`} {
		if !strings.Contains(string(first.raw), part) {
			t.Errorf("got %s, want %s", first.raw, part)
		}
	}
	if all := strings.ToLower(string(first.raw) + string(second.raw)); strings.Contains(all, "anna") || strings.Contains(all, "person") {
		t.Errorf("got %s, want no employee", all)
	}
	maria.get(path + "?cursor=x").want(422)
	w.logIn("altra", person.Citizen, "").get(path).want(404)
	anna.get(path).want(403)
	maria.get("/api/v1/tickets/01930000-0000-7000-8000-000000000001/accesses").want(404)
}
