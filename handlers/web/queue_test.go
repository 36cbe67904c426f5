// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// rows are the texts of the tickets on a list, in its order.
func (p *page) rows() (texts []string) {
	for _, r := range all(p.root, "tr") {
		if hasAttr(r, "data-ticket") {
			texts = append(texts, textOf(r))
		}
	}
	return texts
}

// openNamed opens a ticket of a citizen of that family name, and a moment passes.
func (w *system) openNamed(family string) ticket.ID {
	w.Helper()
	r := request(torino)
	r.Form.FamilyName = family
	id := w.open(r)
	w.Clock.Advance(time.Second)
	return id
}

// update carries out what somebody who has logged in as the browser does with a ticket elsewhere.
func (w *system) update(account string, role person.Role, entity catalog.EntityCode, id ticket.ID, u app.UpdateRequest) {
	w.Helper()
	by := app.Caller{Actor: person.Actor{ID: account, Role: role, Entity: entity}}
	_, err := w.App.Update(w.Context(), by, id, u, app.Idempotency{})
	w.must(err)
	w.waitForLists()
}

func (p *page) sortOrder() string {
	p.b.w.Helper()
	var names []string
	for _, r := range p.rows() {
		names = append(names, strings.Fields(r)[1])
	}
	return strings.Join(names, " ")
}

func TestAQueueShowsWhatServes(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.openNamed("Finzione")
	p := anna.open("/code/nuove").want(200).says("1 richiesta", "Aggiornato alle 10:00", "Finzione Maria", "dichiarata", "Referto non trovato", "Nuovo", "nessuno", "02/03/2026 10:00")
	current := 0
	for _, a := range all(p.root, "a") {
		if attr(a, "aria-current") == "page" {
			current++
			if textOf(a) != "Nuove 1" {
				t.Errorf("the menu is at %q", textOf(a))
			}
		}
	}
	if current != 1 {
		t.Errorf("the menu is at %d queues", current)
	}
	if opened := p.openLink(strings.Fields(p.rows()[0])[0]); !strings.HasSuffix(opened.at.Path, string(id)) {
		t.Errorf("the row leads to %s", opened.at)
	}
	for queue, says := range map[string]string{
		"mie": "Non ha richieste in carico", "in_attesa": "Nessun cittadino deve rispondere", "inoltrate": "Nessuna richiesta inoltrata",
		"nuove?stato=risolto": "Nessuna richiesta corrisponde",
	} {
		if p := anna.open("/code/"+queue).want(200).says(says, "0 richieste"); len(p.rows()) > 0 {
			t.Errorf("%s shows %q", queue, p.rows())
		}
	}
	for queue, filters := range map[string]bool{"nuove": true, "risolte": false, "risolte?stato=risolto": true} {
		got := false
		for _, label := range all(anna.open("/code/"+queue).want(200).root, "label") {
			got = got || attr(label, "for") == "stato"
		}
		if got != filters {
			t.Errorf("%s: a filter by status is there: %t", queue, got)
		}
	}
	w.Account(t, "maria", person.Citizen, "")
	maria := w.browser()
	maria.open("/accesso").submit("Accedi", formValues{"Nome utente": "maria", "Password": handlertest.Password, "PIN": handlertest.PIN})
	maria.open("/code/mie").want(404).says("Questa pagina non c’è", "Cittadino")
}

func TestAQueueIsOrderedByItsColumns(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	for _, family := range []string{"Bianchi", "Zeta", "Amato"} {
		w.openNamed(family)
	}
	p := anna.open("/code/nuove")
	for _, step := range []struct{ column, order, want string }{
		{"", "", "Bianchi Zeta Amato"}, // who waits longest comes first
		{"Richiedente", "ascending", "Amato Bianchi Zeta"}, {"Richiedente", "descending", "Zeta Bianchi Amato"},
		{"Numero", "descending", "Amato Zeta Bianchi"}, {"Numero", "ascending", "Bianchi Zeta Amato"},
		{"Aggiornata", "descending", "Amato Zeta Bianchi"}, {"Aperta da", "descending", "Bianchi Zeta Amato"},
	} {
		if step.column != "" {
			p = p.openLink(step.column).want(200)
		}
		if got := p.sortOrder(); got != step.want {
			t.Errorf("by %s: %s, want %s", step.column, got, step.want)
		}
		for _, th := range all(p.root, "th") {
			if textOf(th) == step.column && attr(th, "aria-sort") != step.order {
				t.Errorf("%s says of itself %q", step.column, attr(th, "aria-sort"))
			}
		}
	}
}

func TestQueueFilters(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna := w.browser().login("anna")
	w.update(account, person.ASROperator, torino, w.openNamed("Primi"), app.UpdateRequest{Assignee: &account})
	w.openNamed("Secondi")
	for name, c := range map[string]struct {
		in   formValues
		want string
	}{
		"words":     {formValues{"Cerca": "secondi"}, "Secondi"},
		"tax code":  {formValues{"Cerca": "RSSMRA80A01H501U"}, "Primi Secondi"},
		"me":        {formValues{"Operatore": "Io"}, "Primi"},
		"somebody":  {formValues{"Operatore": "Prova ANNA"}, "Primi"},
		"nobody":    {formValues{"Operatore": "Nessuno"}, "Secondi"},
		"the group": {formValues{"Operatore": "Supervisori"}, ""},
		"status":    {formValues{"Stato": "Nuovo"}, "Primi Secondi"},
		"all":       {formValues{"Cerca": "primi", "Stato": "Nuovo", "Operatore": "Io"}, "Primi"},
		"nothing":   {formValues{"Cerca": "secondi", "Operatore": "Io"}, ""},
	} {
		p := anna.open("/code/tutte?ordine=opened_at").submit("Filtra", c.in).want(200)
		if got := p.sortOrder(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		p.says(fmt.Sprintf("%d richiest", len(p.rows())), "Togli i filtri")
		if words, ok := c.in["Cerca"].(string); ok {
			if strings.Contains(strings.ToLower(p.at.String()), strings.ToLower(words)) {
				t.Errorf("%s: the address tells what was looked for: %s", name, p.at)
			}
			if got := p.fields("Filtra").Get("q"); got != words {
				t.Errorf("%s: the form has forgotten %q: %q", name, words, got)
			}
			if again := anna.open(p.at.RequestURI()); again.sortOrder() != c.want { // a reload, or the way back
				t.Errorf("%s: the address leads to %q", name, again.sortOrder())
			}
		}
	}
	long := anna.post("/code/tutte", url.Values{"q": {strings.Repeat("a", 60_000)}, "stato": {"nuovo"}}).want(422).says("Ricerca troppo lunga", "200 caratteri")
	if kept := long.fields("Filtra"); kept.Get("q") != strings.Repeat("a", 200) || kept.Get("stato") != "nuovo" {
		t.Errorf("what was typed is lost: %v", kept)
	}
	carla := w.login("carla", person.ASROperator, torino)
	found := anna.open("/code/tutte").submit("Filtra", formValues{"Cerca": "secondi"})
	if p := carla.open(found.at.RequestURI()).want(200); p.fields("Filtra").Get("q") != "" || len(p.rows()) != 2 {
		t.Errorf("somebody else's address still searches: %q", p.sortOrder())
	}
}

func TestOtherEntitiesAreNamedWhereTheyMatter(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna, rita, ada := w.browser().login("anna"), w.login("rita", person.RegionalOperator, catalog.Region), w.login("ada", person.Auditor, "")
	id := w.openNamed("Inoltrati")
	w.update(account, person.ASROperator, torino, id, app.UpdateRequest{Changes: ticket.Changes{Status: ticket.HandedOver}, Note: &app.NoteRequest{Text: "Non è nostro", Visibility: ticket.Public}})
	w.Clock.Advance(time.Minute)
	if p := anna.open("/code/inoltrate?ente=regione").want(200).says("Ente competente", "Inoltrati"); len(p.rows()) != 1 {
		t.Errorf("handed over: %q", p.rows())
	}
	if p := anna.open("/code/inoltrate").want(200); strings.Contains(p.raw, "scegli-tutte") {
		t.Error("traces alone can be chosen all at once")
	}
	if p := anna.open("/code/inoltrate?ente=" + string(novara)); len(p.rows()) != 0 {
		t.Errorf("handed over to Novara: %q", p.rows())
	}
	rita.open("/code/nuove").says("Inoltrati", "da ASL Città di Torino").doesNotSay("Ente competente")
	ada.open("/code/tutte").says("Ente competente", "Regione Piemonte")
}

func TestAListIsPagedBothWays(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	by := app.Caller{Actor: person.Actor{Role: person.Anonymous}}
	for range 53 {
		_, err := w.App.Open(t.Context(), by, request(torino), app.Idempotency{})
		w.must(err)
		w.Clock.Advance(time.Second)
	}
	w.waitForLists()
	first := anna.open("/code/nuove").says("53 richieste")
	second := first.openLink("Successive").want(200)
	if len(first.rows()) != 50 || len(second.rows()) != 3 {
		t.Fatalf("pages of %d and %d", len(first.rows()), len(second.rows()))
	}
	if strings.Contains(second.text(), "Successive") || strings.Contains(first.text(), "Precedenti") {
		t.Error("a page leads further than there is")
	}
	if back := second.openLink("Precedenti").want(200); !slices.Equal(back.rows(), first.rows()) {
		t.Errorf("back at %s", back.at)
	}
	if top := second.openLink("Prima pagina").want(200); !slices.Equal(top.rows(), first.rows()) || top.at.RawQuery != "" {
		t.Errorf("the first page is %s", top.at)
	}
	byName := anna.open("/code/nuove?ordine=requester").openLink("Successive").want(200)
	if len(byName.rows()) != 3 || strings.Contains(byName.at.String(), "Finzione") {
		t.Errorf("by name: %d rows at %s", len(byName.rows()), byName.at)
	}
}

// TestAPartOfAQueue is what htmx asks for: the list alone, and with a search the address that it is at.
func TestAPartOfAQueue(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	w.openNamed("Primi")
	part := anna.open("/code/nuove", "HX-Request", "true", "HX-Request-Type", "partial").want(200).says("1 richiesta", "Primi")
	part.doesNotSay("<html", "Regione Piemonte")
	r := anna.open("/code/nuove").request("Filtra", formValues{"Cerca": "primi"})
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Request-Type", "partial")
	p := anna.send(r).want(200).says("Primi").doesNotSay("<html")
	if to := p.header.Get("HX-Replace-Url"); !strings.HasPrefix(to, "/code/nuove?cerca=") {
		t.Errorf("the search is at %q", to)
	}
	refused := anna.open("/code/nuove?stato=inventato", "HX-Request", "true", "HX-Request-Type", "partial").want(422).says("Ricerca non valida")
	if refused.doesNotSay("<html").header.Get("HX-Retarget") != "#avviso" {
		t.Error("a refusal takes the list's place")
	}
	if p := w.browser().open("/code/nuove", "HX-Request", "true", "HX-Request-Type", "partial"); p.header.Get("HX-Redirect") != "/accesso?poi=%2Fcode%2Fnuove" || strings.Contains(p.raw, "Nome utente") {
		t.Errorf("who is not logged in is sent to %q: %s", p.header.Get("HX-Redirect"), p.text())
	}
}
