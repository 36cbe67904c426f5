// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity"
)

// spreadsheet returns the rows of a CSV file. The test fails if Excel would not read it as UTF-8 or would evaluate one of its cells.
func (p *page) spreadsheet() [][]string {
	p.b.w.Helper()
	text, marked := strings.CutPrefix(p.raw, "\xef\xbb\xbf")
	if !marked || strings.Contains(text, "\ufeff") {
		p.b.w.Errorf("got %.20q, want one byte order mark, at the beginning", p.raw)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	p.b.w.must(err)
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				p.b.w.Errorf("got the cell %q, which a spreadsheet evaluates", cell)
			}
		}
	}
	return rows
}

// TestNoFileHoldsAFormula has tickets worked on by people whose names are formulas, and reads every CSV file of the pages.
func TestNoFileHoldsAFormula(t *testing.T) {
	w := newSystem(t)
	id, err := w.App.Identity.CreateAccount(t.Context(), identity.NewAccount{
		Username: "formula", GivenName: `=HYPERLINK("http://example.it")`, FamilyName: "Prova", Password: handlertest.Password, PIN: handlertest.PIN,
	})
	w.must(err)
	w.Place(t, id, person.ASROperator, torino)
	by := app.Caller{Actor: person.Actor{ID: id, Role: person.ASROperator, Entity: torino}}
	ticketID := w.open(request(torino))
	w.applyUpdate(by, ticketID, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &app.NoteRequest{Text: "Ora c’è.", Visibility: ticket.Public},
	})
	_, err = w.App.Ticket(t.Context(), by, ticketID, nil)
	w.must(err)
	w.waitForFigures()
	w.must(w.App.Agreements.Record(t.Context(), person.Actor{ID: id, Role: person.Administrator}, agreement.Record{
		Entity: torino, Use: agreement.FiguresPerPerson, Reference: "Accordo prot. 1", SignedOn: "2026-02-02",
	}))

	rita := w.login("rita", person.RegionalSupervisor, catalog.Region)
	p, files, guarded := rita.open("/cruscotto").want(200), 0, 0
	read := func(b *browser, path string) {
		files++
		for _, row := range b.open(path).want(200).spreadsheet() {
			for _, cell := range row {
				if strings.HasPrefix(cell, "'=HYPERLINK") {
					guarded++
				}
			}
		}
	}
	for _, a := range all(p.root, "a") {
		if href := attr(a, "href"); strings.HasPrefix(href, "/cruscotto/dati/") {
			read(rita, href)
		}
	}
	for _, figure := range []string{"tutte", "risolte"} {
		read(rita, "/cruscotto/elenco.csv?cifra="+figure)
	}
	read(w.login("aldo", person.Auditor, ""), "/revisione/"+string(ticketID)+"/accessi.csv")
	if files < 10 || guarded < 2 {
		t.Errorf("read %d files with %d guarded names, want at least 10 and 2", files, guarded)
	}
}
