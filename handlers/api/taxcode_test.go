// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/handlers/outbox/connector/simulator"
)

// TestFormTellsNothingOfATaxCode sends the anonymous form with tax codes of which the systems of the ASR know different things. No system is
// asked before an operator takes the ticket. Then they are asked, and answer differently. Before and after, who sent the form gets equal
// bytes, apart from the tax code that they typed.
func TestFormTellsNothingOfATaxCode(t *testing.T) {
	type facts = map[playbook.Fact]bool
	w, sim := newFixtureWithConnector(t)
	anna := w.logIn("anna", person.ASROperator, torino)
	people := []struct {
		code   string
		person simulator.Person
	}{
		{"RSSMRA80A01H501U", simulator.Person{}}, // unknown
		{"RSSMRA85T10A562S", simulator.Person{Facts: facts{"found": true, "ours": true, "requested": true, "positive": true}, Evidence: playbook.Evidence{"identifier": "REF-1", "produced_on": "2026-02-20"}}},
		{"VRDLCU75B02L219F", simulator.Person{Facts: facts{"found": true, "ours": true, "requested": true, "positive": false}, Evidence: playbook.Evidence{"identifier": "REF-2", "produced_on": "2026-02-21"}}},
		{"BNCGNN90C43F205N", simulator.Person{Status: 500}},
	}
	ids := make([]string, len(people))
	same := func(what string, get func(i int) string) {
		t.Helper()
		first := get(0)
		for i := 1; i < len(people); i++ {
			if got := get(i); strings.ReplaceAll(got, people[i].code, people[0].code) != first {
				t.Errorf("%s: with the tax code %s got\n%s\nwith %s\n%s", what, people[i].code, got, people[0].code, first)
			}
		}
	}
	compare := func() {
		t.Helper()
		for _, path := range []string{"", "/playbook", "/events"} {
			same("GET "+path, func(i int) string { return w.linkHolder(ids[i]).get("/api/v1/tickets/" + ids[i] + path).answer() })
		}
	}
	same("the form", func(i int) string {
		sim.Set(people[i].code, people[i].person)
		body := form(torino)
		body["requester"].(fields)["tax_code"] = people[i].code
		key := fmt.Sprint("form", i)
		a := w.anonymous().post("/api/v1/tickets", body, "Idempotency-Key", key).want(201)
		ids[i] = a.text("id")
		again := w.anonymous().post("/api/v1/tickets", body, "Idempotency-Key", key).want(201)
		return a.answer() + again.answer()
	})
	w.must(w.system.RunUntilIdle(t.Context()))
	compare()
	if n := sim.QuestionCount(); n != 0 {
		t.Errorf("got %d questions to the systems before an operator took a ticket, want none", n)
	}
	w.advance(time.Minute)
	for _, id := range ids {
		anna.update(id, fields{"status": "in_lavorazione"}).want(200)
	}
	w.eventually("the systems were asked about each ticket", func() bool {
		for i, id := range ids {
			checks := anna.get("/api/v1/tickets/" + id + "/playbook").want(200).list("checks")
			if (i == 0 || i == 3) && checks[0]["tried"] == nil || i == 1 && !strings.Contains(fmt.Sprint(checks), "REF-1") || i == 2 && !strings.Contains(fmt.Sprint(checks), "REF-2") {
				return false
			}
		}
		return true
	})
	w.must(w.system.RunUntilIdle(t.Context()))
	compare()
	w.advance(time.Minute)
	for _, id := range ids {
		anna.update(id, fields{"note": public("Stiamo verificando")}).want(200)
	}
	w.advance(time.Minute)
	compare()
	same("a reply", func(i int) string {
		return w.linkHolder(ids[i]).post("/api/v1/tickets/"+ids[i]+"/replies", fields{"text": "Grazie"}).want(200).answer()
	})
}
