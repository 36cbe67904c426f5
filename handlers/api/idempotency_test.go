// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/netip"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/api"
	"github.com/sol-assistenza/sol/handlers/middleware"
)

func TestRepeatedKeyGetsTheFirstResponse(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	first := w.anonymous().post("/api/v1/tickets", form(torino), "Idempotency-Key", "k").want(201)
	id := first.text("id")
	anna.update(id, fields{"status": "in_lavorazione"}, "Idempotency-Key", "k").want(200)

	again := w.anonymous().post("/api/v1/tickets", form(torino), "Idempotency-Key", "k").want(201)
	if string(again.raw) != string(first.raw) || again.header.Get("ETag") != first.header.Get("ETag") || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("repeated: got %s, want %s", again.raw, first.raw)
	}
	w.anonymous().post("/api/v1/tickets", form(novara), "Idempotency-Key", "k").problem(422, "idempotency-key-reused")
	// A repetition gets the first response even if the request would be refused now.
	waitingUpdate := fields{"status": "in_attesa_utente", "note": public("Quale?"), "assignee": "carlo"}
	carlo := w.logIn("carlo", person.ASROperator, torino)
	done := anna.update(id, waitingUpdate, "Idempotency-Key", "k2").want(200)
	w.must(w.identity.Disable(t.Context(), carlo.id))
	anna.update(id, fields{"status": "risolto", "note": public("Fatto")}, "Idempotency-Key", "k3").want(200)
	if repeated := anna.update(id, waitingUpdate, "Idempotency-Key", "k2").want(200); string(repeated.raw) != string(done.raw) {
		t.Fatalf("repeated: got %s, want %s", repeated.raw, done.raw)
	}
	anna.update(id, fields{"note": public("altro")}, "Idempotency-Key", "k2").problem(422, "idempotency-key-reused")
	anna.post("/api/v1/tickets/"+id+"/undo", nil, "Idempotency-Key", "k2").problem(422, "idempotency-key-reused")
	// Each actor has its own keys.
	w.linkHolder(id).post("/api/v1/tickets/"+id+"/replies", fields{"text": "grazie", "solved": true}, "Idempotency-Key", "k2").want(200)
}

func TestAnonymousKeysBelongToAnAddress(t *testing.T) {
	w := newFixture(t, func(c *api.Config) {
		c.Middleware = middleware.New(middleware.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	})
	open := func(from string) apiResponse {
		return w.anonymous().post("/api/v1/tickets", form(torino), "Idempotency-Key", "1", "X-Forwarded-For", from).want(201)
	}
	first := open("192.0.2.1")
	if again := open("192.0.2.1"); again.text("id") != first.text("id") {
		t.Errorf("repeated: got %s, want the ticket %s", again.raw, first.text("id"))
	}
	if other := open("192.0.2.2"); other.text("id") == first.text("id") || other.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("other address: got %s, want a new ticket", other.raw)
	}
}

func TestConcurrentRequestsWithOneKeyOpenOneTicket(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	var group sync.WaitGroup
	responses := make([]apiResponse, 16)
	for n := range responses {
		group.Go(func() { responses[n] = w.anonymous().post("/api/v1/tickets", form(torino), "Idempotency-Key", "one") })
	}
	group.Wait()
	for _, a := range responses {
		if a.status != 201 || a.text("id") != responses[0].text("id") || a.text("number") != responses[0].text("number") {
			t.Fatalf("got %d %s, want 201 and the ticket of %s", a.status, a.raw, responses[0].raw)
		}
	}
	if numbers := anna.queue("tutte", responses[0].text("position")); len(numbers) != 1 {
		t.Fatalf("got tickets %v, want one", numbers)
	}
}

func TestConcurrentUpdatesAreAllRecorded(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	var group sync.WaitGroup
	statuses := make([]int, 12)
	for n := range statuses {
		group.Go(func() {
			statuses[n] = anna.update(id, fields{"note": fields{"text": "nota"}}).status
		})
	}
	group.Wait()
	for _, s := range statuses {
		if s != 200 {
			t.Fatalf("got %v, want 200 for each", statuses)
		}
	}
	if got := anna.ticket(id).want(200); got.body["version"] != 13.0 || len(got.list("notes")) != 12 {
		t.Fatalf("got %s, want version 13 and 12 notes", got.raw)
	}
}

func TestViewOfAPastMomentDoesNotChange(t *testing.T) {
	w := newFixture(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	id := w.anonymous().post("/api/v1/tickets", form(torino)).want(201).text("id")
	type moment struct{ at, body string }
	var moments []moment
	for _, act := range []fields{
		{"status": "in_lavorazione"}, {"note": fields{"text": "nota"}}, {"status": "in_attesa_utente", "note": public("Quale?")}, {"assignee": ""},
	} {
		w.advance(time.Minute)
		anna.update(id, act).want(200)
		now := w.clock.Now().Format(time.RFC3339Nano)
		moments = append(moments, moment{now, string(anna.get("/api/v1/tickets/" + id + "?at=" + now).want(200).raw)})
		if live := anna.ticket(id).want(200); string(live.raw) != moments[len(moments)-1].body {
			t.Fatalf("got %s, want the same as with at: %s", live.raw, moments[len(moments)-1].body)
		}
	}
	w.advance(time.Hour)
	anna.update(id, fields{"status": "risolto", "note": public("Fatto")}).want(200)
	for _, m := range moments {
		if earlier := anna.get("/api/v1/tickets/" + id + "?at=" + m.at).want(200); string(earlier.raw) != m.body || earlier.header.Get("ETag") != "" {
			t.Fatalf("at %s: got %s, want %s", m.at, earlier.raw, m.body)
		}
	}
}

func TestAuditorReadsRawEvents(t *testing.T) {
	w := newFixture(t)
	anna, ada := w.logIn("anna", person.ASROperator, torino), w.logIn("ada", person.Auditor, "")
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	anna.update(opened.text("id"), fields{"note": fields{"text": "solo per noi"}}).want(200)
	items := ada.get("/api/v1/tickets/" + opened.text("id") + "/events").want(200).list("items")
	if len(items) != 2 || items[0]["type"] != "ticket.opened.v2" || items[0]["position"] != "1.1" || len(items[0]["hash"].(string)) != 64 {
		t.Fatalf("got events %v", items)
	}
	note := items[1]
	if note["personal"].(map[string]any)["text"] != "solo per noi" || note["by"].(map[string]any)["name"] != "Prova ANNA" || note["erased"] != false {
		t.Fatalf("got note %v", note)
	}
	tags := []any{"entity/" + string(torino)}
	if !reflect.DeepEqual(items[0]["readers"], tags) || items[0]["only_for"] != nil || items[1]["readers"] != nil || !reflect.DeepEqual(note["only_for"], tags) {
		t.Errorf("got reader tags %v, %v of the opening and %v, %v of the internal note", items[0]["readers"], items[0]["only_for"], note["readers"], note["only_for"])
	}
	ada.get("/api/v1/tickets/01999999-0000-7000-8000-000000000001/events").problem(404, "not-found")
	ada.update(opened.text("id"), fields{"note": public("x")}).problem(403, "forbidden", "auditor")
	if numbers := ada.queue("tutte", opened.text("position")); len(numbers) != 1 {
		t.Fatalf("auditor: got tickets %v, want one", numbers)
	}
}
