// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
)

// searchedTicket is a ticket of the search tests: who may see it, and terms that find it and no other.
type searchedTicket struct {
	id, number string
	visibleTo  string // names of the viewers
	terms      []string
}

func beginning(text string, n int) string { return string([]rune(text)[:n]) }

// find returns the numbers of the tickets that a search finds, after the lists have reached a position.
func (u user) find(q, after string) (numbers []string) {
	u.w.Helper()
	for _, item := range u.reached("/api/v1/tickets?q=" + url.QueryEscape(q) + "&after=" + after).list("items") {
		numbers = append(numbers, fmt.Sprint(item["number"]))
	}
	return numbers
}

// TestSearchFindsWhatAViewerMaySeeAndNothingElse searches for each ticket, by each kind of term, as each viewer.
func TestSearchFindsWhatAViewerMaySeeAndNothingElse(t *testing.T) {
	w := newFixture(t)
	viewers := map[string]user{
		"torino": w.logIn("anna", person.ASROperator, torino), "capo": w.logIn("capo", person.ASRSupervisor, torino),
		"novara": w.logIn("bruna", person.ASROperator, novara), "regione": w.logIn("rita", person.RegionalOperator, catalog.Region),
		"auditor": w.logIn("aldo", person.Auditor, ""), "cittadina": w.logIn("maria", person.Citizen, ""), "altra": w.logIn("marta", person.Citizen, ""),
	}
	anna, rita, maria := viewers["torino"], viewers["regione"], viewers["cittadina"]
	open := func(by user, at catalog.EntityCode, given, family, code, email, phone, words, iuv, name string) searchedTicket {
		f := form(at)
		f["description"], f["iuv"] = words, iuv
		f["requester"] = fields{"role": "cittadino", "given_name": given, "family_name": family, "tax_code": code, "email": email, "phone": phone}
		f["attachments"] = []fields{file(name, []byte("%PDF-1.4"))}
		a := by.post("/api/v1/tickets", f).want(201)
		number := a.text("number")
		local, domain, _ := strings.Cut(email, "@")
		return searchedTicket{id: a.text("id"), number: number, terms: []string{
			number, "n. " + number, "#" + number, number[5:], number[len(number)-3:], family, strings.ToLower(beginning(family, 4)), given + " " + beginning(family, 3), family + " " + given,
			email, local, "@" + domain, phone, strings.ReplaceAll(phone, " ", ""), strings.ReplaceAll(phone, " ", "."), "+39 " + phone, "0039" + strings.ReplaceAll(phone, " ", ""),
			code, strings.ToLower(code[:8]), iuv, name, strings.TrimSuffix(name, ".pdf"), strings.Split(name, "_")[1], words, beginning(words, 5), family + " " + strings.Fields(words)[0],
		}}
	}
	kept := open(w.anonymous(), torino, "Nicolò", "D’Angelo", "STP1000000000001", "nicolo.dangelo@uno.example.it", "333 7654321", "lampione spento", "111112222233333", "prima_alfa_a.pdf")
	handed := open(w.anonymous(), torino, "Lucio", "Dalla", "STP2000000100002", "lucio.dalla@due.example.it", "011 8765432", "tegola caduta", "222223333344444", "seconda_beta_b.pdf")
	moved := open(w.anonymous(), torino, "Jürgen", "Müller", "STP3000002000003", "jm.muller@tre.example.it", "340 1112229", "grondaia rotta", "333334444455555", "terza_gamma_c.pdf")
	elsewhere := open(w.anonymous(), novara, "Giovanna", "Ferrero-Brusasca", "STP4000030000004", "ferrero@quattro.example.it", "0321 998877", "cancello chiuso", "444445555566666", "quarta_delta_d.pdf")
	own := open(maria, novara, "Maria", "Verificata", "RSSMRA80A01H501U", "verificata@cinque.example.it", "0321 665544", "persiana storta", "555556666677777", "quinta_epsilon_e.pdf")
	kept.visibleTo = "torino capo auditor"
	handed.visibleTo = "torino capo regione auditor"
	moved.visibleTo = "torino capo novara regione auditor" // torino is the former ASR
	elsewhere.visibleTo = "novara auditor"
	own.visibleTo = "novara auditor cittadina"
	for _, id := range []string{handed.id, moved.id} {
		anna.update(id, fields{"status": "non_di_competenza", "note": public("non è nostra")}).want(200)
	}
	w.advance(rules.DefaultHold)
	position := rita.update(moved.id, fields{"entity": novara, "note": public("è vostra")}).want(200).text("position")
	w.advance(rules.DefaultHold)

	checked := 0
	for _, s := range []searchedTicket{kept, handed, moved, elsewhere, own} {
		for name, viewer := range viewers {
			var want []string
			if slices.Contains(strings.Fields(s.visibleTo), name) {
				want = []string{s.number}
			}
			for _, q := range s.terms {
				after := position
				if viewer.id == viewers["cittadina"].id || viewer.id == viewers["altra"].id {
					after = "" // citizens get positions of their own; the others have waited
				}
				if name == "cittadina" || name == "altra" {
					anna.find(q, position)
				}
				if got := viewer.find(q, after); !slices.Equal(got, want) {
					t.Errorf("%s: %q finds %v, want %v", name, q, got, want)
				}
				checked++
			}
		}
	}
	t.Logf("%d searches", checked)
}

// TestHandedOverAndClosedIsFound is the second case of the desk: an ASR hands over, the Region resolves, it closes. «Tutte» of the ASR, and the
// search, find it, read-only and with where it is now.
func TestHandedOverAndClosedIsFound(t *testing.T) {
	w := newFixture(t)
	anna, rita, bruna := w.logIn("anna", person.ASROperator, torino), w.logIn("rita", person.RegionalOperator, catalog.Region), w.logIn("bruna", person.ASROperator, novara)
	opened := w.anonymous().post("/api/v1/tickets", form(torino)).want(201)
	id, number := opened.text("id"), opened.text("number")
	anna.update(id, fields{"status": "non_di_competenza", "note": public("non è nostra")}).want(200)
	w.advance(rules.DefaultHold)
	rita.update(id, fields{"status": "risolto", "note": public("Il referto è di nuovo visibile")}).want(200)
	w.advance(60 * 24 * time.Hour)
	w.must(w.system.RunUntilIdle(t.Context()))
	closed := anna.ticket(id).want(200)
	if closed.text("status") != "chiuso" {
		t.Fatalf("got %s, want a closed ticket", closed.raw)
	}
	head, _, err := w.store.Head(t.Context())
	w.must(err)
	for _, query := range []string{"queue=tutte", "queue=tutte&status=chiuso", "queue=tutte&entity=regione", "queue=tutte&sort=number", "q=" + number, "q=" + number[5:], "q=finzione&queue=tutte"} {
		items := anna.reached("/api/v1/tickets?" + query + "&after=" + head.String()).list("items")
		if len(items) != 1 || items[0]["number"] != number || items[0]["read_only"] != true || items[0]["status"] != "chiuso" ||
			items[0]["entity"].(map[string]any)["code"] != "regione" {
			t.Errorf("%s: got %v, want %s, read-only, closed, at the Region", query, items, number)
		}
	}
	counts := anna.get("/api/v1/queues").want(200).list("items")
	for _, q := range counts {
		want := 0.0
		if q["id"] == "tutte" {
			want = 1
		}
		if q["count"] != want {
			t.Errorf("%s: got a count of %v, want %v", q["id"], q["count"], want)
		}
	}
	if found := bruna.find(number, head.String()); len(found) != 0 {
		t.Errorf("an ASR that never had the ticket finds %v", found)
	}
}
