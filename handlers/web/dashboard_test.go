// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// waitForFigures waits until the figures contain all events up to now.
func (w *system) waitForFigures() {
	w.Helper()
	head, _, err := w.Store.Head(w.Context())
	w.must(err)
	w.eventually("the figures are up to date", func() bool {
		stale, err := w.App.Dashboard.Wait(w.Context(), head)
		w.must(err)
		return !stale
	})
}

// newBusySystem starts a system with four tickets, of which three have events, and logs in a supervisor of Torino and one of the Region.
func newBusySystem(t *testing.T) (w *system, sara, rita *browser) {
	t.Helper()
	w = newSystem(t)
	anna := w.Account(t, "anna", person.ASROperator, torino)
	by := app.Caller{Actor: person.Actor{ID: anna, Role: person.ASROperator, Entity: torino}}
	update := func(id ticket.ID, status ticket.Status, text string) {
		t.Helper()
		_, err := w.App.Update(t.Context(), by, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: status}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}}, app.Idempotency{})
		w.must(err)
	}
	asked, solved, handed := w.open(request(torino)), w.open(request(torino)), w.open(request(torino))
	w.open(request(novara))
	w.Clock.Advance(3 * time.Hour)
	update(asked, ticket.StatusWaiting, "In che data?")
	update(solved, ticket.StatusResolved, "Ora il referto c’è.")
	update(handed, ticket.StatusHandedOver, "Non è nostra.")
	w.Clock.Advance(time.Hour)
	w.waitForFigures()
	return w, w.login("sara", person.ASRSupervisor, torino), w.login("rita", person.RegionalSupervisor, catalog.Region)
}

// tiles returns the large figures of the page, by name.
func (p *page) tiles() map[string]string {
	p.b.w.Helper()
	found := map[string]string{}
	for _, li := range all(p.root, "li") {
		if attr(li, "class") != "sol-tile" {
			continue
		}
		name := slices.IndexFunc(all(li, "span"), func(n *html.Node) bool { return attr(n, "class") == "sol-tile-name" })
		found[textOf(all(li, "span")[name])] = textOf(all(li, "strong")[0])
	}
	return found
}

// table returns the rows of the table with an aria-labelledby, the head first.
func (p *page) table(id string) (rows [][]string) {
	p.b.w.Helper()
	for _, t := range all(p.root, "table") {
		if attr(t, "aria-labelledby") != id {
			continue
		}
		for _, tr := range all(t, "tr") {
			var cells []string
			for _, c := range all(tr, "th", "td") {
				cells = append(cells, textOf(c))
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

func TestDashboard(t *testing.T) {
	w, sara, rita := newBusySystem(t)
	own := sara.open("/cruscotto").want(200).shows("ASL Città di Torino", "Dati alla posizione", "delle 02/03/2026 14:00")
	for name, want := range map[string]string{
		"Aperte": "1", "Senza prima risposta": "0", "In attesa di chiusura": "1", "Arrivate": "3", "Risolte": "1", "Prima risposta": "3 h 00 min", "Passaggi di competenza": "1", "Riaperte": "0",
	} {
		if got := own.tiles()[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if own.table("t-enti") != nil {
		t.Error("the dashboard of one entity: got a table of entities, want none")
	}
	region := rita.open("/cruscotto").want(200).shows("Tutti gli enti", "Novara")
	if got := region.tiles(); got["Aperte"] != "3" || got["Arrivate"] != "4" || got["Senza prima risposta"] != "2" {
		t.Errorf("the Region's tiles: got %v", got)
	}
	if filtered := rita.open("/cruscotto?ente=" + string(novara)).want(200); filtered.tiles()["Arrivate"] != "1" {
		t.Errorf("the tiles of Novara: got %v", filtered.tiles())
	}
	if earlier := rita.open("/cruscotto?al=2026-03-01").want(200).shows("come registrati alla fine del giorno: 02/03/2026 00:00"); earlier.tiles()["Aperte"] != "0" {
		t.Errorf("the tiles of the day before: got %v", earlier.tiles())
	}

	// An invalid choice gets an error message at its field, and the field keeps its value.
	rita.open("/cruscotto?al=2026-03-03&dal=2026-03-02").want(422).shows("Queste cifre non ci sono", "al più tardi oggi")
	rita.open("/cruscotto?dal=2026-03-02&al=2026-02-02").want(422).shows("non può venire dopo")
	sara.open("/cruscotto?ente=" + string(novara)).want(422).shows("non si possono mostrare qui")
	sara.open("/cruscotto/elenco?dopo=1.urn:uuid:01930000-0000-7000-8000-000000000001.1").want(422)

	anna := w.browser().login("anna")
	for _, path := range []string{"/cruscotto", "/cruscotto/elenco", "/cruscotto/elenco.csv", "/cruscotto/dati/enti.csv"} {
		anna.open(path).want(403).shows("Pagina di un altro ruolo")
	}
	own.openLink("Cruscotto")
	anna.open("/code/nuove").doesNotShow("/cruscotto")
}

// Every figure links to a drill-down with as many results as the figure counts.
func TestEveryFigureHasADrillDown(t *testing.T) {
	_, sara, rita := newBusySystem(t)
	for _, b := range []*browser{sara, rita} {
		p := b.open("/cruscotto").want(200)
		opened := map[string]bool{}
		for _, a := range all(p.root, "a") {
			href := attr(a, "href")
			if !strings.HasPrefix(href, "/cruscotto/elenco?") {
				continue
			}
			number := textOf(a)
			if strong := all(a, "strong"); len(strong) > 0 {
				if number = textOf(strong[0]); strings.Contains(number, "h") { // a duration is not a count of results
					continue
				}
			}
			number, _, _ = strings.Cut(number, " ")
			unit := " risultati"
			if number == "1" {
				unit = " risultato"
			}
			list := b.open(href).want(200).shows(number + unit)
			if rows := len(list.table("titolo")) - 1; number != "" && number != "0" && rows != int(number[0]-'0') {
				t.Errorf("%s: got %d rows, want %s", href, rows, number)
			}
			opened[href] = true
		}
		if len(opened) < 15 {
			t.Errorf("got %d figures with a drill-down, want at least 15", len(opened))
		}
	}
}

// A downloaded file has the same cells as the table of the page, except durations, which it has in minutes.
func TestFilesHaveTheCellsOfTheTables(t *testing.T) {
	_, _, rita := newBusySystem(t)
	p := rita.open("/cruscotto").want(200)
	files := 0
	for _, a := range all(p.root, "a") {
		href := attr(a, "href")
		name, ok := strings.CutPrefix(href, "/cruscotto/dati/")
		name, _, _ = strings.Cut(name, ".csv")
		if !ok || name == "totali" {
			continue
		}
		files++
		file := rita.open(href).want(200)
		rows := file.spreadsheet()
		shown := p.table("t-" + name)
		if len(rows) != len(shown) || len(rows) < 2 {
			t.Fatalf("%s: got %d rows in the file, want %d as on the page", name, len(rows), len(shown))
		}
		for i := range rows {
			for j, c := range rows[i] {
				if strings.Contains(rows[0][j], "(minuti)") {
					continue
				}
				if c != shown[i][j] {
					t.Errorf("%s: row %d: got %q, want %q as on the page", name, i, c, shown[i][j])
				}
			}
		}
	}
	if files != 8 { // none of outcomes, because none was carried out, and none of operators without an agreement
		t.Errorf("got %d files, want 8: one for each table", files)
	}
	list := rita.open("/cruscotto/elenco.csv?cifra=aperte").want(200)
	if !strings.HasPrefix(list.header.Get("Content-Type"), "text/csv") || strings.Count(list.raw, "\n") != 4 || !strings.Contains(list.raw, "In attesa di informazioni da utente") {
		t.Errorf("the file of open tickets: got %s", list.raw)
	}
	for _, personal := range []string{"Maria", "Finzione", "RSSMRA"} {
		if strings.Contains(list.raw+p.raw, personal) {
			t.Errorf("got personal data %s in the file or on the page, want none", personal)
		}
	}
	rita.open("/cruscotto/elenco.csv?cifra=tante").want(422)
	rita.open("/cruscotto/dati/niente.csv").want(404)
}
