// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// TestACitizenSeesWhoLooked opens a citizen's ticket as several people. The citizen sees structures, roles, times and purposes, and no employee's
// name; nobody else sees the page.
func TestACitizenSeesWhoLooked(t *testing.T) {
	w := newSystem(t)
	maria := w.login("maria", person.Citizen, "")
	id := w.ownTicket(maria)
	path := "/richieste/" + string(id)
	maria.open(path).want(200).openLink("Chi ha consultato la mia richiesta").want(200).shows("I nomi di chi lavora nelle strutture non compaiono")

	anna, ugo := w.login("anna", person.ASROperator, torino), w.login("ugo", person.Auditor, "")
	anna.open("/ticket/" + string(id)).want(200)
	ugo.open("/revisione/" + string(id)).want(200)
	w.browser().open(w.link(id)).want(200)
	_, err := w.App.AccessLog.Record(t.Context(), accesslog.Access{By: torinoOperator, Kind: accesslog.Lists, Shown: []ticket.ID{id}, Detail: "tutte"})
	w.must(err)
	by := torinoOperator
	by.Role, by.ID = person.System, "connector"
	_, err = w.App.AccessLog.Record(t.Context(), accesslog.Access{By: by, Kind: accesslog.Question, Ticket: id, Detail: "find"})
	w.must(err)

	page := maria.open(path+"/consultazioni").want(200).shows(
		"ASL Città di Torino", "Operatore", "Lettura della richiesta", "Revisore", "Chi ha il collegamento personale",
		"Verifica presso un sistema collegato", "Sistema automatico", "Elenchi in cui è comparsa", "Elenco delle richieste")
	page.doesNotShow("ANNA", "UGO", "anna", "ugo", "connector")
	file := maria.open(path + "/consultazioni.csv").want(200)
	for _, part := range []string{"Operatore;Lettura della richiesta;1", "Elenco delle richieste;1", "Verifica presso un sistema collegato"} {
		if !strings.Contains(file.raw, part) {
			t.Errorf("got no %q in the file\n%s", part, file.raw)
		}
	}
	if strings.Contains(strings.ToLower(file.raw), "anna") || strings.Contains(file.raw, "MARIA") {
		t.Errorf("got a name in the file\n%s", file.raw)
	}

	w.login("altra", person.Citizen, "").open(path + "/consultazioni").want(http.StatusNotFound)
	anna.open(path + "/consultazioni").want(http.StatusForbidden)
	w.browser().open(path + "/consultazioni").shows("Accesso riservato")
	w.browser().open(w.link(id)).want(200).doesNotShow("Chi ha consultato")
	w.browser().open(w.link(id) + "/consultazioni").doesNotShow("Lettura della richiesta")
	maria.open(w.link(id) + "/consultazioni").doesNotShow("Lettura della richiesta")
}
