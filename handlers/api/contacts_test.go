// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

func TestContactsAreCorrected(t *testing.T) {
	w := newFixture(t)
	anna, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("bruna", person.ASROperator, novara)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	path := "/api/v1/tickets/" + id + "/contacts"
	anna.post(path, fields{"email": "nuova@example.it"}).problem(422, "invalid")
	anna.post(path, fields{"email": "nuova", "reason": "x"}).problem(422, "invalid", `"field":"email"`)
	bruna.post(path, fields{"email": "nuova@example.it", "reason": "x"}).problem(404, "not-found")
	correct := func() apiResponse {
		return anna.post(path, fields{"email": " nuova@POSTA.example.it", "phone": "333.123.45.67", "reason": "SOLO-INTERNO"}, "Idempotency-Key", "k").want(200)
	}
	if first, again := correct(), correct(); first.text("version") != again.text("version") {
		t.Errorf("repeated: got %s, want %s", again.raw, first.raw)
	}
	w.linkHolder(id).ticket(id).problem(401, "unauthorized", "revoked") // the link that went to the former address
	link, err := w.system.App.PersonalLink(t.Context(), ticket.ID(id))
	w.must(err)
	operator, citizen := anna.ticket(id).want(200), user{w: w, token: link}.ticket(id).want(200)
	for _, got := range []apiResponse{operator, citizen} {
		if got.text("requester", "email") != "nuova@posta.example.it" || got.text("requester", "phone") != "3331234567" {
			t.Errorf("got %v, want the corrected contacts", got.at("requester"))
		}
	}
	if !strings.Contains(string(operator.raw), "SOLO-INTERNO") || strings.Contains(string(citizen.raw), "SOLO-INTERNO") {
		t.Error("the reason: want it for the entity's operators and not for the citizen")
	}
}

func TestCitizenWithoutEmailIsInformed(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	counter := form(torino)
	requester, _ := counter["requester"].(fields)
	delete(requester, "email")
	w.anonymous().post("/api/v1/tickets", counter).problem(422, "invalid", `"field":"requester.email"`)
	counter["channel"] = "telefono"
	opened := anna.post("/api/v1/tickets", counter).want(201)
	id := opened.text("id")
	flags := func(position string) string {
		list := anna.reached("/api/v1/tickets?limit=100&after=" + position)
		for _, item := range list.list("items") {
			if item["id"] == id {
				return strings.Trim(strings.ReplaceAll(fmt.Sprint(item["flags"]), " ", ","), "[]")
			}
		}
		return "none"
	}
	resolved := anna.update(id, fields{"status": "risolto", "note": public("È pronto")}).want(200)
	if got := flags(resolved.text("position")); got != "to-inform" || anna.ticket(id).text("to_inform") == "" {
		t.Errorf("after a public note: got flags %s, want to-inform", got)
	}
	w.advance(30 * 24 * time.Hour)
	w.must(w.system.RunUntilIdle(t.Context()))
	if got := anna.ticket(id).text("status"); got != "risolto" {
		t.Errorf("a month later, not told: got %s, want risolto", got)
	}
	anna.post("/api/v1/tickets/"+id+"/informed", fields{"how": "piccione"}).want(422)
	informed := anna.post("/api/v1/tickets/"+id+"/informed", fields{"how": "telefono"}).want(200)
	if got := flags(informed.text("position")); got != "" || anna.ticket(id).at("to_inform") != nil {
		t.Errorf("after telling: got flags %q, want none", got)
	}
	w.advance(15 * 24 * time.Hour)
	w.eventually("the ticket is closed", func() bool { return anna.ticket(id).text("status") == "chiuso" })
}

// Desk case 10.
func TestRepliesThatNobodyHasReadAreMarked(t *testing.T) {
	w := newFixture(t)
	anna, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("bruna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	anna.update(id, fields{"status": "in_attesa_utente", "note": public("Quale referto?")}).want(200)
	w.advance(time.Minute)
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "Quello di marzo"}).want(200)
	anna.ticket(id).want(200)
	marked := func() bool {
		list := bruna.get("/api/v1/tickets?limit=100")
		items := list.list("items")
		i := slices.IndexFunc(items, func(i map[string]any) bool { return i["id"] == id })
		return strings.Contains(fmt.Sprint(items[i]["flags"]), "replied")
	}
	if marked() {
		t.Error("the operator has opened the ticket: got a mark")
	}
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "E anche aprile"}).want(200)
	w.eventually("the second reply is marked", marked)
	bruna.ticket(id).want(200)
	if !marked() {
		t.Error("a colleague has opened the ticket: got no mark")
	}
	got := anna.ticket(id).want(200)
	if got.text("status") != "in_lavorazione" || got.text("assignee", "name") == "" || marked() {
		t.Errorf("got %s, want in_lavorazione with Anna, and no mark", got.raw)
	}
}

// Desk case 3.
func TestReplyToADuplicateReachesTheMainTicket(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	open := func() string { return w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id") }
	main, middle, duplicate := open(), open(), open()
	anna.update(main, fields{"status": "in_attesa_utente", "note": public("Quale referto?")}).want(200)
	for _, pair := range [][2]string{{middle, main}, {duplicate, middle}} {
		anna.update(pair[0], fields{"duplicate_of": pair[1], "note": public("È la stessa richiesta")}).want(200)
	}
	w.advance(time.Minute)
	holder := w.linkHolder(duplicate)
	reply := func() apiResponse {
		return holder.post("/api/v1/tickets/"+duplicate+"/replies", fields{
			"text": "Quello di marzo", "attachments": []fields{{"name": "prova.pdf", "content_base64": base64.StdEncoding.EncodeToString([]byte("%PDF-1.4\nprova"))}},
		}, "Idempotency-Key", "k").want(200)
	}
	first, again := reply(), reply()
	if string(first.raw) != string(again.raw) || first.text("id") != duplicate || first.text("status") != "risolto" {
		t.Errorf("got %s and %s, want the duplicate, resolved, twice", first.raw, again.raw)
	}
	got := anna.ticket(main).want(200)
	notes := got.list("notes")
	last := notes[len(notes)-1]
	if got.text("status") != "in_lavorazione" || last["text"] != "Quello di marzo" || last["duplicate"] != duplicate || len(notes) != 2 ||
		len(last["attachments"].([]any)) != 1 {
		t.Errorf("main ticket: got %s, want the reply with its file, once", got.raw)
	}
	for _, reader := range []user{anna, holder} {
		d := reader.ticket(duplicate).want(200)
		if d.text("status") != "risolto" || d.text("duplicate_of") != middle || !strings.Contains(string(d.raw), "reply_forwarded") {
			t.Errorf("duplicate: got %s, want it resolved, linked, with a trace", d.raw)
		}
	}
	if seen := holder.ticket(duplicate); strings.Contains(string(seen.raw), main) {
		t.Errorf("the duplicate's citizen: got the main ticket in %s", seen.raw)
	}
	// A resolved main ticket is reopened by the answer.
	anna.update(main, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(time.Minute)
	holder.post("/api/v1/tickets/"+duplicate+"/replies", fields{"text": "Non si apre"}).want(200)
	if s := anna.ticket(main).text("status"); s != "in_lavorazione" {
		t.Errorf("resolved main ticket: got %s, want in_lavorazione", s)
	}
	// Closed: the answer goes to the linked ticket, and the duplicate stays as it is.
	anna.update(main, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	w.advance(30 * 24 * time.Hour)
	w.eventually("the tickets are closed", func() bool {
		return anna.ticket(main).text("status") == "chiuso" && anna.ticket(duplicate).text("status") == "chiuso"
	})
	for _, text := range []string{"Ancora", "E ancora"} {
		if r := holder.post("/api/v1/tickets/"+duplicate+"/replies", fields{"text": text}).want(200); r.text("id") != duplicate {
			t.Errorf("closed: got %s, want the duplicate", r.raw)
		}
	}
	w.eventually("one linked ticket", func() bool {
		linked := 0
		for _, item := range anna.get("/api/v1/tickets?limit=100").list("items") {
			if n := anna.ticket(fmt.Sprint(item["id"])); n.text("continues") == main && len(n.list("notes")) == 1 {
				linked++
			}
		}
		return linked == 1
	})
}

// An undone duplicate answers for itself again.
func TestReplyToAReopenedDuplicateStaysThere(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	open := func() string { return w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id") }
	main, duplicate := open(), open()
	anna.update(duplicate, fields{"duplicate_of": main, "note": public("È la stessa richiesta")}).want(200)
	w.advance(time.Minute)
	anna.update(duplicate, fields{"status": "in_lavorazione", "reason": "non lo era"}).want(200)
	w.linkHolder(duplicate).post("/api/v1/tickets/"+duplicate+"/replies", fields{"text": "Grazie, allora aspetto qui"}).want(200)
	if n := anna.ticket(duplicate).list("notes"); len(n) != 2 || len(anna.ticket(main).list("notes")) != 0 {
		t.Errorf("got %v, want the reply at the reopened ticket", n)
	}
}
