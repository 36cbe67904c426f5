// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// An integration opens tickets for the system that it speaks for, and sees none, not even those.
func TestAnIntegrationOpensAndSeesNothing(t *testing.T) {
	w := newFixture(t)
	portal, anna := w.logIn("portale", person.Integration, ""), w.logIn("anna", person.ASROperator, torino)
	opened := portal.post("/api/v1/tickets", form(torino), "Idempotency-Key", "1").want(201)
	if again := portal.post("/api/v1/tickets", form(torino), "Idempotency-Key", "1").want(201); again.text("id") != opened.text("id") {
		t.Errorf("repeated, it is %s", again.raw)
	}
	got := anna.ticket(opened.text("id")).want(200)
	if got.text("channel") != "integrazione" || got.text("identity") != "declared" {
		t.Errorf("the ticket is %s", got.raw)
	}
	telephoned := form(torino)
	telephoned["channel"] = "telefono"
	portal.post("/api/v1/tickets", telephoned).problem(422, "invalid", `"field":"channel"`)

	id := opened.text("id")
	for _, refused := range []apiResponse{
		portal.ticket(id), portal.get("/api/v1/tickets/" + id + "?after=" + opened.text("position")), portal.get("/api/v1/tickets"),
		portal.get("/api/v1/queues"), portal.get("/api/v1/stream"), portal.get("/api/v1/operators"), portal.get("/api/v1/tickets/" + id + "/events"),
		portal.update(id, fields{"status": "in_lavorazione"}), portal.post("/api/v1/tickets/"+id+"/undo", nil),
		portal.post("/api/v1/tickets/"+id+"/replies", fields{"text": "x"}),
	} {
		refused.problem(403, "forbidden", "integrazione")
	}
}
