// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
)

// An integration opens tickets for its system, and may read none, not even its own.
func TestIntegrationOpensTicketsAndReadsNone(t *testing.T) {
	w := newFixture(t)
	portal, anna := w.logIn("portale", person.Integration, ""), w.logIn("anna", person.ASROperator, torino)
	opened := portal.post("/api/v1/tickets", form(torino), "Idempotency-Key", "1").want(201)
	if again := portal.post("/api/v1/tickets", form(torino), "Idempotency-Key", "1").want(201); again.text("id") != opened.text("id") {
		t.Errorf("repeated: got %s, want the ticket %s", again.raw, opened.text("id"))
	}
	got := anna.ticket(opened.text("id")).want(200)
	if got.text("channel") != "integrazione" || got.text("identity") != "declared" {
		t.Errorf("got %s, want channel integrazione and identity declared", got.raw)
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
