// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

func TestFAQ_2_2_OpenFromTheCitizensForm(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	f := form(torino)
	f["attachments"] = []fields{{"name": "referto.pdf", "content_base64": base64.StdEncoding.EncodeToString([]byte("%PDF-1.4 prova"))}}
	opened := w.anonymous().post("/api/v1/tickets", f).want(201)
	if opened.text("status") != "nuovo" || !strings.HasPrefix(opened.text("number"), "2026-") || opened.body["version"] != 1.0 {
		t.Fatalf("got %s, want a new ticket, version 1", opened.raw)
	}
	if numbers := anna.queue("nuove", opened.text("position")); !slices.Equal(numbers, []string{opened.text("number")}) {
		t.Fatalf("new tickets: got %v, want %s", numbers, opened.text("number"))
	}
	seen := anna.ticket(opened.text("id")).want(200)
	if seen.text("identity") != "declared" || seen.text("requester", "tax_code") != "RSSMRA80A01H501U" || seen.header.Get("ETag") != `"1"` {
		t.Fatalf("operator: got %s, want a declared identity and version 1", seen.raw)
	}
	file := seen.list("attachments")[0]
	got := anna.get("/api/v1/tickets/" + opened.text("id") + "/attachments/" + file["id"].(string)).want(200)
	if string(got.raw) != "%PDF-1.4 prova" || got.header.Get("Content-Disposition") != "attachment; filename=referto.pdf" ||
		got.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
		t.Fatalf("the attachment comes as %q with %v", got.raw, got.header)
	}
	// Another ASR does not find the ticket, nor does the logged-in citizen whose tax code was typed.
	bruna := w.logIn("bruna", person.ASROperator, novara)
	bruna.ticket(opened.text("id")).problem(404, "not-found")
	bruna.get("/api/v1/tickets/"+opened.text("id")+"/attachments/"+file["id"].(string)).problem(404, "not-found")
	w.logIn("maria", person.Citizen, "").ticket(opened.text("id")).problem(404, "not-found")
}

func TestFAQ_2_2_OperatorsOwnForm(t *testing.T) {
	w := newFixture(t)
	rita := w.logIn("rita", person.RegionalOperator, catalog.Region)
	f := form(torino)
	f["service"], f["problem"] = "assistenza-online", "altro"
	delete(f["requester"].(fields), "role")
	opened := w.anonymous().post("/api/v1/tickets", f).want(201)
	if numbers := rita.queue("nuove", opened.text("position")); !slices.Equal(numbers, []string{opened.text("number")}) {
		t.Fatalf("new tickets of the Region: got %v, want %s", numbers, opened.text("number"))
	}
	seen := rita.ticket(opened.text("id")).want(200)
	if seen.text("entity", "code") != "regione" || seen.text("chosen") != string(torino) || seen.text("requester", "role") != "operatore_asr" {
		t.Fatalf("Region: got %s", seen.raw)
	}
}

func TestFAQ_2_2_VerifiedCitizenAndOperatorAtTheCounter(t *testing.T) {
	w := newFixture(t)
	maria := w.logIn("maria", person.Citizen, "")
	opened := maria.post("/api/v1/tickets", form(torino)).want(201)
	if got := maria.ticket(opened.text("id")).want(200); got.text("identity") != "verified" {
		t.Fatalf("the citizen sees %s", got.raw)
	}
	if numbers := maria.queue("mie", opened.text("position")); !slices.Equal(numbers, []string{opened.text("number")}) {
		t.Fatalf("tickets of the citizen: got %v, want %s", numbers, opened.text("number"))
	}
	anna := w.logIn("anna", person.ASROperator, torino)
	f := form(torino)
	f["channel"] = "telefono"
	byPhone := anna.post("/api/v1/tickets", f).want(201)
	if got := anna.ticket(byPhone.text("id")).want(200); got.text("channel") != "telefono" || got.text("identity") != "declared" {
		t.Fatalf("opened on the telephone: %s", got.raw)
	}
}

func TestFAQ_2_3_AssignToAColleague(t *testing.T) {
	w := newFixture(t)
	anna, carlo := w.logIn("anna", person.ASROperator, torino), w.logIn("carlo", person.ASROperator, torino)
	w.logIn("bruna", person.ASROperator, novara)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id := opened.text("id")

	menu := anna.get("/api/v1/operators").want(200)
	if items := menu.list("items"); len(items) != 2 || items[1]["username"] != "carlo" || len(menu.list("groups")) != 2 {
		t.Fatalf("operator menu: got %s, want two operators and two groups", menu.raw)
	}
	done := anna.update(id, fields{"assignee": "carlo"}).want(200)
	if numbers := carlo.queue("mie", done.text("position")); len(numbers) != 1 {
		t.Fatalf("tickets of the colleague: got %v, want one", numbers)
	}
	if got := anna.ticket(id).want(200); got.text("assignee", "id") != carlo.id || got.text("assignee", "name") != "Prova CARLO" || got.text("status") != "nuovo" {
		t.Fatalf("after assigning: %s", got.raw)
	}
	anna.update(id, fields{"assignee": "bruna"}).problem(422, "invalid", `"field":"assignee"`, "FAQ 2.3", "operator of 010301")
	anna.update(id, fields{"assignee": "nessuno"}).problem(422, "invalid", `"field":"assignee"`, "/api/v1/operators")
	anna.update(id, fields{"assignee": "supervisori"}).want(200)
	anna.update(id, fields{"assignee": ""}).want(200)
	if got := anna.ticket(id).want(200); got.at("assignee") != nil {
		t.Fatalf("after unassigning: %s", got.raw)
	}
}

func TestFAQ_2_4_AskTheCitizen(t *testing.T) {
	w := newFixture(t)
	anna, maria := w.logIn("anna", person.ASROperator, torino), w.logIn("maria", person.Citizen, "")
	for name, c := range map[string]struct {
		opened  apiResponse
		citizen func(id string) user
	}{
		"logged in":     {maria.post("/api/v1/tickets", form(torino)).want(201), func(string) user { return maria }},
		"not logged in": {w.anonymous().post("/api/v1/tickets", form(torino)).want(201), w.linkHolder},
	} {
		id := c.opened.text("id")
		citizen := c.citizen(id)
		anna.update(id, fields{"status": "in_attesa_utente"}).problem(422, "invalid", `"field":"note"`, "FAQ 2.4")
		anna.update(id, fields{"status": "in_attesa_utente", "note": fields{"text": "Quale referto?", "visibility": "internal"}}).problem(422, "invalid", "FAQ 2.4")
		askedResponse := anna.update(id, fields{"status": "in_attesa_utente", "note": public("Di che data è il referto?")}).want(200)
		if askedResponse.text("status") != "in_attesa_utente" {
			t.Fatalf("%s: got %s, want in_attesa_utente", name, askedResponse.raw)
		}
		if before := citizen.ticket(id).want(200); strings.Contains(string(before.raw), "Di che data") {
			t.Fatalf("%s: got the held note in %s", name, before.raw)
		}
		w.advance(rules.DefaultHold)
		after := citizen.ticket(id).want(200)
		if notes := after.list("notes"); len(notes) != 1 || notes[0]["text"] != "Di che data è il referto?" || after.text("status") != "in_attesa_utente" {
			t.Fatalf("%s: citizen: got %s, want the question", name, after.raw)
		}
		answered := citizen.post("/api/v1/tickets/"+id+"/replies", fields{"text": "Del 3 febbraio"}).want(200)
		if answered.text("status") != "in_lavorazione" {
			t.Fatalf("%s: got %s, want in_lavorazione", name, answered.raw)
		}
		if got := anna.ticket(id).want(200); got.text("status") != "in_lavorazione" || !strings.Contains(string(got.raw), "Del 3 febbraio") {
			t.Fatalf("%s: the operator sees %s", name, got.raw)
		}
	}
}

func TestFAQ_2_5_Resolve(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id := opened.text("id")
	citizen := w.linkHolder(id)

	anna.update(id, fields{"status": "risolto"}).problem(422, "invalid", `"field":"note"`, "FAQ 2.5")
	anna.update(id, fields{"status": "risolto", "note": public("Il referto è ora disponibile")}).want(200)
	anna.update(id, fields{"status": "chiuso"}).problem(409, "forbidden-move", "FAQ 2.5", "system alone closes")
	w.advance(rules.DefaultHold)
	if got := citizen.ticket(id).want(200); got.text("status") != "risolto" || !strings.Contains(string(got.raw), "Il referto è ora disponibile") {
		t.Fatalf("the citizen sees %s", got.raw)
	}

	// A reply before the closing reopens the ticket and cancels the closing.
	if reopened := citizen.post("/api/v1/tickets/"+id+"/replies", fields{"text": "Non lo trovo ancora", "solved": false}).want(200); reopened.text("status") != "in_lavorazione" {
		t.Fatalf("after the reply: got %s, want in_lavorazione", reopened.raw)
	}
	other := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(other, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(15 * 24 * time.Hour)
	w.eventually("the other ticket is closed automatically", func() bool { return anna.ticket(other).text("status") == "chiuso" })
	if got := anna.ticket(id).want(200); got.text("status") != "in_lavorazione" {
		t.Fatalf("the reopened ticket is %s", got.text("status"))
	}

	// Resolved again without a note, it closes after a new period.
	anna.update(id, fields{"status": "risolto"}).want(200)
	w.advance(24 * time.Hour)
	if got := anna.ticket(id).want(200); got.text("status") != "risolto" {
		t.Fatalf("after a day it is %s", got.text("status"))
	}
	w.advance(15 * 24 * time.Hour)
	w.eventually("the ticket is closed automatically", func() bool { return anna.ticket(id).text("status") == "chiuso" })
	anna.update(id, fields{"status": "in_lavorazione", "reason": "prova"}).problem(409, "forbidden-move", "FAQ 2.5")

	// A reply to a closed ticket opens a linked ticket with the data of the form. A repeated reply opens no second one.
	first := citizen.post("/api/v1/tickets/"+id+"/replies", fields{"text": "È sparito di nuovo"}, "Idempotency-Key", "k1").want(201)
	again := citizen.post("/api/v1/tickets/"+id+"/replies", fields{"text": "È sparito di nuovo"}, "Idempotency-Key", "k1").want(201)
	if first.text("id") == id || string(first.raw) != string(again.raw) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Fatalf("got %s, then %s", first.raw, again.raw)
	}
	got := anna.ticket(first.text("id")).want(200)
	if got.text("continues") != id || got.text("requester", "family_name") != "Finzione" || got.text("description") != "È sparito di nuovo" || got.text("status") != "nuovo" {
		t.Fatalf("the new ticket is %s", got.raw)
	}
}

func TestFAQ_2_6_HandOver(t *testing.T) {
	w := newFixture(t)
	anna, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("bruna", person.ASROperator, novara)
	rita := w.logIn("rita", person.RegionalOperator, catalog.Region)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id, number := opened.text("id"), opened.text("number")
	const reason = "Il referto è dell’ASL di Novara"

	anna.update(id, fields{"status": "non_di_competenza"}).problem(422, "invalid", `"field":"note"`, "FAQ 2.6")
	anna.update(id, fields{"entity": novara, "note": public(reason)}).problem(403, "forbidden", "FAQ 2.6")
	done := anna.update(id, fields{"status": "non_di_competenza", "note": public(reason)}).want(200)
	position := done.text("position")
	for _, queue := range []string{"nuove", "mie", "in_lavorazione", "in_attesa", "risolte"} {
		if numbers := anna.queue(queue, position); numbers != nil {
			t.Errorf("the ASR got %v in %s, want none", numbers, queue)
		}
	}
	for _, queue := range []string{"inoltrate", "tutte"} {
		if numbers := anna.queue(queue, position); !slices.Equal(numbers, []string{number}) {
			t.Errorf("handed-over tickets of the ASR in %s: got %v, want %s", queue, numbers, number)
		}
	}
	w.advance(rules.DefaultHold)
	if numbers := rita.queue("nuove", position); !slices.Equal(numbers, []string{number}) {
		t.Fatalf("new tickets of the Region: got %v, want %s", numbers, number)
	}
	if got := rita.ticket(id).want(200); !strings.Contains(string(got.raw), reason) || got.text("status") != "non_di_competenza" {
		t.Fatalf("the Region sees %s", got.raw)
	}
	anna.update(id, fields{"note": public("ancora io")}).problem(403, "forbidden", "read-only trace")

	sent := rita.update(id, fields{"entity": novara, "note": public("Di vostra competenza")}).want(200)
	w.advance(rules.DefaultHold)
	if numbers := bruna.queue("nuove", sent.text("position")); !slices.Equal(numbers, []string{number}) {
		t.Fatalf("new tickets of the other ASR: got %v, want %s", numbers, number)
	}
	got := bruna.ticket(id).want(200)
	if !strings.Contains(string(got.raw), "Di vostra competenza") || strings.Contains(string(got.raw), reason) || got.text("status") != "nuovo" {
		t.Fatalf("the other ASR sees %s", got.raw)
	}
	citizen := w.linkHolder(id).ticket(id).want(200)
	for _, secret := range []string{reason, "Di vostra competenza", "PROVA", "Prova", "non di competenza"} {
		if strings.Contains(string(citizen.raw), secret) {
			t.Errorf("got %q in the citizen's view %s", secret, citizen.raw)
		}
	}
	if len(citizen.list("notes")) != 0 || citizen.text("status_label") != "In lavorazione" {
		t.Errorf("citizen: got %s, want no notes and «In lavorazione»", citizen.raw)
	}
}

func TestFAQ_2_6_ChoosingTheRegionInTheMenuHandsOver(t *testing.T) {
	w := newFixture(t)
	anna, rita := w.logIn("anna", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(id, fields{"assignee": "regione"}).problem(422, "invalid", `"field":"note"`, "FAQ 2.6")
	done := anna.update(id, fields{"assignee": "regione", "note": public("Per voi")}).want(200)
	if done.text("status") != "non_di_competenza" || len(rita.queue("nuove", done.text("position"))) != 1 {
		t.Fatalf("hand-over: got %s, want non_di_competenza", done.raw)
	}
	// Until the Region takes the ticket, it can be recalled to its earlier status.
	if reopened := anna.update(id, fields{"status": "nuovo", "reason": "Era nostra"}).want(200); reopened.text("status") != "nuovo" {
		t.Fatalf("recall: got %s, want nuovo", reopened.raw)
	}
}

func TestAttachmentIsReadableWithItsText(t *testing.T) {
	w := newFixture(t)
	anna, maria := w.logIn("anna", person.ASROperator, torino), w.logIn("maria", person.Citizen, "")
	id := maria.post("/api/v1/tickets", form(torino)).want(201).text("id")
	sent := func(visibility string) string {
		note := fields{"text": "con allegato", "visibility": visibility, "attachments": []fields{file("a.pdf", []byte("%PDF-1.4 "+visibility))}}
		anna.update(id, fields{"note": note}).want(200)
		notes := anna.ticket(id).want(200).list("notes")
		files := notes[len(notes)-1]["attachments"].([]any)
		return "/api/v1/tickets/" + id + "/attachments/" + files[0].(map[string]any)["id"].(string)
	}
	secret, visible := sent("internal"), sent("public")
	anna.get(secret).want(200)
	maria.get(secret).problem(404, "not-found")
	maria.get(visible).problem(404, "not-found") // held
	w.advance(rules.DefaultHold)
	maria.get(visible).want(200)
	w.anonymous().get(visible).problem(401, "unauthorized")
	w.logIn("bruna", person.ASROperator, novara).get(visible).problem(404, "not-found")
	maria.get("/api/v1/tickets/"+id+"/attachments/01999999-0000-7000-8000-000000000001").problem(404, "not-found")
}
