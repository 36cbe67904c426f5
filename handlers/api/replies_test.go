// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
)

func TestTheAnswerToAReplyTellsNoHeldAct(t *testing.T) {
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
		t.Fatalf("the answer is %s, the citizen reads %s", first.raw, seen.raw)
	}
	w.advance(time.Minute) // held no more
	if again := reply(); string(again.raw) != string(first.raw) || again.header.Get("ETag") != first.header.Get("ETag") {
		t.Fatalf("first %s, then %s", first.raw, again.raw)
	}
	if now := maria.ticket(id).want(200); now.text("status") != "non_di_competenza" {
		t.Fatalf("after the hold the citizen reads %s", now.raw)
	}
}

// closedTicket opens a ticket as somebody and waits until it is closed.
func (w *fixture) closedTicket(by user, of fields, solver user) (id string) {
	w.Helper()
	id = by.post("/api/v1/tickets", of).want(201).text("id")
	solver.update(id, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(15 * 24 * time.Hour)
	w.eventually("the ticket is closed", func() bool { return w.linkHolder(id).ticket(id).text("status") == "chiuso" })
	return id
}

func TestACitizenGoesOnWithAnOperatorsProblem(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	operatorForm := form(torino)
	operatorForm["problem"] = "invio-fallito" // which citizens cannot name
	w.anonymous().post("/api/v1/tickets", operatorForm).problem(422, "invalid", `"field":"problem"`)
	id := w.closedTicket(anna, operatorForm, anna)

	if w.linkHolder(id).ticket(id).text("problem", "id") != "altro" {
		t.Fatal("the citizen is told a problem in operators' words")
	}

	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": " "}).problem(422, "invalid", `"field":"text"`)
	next := w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "Ancora niente"}).want(201)
	got := anna.ticket(next.text("id")).want(200)
	if got.text("problem", "id") != "invio-fallito" || got.text("continues") != id || got.text("description") != "Ancora niente" {
		t.Fatalf("it went on as %s", got.raw)
	}
}

func TestWhoHoldsALinkGoesOnDeclared(t *testing.T) {
	w := newFixture(t)
	anna, maria, ada := w.logIn("anna", person.ASROperator, torino), w.logIn("maria", person.Citizen, ""), w.logIn("ada", person.Auditor, "")
	id := w.closedTicket(maria, form(torino), anna)
	identityOf := func(of apiResponse) any {
		opening := ada.get("/api/v1/tickets/" + of.text("id") + "/events").want(200).list("items")[0]
		return opening["data"]
	}
	body := fields{"text": "Ancora niente"}
	byLink := w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", body).want(201)
	if data, _ := identityOf(byLink).(map[string]any); data["identity"] != "declared" || data["citizen"] != nil {
		t.Fatalf("by the link it is %v", data)
	}
	maria.ticket(byLink.text("id")).problem(404, "not-found")
	byAccount := maria.post("/api/v1/tickets/"+id+"/replies", body).want(201)
	if data, _ := identityOf(byAccount).(map[string]any); data["identity"] != "verified" || data["citizen"] != maria.id {
		t.Fatalf("by the account it is %v", data)
	}
	maria.ticket(byAccount.text("id")).want(200)
}
