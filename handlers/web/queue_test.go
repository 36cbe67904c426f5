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

// rows returns the texts of the rows of a list, in its order.
func (p *page) rows() (texts []string) {
	for _, r := range all(p.root, "tr") {
		if hasAttr(r, "data-ticket") {
			texts = append(texts, textOf(r))
		}
	}
	return texts
}

// openNamed opens a ticket of a citizen with a family name and advances the clock by a second.
func (w *system) openNamed(family string) ticket.ID {
	w.Helper()
	r := request(torino)
	r.Form.FamilyName = family
	id := w.open(r)
	w.Clock.Advance(time.Second)
	return id
}

// update updates a ticket as an account in a role at an entity, without a browser.
func (w *system) update(account string, role person.Role, entity catalog.EntityCode, id ticket.ID, u app.UpdateRequest) {
	w.Helper()
	by := app.Caller{Actor: person.Actor{ID: account, Role: role, Entity: entity}}
	_, err := w.App.Update(w.Context(), by, id, u, app.Idempotency{})
	w.must(err)
	w.waitForLists()
}

// sortOrder returns the family names of a list's rows, in its order.
func (p *page) sortOrder() string {
	p.b.w.Helper()
	var names []string
	for _, r := range p.rows() {
		names = append(names, strings.Fields(r)[1])
	}
	return strings.Join(names, " ")
}

func TestQueueShowsItsTickets(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.openNamed("Finzione")
	p := anna.open("/code/nuove").want(200).shows("1 richiesta", "Aggiornato alle 10:00", "Finzione Maria", "dichiarata", "Referto non trovato", "Nuovo", "nessuno", "02/03/2026 10:00")
	current := 0
	for _, a := range all(p.root, "a") {
		if attr(a, "aria-current") == "page" {
			current++
			if textOf(a) != "Nuove 1" {
				t.Errorf("current queue: got %q, want Nuove 1", textOf(a))
			}
		}
	}
	if current != 1 {
		t.Errorf("got %d current queues in the menu, want 1", current)
	}
	if opened := p.openLink(strings.Fields(p.rows()[0])[0]); !strings.HasSuffix(opened.at.Path, string(id)) {
		t.Errorf("link of the row: got page %s, want ticket %s", opened.at, id)
	}
	for queue, want := range map[string]string{
		"mie": "Non ha richieste in carico", "in_attesa": "Nessun cittadino deve rispondere", "inoltrate": "Nessuna richiesta inoltrata",
		"nuove?stato=risolto": "Nessuna richiesta corrisponde",
	} {
		if p := anna.open("/code/"+queue).want(200).shows(want, "0 richieste"); len(p.rows()) > 0 {
			t.Errorf("%s: got rows %q, want none", queue, p.rows())
		}
	}
	for queue, want := range map[string]bool{"nuove": true, "risolte": false, "risolte?stato=risolto": true} {
		got := false
		for _, label := range all(anna.open("/code/"+queue).want(200).root, "label") {
			got = got || attr(label, "for") == "stato"
		}
		if got != want {
			t.Errorf("%s: filter by status: got %t, want %t", queue, got, want)
		}
	}
	w.Account(t, "maria", person.Citizen, "")
	maria := w.browser()
	maria.open("/accesso").submit("Accedi", formValues{"Nome utente": "maria", "Password": handlertest.Password, "PIN": handlertest.PIN})
	maria.open("/code/mie").want(403).shows("Pagina di un altro ruolo", "Cittadino")
}

func TestQueueIsSortedByItsColumns(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	for _, family := range []string{"Bianchi", "Zeta", "Amato"} {
		w.openNamed(family)
	}
	p := anna.open("/code/nuove")
	for _, step := range []struct{ column, order, want string }{
		{"", "", "Bianchi Zeta Amato"}, // the oldest comes first
		{"Richiedente", "ascending", "Amato Bianchi Zeta"}, {"Richiedente", "descending", "Zeta Bianchi Amato"},
		{"Numero", "descending", "Amato Zeta Bianchi"}, {"Numero", "ascending", "Bianchi Zeta Amato"},
		{"Aggiornata", "descending", "Amato Zeta Bianchi"}, {"Aperta da", "descending", "Bianchi Zeta Amato"},
	} {
		if step.column != "" {
			p = p.openLink(step.column).want(200)
		}
		if got := p.sortOrder(); got != step.want {
			t.Errorf("sorted by %s: got %s, want %s", step.column, got, step.want)
		}
		for _, th := range all(p.root, "th") {
			if textOf(th) == step.column && attr(th, "aria-sort") != step.order {
				t.Errorf("%s: got aria-sort %q, want %q", step.column, attr(th, "aria-sort"), step.order)
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
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		p.shows(fmt.Sprintf("%d richiest", len(p.rows())), "Togli i filtri")
		if search, ok := c.in["Cerca"].(string); ok {
			if strings.Contains(strings.ToLower(p.at.String()), strings.ToLower(search)) {
				t.Errorf("%s: got address %s, want one without the search", name, p.at)
			}
			if got := p.fields("Filtra").Get("q"); got != search {
				t.Errorf("%s: search in the form: got %q, want %q", name, got, search)
			}
			if again := anna.open(p.at.RequestURI()); again.sortOrder() != c.want { // a reload, or the back button
				t.Errorf("%s: the address again: got %q, want %q", name, again.sortOrder(), c.want)
			}
		}
	}
	long := anna.post("/code/tutte", url.Values{"q": {strings.Repeat("a", 60_000)}, "stato": {"nuovo"}}).want(422).shows("Ricerca troppo lunga", "200 caratteri")
	if kept := long.fields("Filtra"); kept.Get("q") != strings.Repeat("a", 200) || kept.Get("stato") != "nuovo" {
		t.Errorf("the form after a long search: got %v, want the first 200 characters", kept)
	}
	carla := w.login("carla", person.ASROperator, torino)
	found := anna.open("/code/tutte").submit("Filtra", formValues{"Cerca": "secondi"})
	if p := carla.open(found.at.RequestURI()).want(200); p.fields("Filtra").Get("q") != "" || len(p.rows()) != 2 {
		t.Errorf("the address of another account: got %q, want a list without search", p.sortOrder())
	}
}

func TestQueueNamesOtherEntities(t *testing.T) {
	w := newSystem(t)
	account := w.Account(t, "anna", person.ASROperator, torino)
	anna, rita, ada := w.browser().login("anna"), w.login("rita", person.RegionalOperator, catalog.Region), w.login("ada", person.Auditor, "")
	id := w.openNamed("Inoltrati")
	w.update(account, person.ASROperator, torino, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: &app.NoteRequest{Text: "Non è nostro", Visibility: ticket.Public}})
	w.Clock.Advance(time.Minute)
	if p := anna.open("/code/inoltrate?ente=regione").want(200).shows("Ente competente", "Inoltrati"); len(p.rows()) != 1 {
		t.Errorf("handed over to the Region: got rows %q, want 1", p.rows())
	}
	if p := anna.open("/code/inoltrate").want(200); strings.Contains(p.raw, "scegli-tutte") {
		t.Error("a list with traces only: got a box to select all, want none")
	}
	if p := anna.open("/code/inoltrate?ente=" + string(novara)); len(p.rows()) != 0 {
		t.Errorf("handed over to Novara: got rows %q, want none", p.rows())
	}
	rita.open("/code/nuove").shows("Inoltrati", "da ASL Città di Torino").doesNotShow("Ente competente")
	ada.open("/code/tutte").shows("Ente competente", "Regione Piemonte")
}

func TestListIsPagedForwardsAndBackwards(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	by := app.Caller{Actor: person.Actor{Role: person.Anonymous}}
	for range 53 {
		_, err := w.App.Open(t.Context(), by, request(torino), app.Idempotency{})
		w.must(err)
		w.Clock.Advance(time.Second)
	}
	w.waitForLists()
	first := anna.open("/code/nuove").shows("53 richieste")
	second := first.openLink("Successive").want(200)
	if len(first.rows()) != 50 || len(second.rows()) != 3 {
		t.Fatalf("got pages of %d and %d rows, want 50 and 3", len(first.rows()), len(second.rows()))
	}
	if strings.Contains(second.text(), "Successive") || strings.Contains(first.text(), "Precedenti") {
		t.Error("got a link to a page that does not exist")
	}
	if back := second.openLink("Precedenti").want(200); !slices.Equal(back.rows(), first.rows()) {
		t.Errorf("the page before the second: got %s, want the first page", back.at)
	}
	if top := second.openLink("Prima pagina").want(200); !slices.Equal(top.rows(), first.rows()) || top.at.RawQuery != "" {
		t.Errorf("the first page: got %s", top.at)
	}
	byName := anna.open("/code/nuove?ordine=requester").openLink("Successive").want(200)
	if len(byName.rows()) != 3 || strings.Contains(byName.at.String(), "Finzione") {
		t.Errorf("sorted by name: got %d rows at %s, want 3 and no name in the address", len(byName.rows()), byName.at)
	}
}

// htmx gets the list without the rest of the page, and for a search also the address of the list.
func TestPartOfAQueue(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	w.openNamed("Primi")
	part := anna.open("/code/nuove", "HX-Request", "true", "HX-Request-Type", "partial").want(200).shows("1 richiesta", "Primi")
	part.doesNotShow("<html", "Regione Piemonte")
	r := anna.open("/code/nuove").request("Filtra", formValues{"Cerca": "primi"})
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Request-Type", "partial")
	p := anna.send(r).want(200).shows("Primi").doesNotShow("<html")
	if address := p.header.Get("HX-Replace-Url"); !strings.HasPrefix(address, "/code/nuove?cerca=") {
		t.Errorf("address of the search: got %q", address)
	}
	refused := anna.open("/code/nuove?stato=inventato", "HX-Request", "true", "HX-Request-Type", "partial").want(422).shows("Ricerca non valida")
	if refused.doesNotShow("<html").header.Get("HX-Retarget") != "#avviso" {
		t.Error("HX-Retarget of a refusal: want #avviso, so that the list stays")
	}
	if p := w.browser().open("/code/nuove", "HX-Request", "true", "HX-Request-Type", "partial"); p.header.Get("HX-Redirect") != "/accesso?poi=%2Fcode%2Fnuove" || strings.Contains(p.raw, "Nome utente") {
		t.Errorf("without a session: got redirect to %q, text %s", p.header.Get("HX-Redirect"), p.text())
	}
}
