// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestReplyDoesNotDiscloseAHeldAct(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(id, fields{"status": "in_lavorazione"}).want(200)
	w.advance(time.Minute)
	anna.update(id, fields{"status": "non_di_competenza", "note": public("Non è nostro")}).want(200)

	maria := w.linkHolder(id)
	reply := func() apiResponse {
		return maria.post("/api/v1/tickets/"+id+"/replies", fields{"text": "Aggiungo che"}, "Idempotency-Key", "k").want(200)
	}
	first, seen := reply(), maria.ticket(id).want(200)
	if first.text("status") != "in_lavorazione" || first.body["version"] != seen.body["version"] || first.header.Get("ETag") != seen.header.Get("ETag") {
		t.Fatalf("got %s, want status and version of the citizen's view %s", first.raw, seen.raw)
	}
	w.advance(time.Minute) // the hold has ended
	if again := reply(); string(again.raw) != string(first.raw) || again.header.Get("ETag") != first.header.Get("ETag") {
		t.Fatalf("repeated: got %s, want %s", again.raw, first.raw)
	}
	if now := maria.ticket(id).want(200); now.text("status") != "non_di_competenza" {
		t.Fatalf("after the hold: got %s, want non_di_competenza", now.raw)
	}
}

// closedTicket opens a ticket as a user, lets another one resolve it, and waits until it is closed.
func (w *fixture) closedTicket(requester user, form fields, solver user) (id string) {
	w.Helper()
	id = requester.post("/api/v1/tickets", form).want(201).text("id")
	solver.update(id, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(15 * 24 * time.Hour)
	w.eventually("the ticket is closed", func() bool { return w.linkHolder(id).ticket(id).text("status") == "chiuso" })
	return id
}

func TestLinkedTicketKeepsAProblemForOperators(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	operatorForm := form(torino)
	operatorForm["problem"] = "invio-fallito" // citizens cannot choose this problem
	w.anonymous().post("/api/v1/tickets", operatorForm).problem(422, "invalid", `"field":"problem"`)
	id := w.closedTicket(anna, operatorForm, anna)

	if w.linkHolder(id).ticket(id).text("problem", "id") != "altro" {
		t.Fatal("got a problem for operators in the citizen's view, want altro")
	}

	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": " "}).problem(422, "invalid", `"field":"text"`)
	next := w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "Ancora niente"}).want(201)
	got := anna.ticket(next.text("id")).want(200)
	if got.text("problem", "id") != "invio-fallito" || got.text("continues") != id || got.text("description") != "Ancora niente" {
		t.Fatalf("linked ticket: got %s", got.raw)
	}
}

func TestReplyByLinkOpensADeclaredTicket(t *testing.T) {
	w := newFixture(t)
	anna, maria, ada := w.logIn("anna", person.ASROperator, torino), w.logIn("maria", person.Citizen, ""), w.logIn("ada", person.Auditor, "")
	id := w.closedTicket(maria, form(torino), anna)
	identityOf := func(opened apiResponse) any {
		opening := ada.get("/api/v1/tickets/" + opened.text("id") + "/events").want(200).list("items")[0]
		return opening["data"]
	}
	body := fields{"text": "Ancora niente"}
	byLink := w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", body).want(201)
	if data, _ := identityOf(byLink).(map[string]any); data["identity"] != "declared" || data["citizen"] != nil {
		t.Fatalf("by link: got %v, want identity declared and no citizen", data)
	}
	maria.ticket(byLink.text("id")).problem(404, "not-found")
	byAccount := maria.post("/api/v1/tickets/"+id+"/replies", body).want(201)
	if data, _ := identityOf(byAccount).(map[string]any); data["identity"] != "verified" || data["citizen"] != maria.id {
		t.Fatalf("by account: got %v, want identity verified and the citizen", data)
	}
	maria.ticket(byAccount.text("id")).want(200)
}
