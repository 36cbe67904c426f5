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

// TestAuditorsSearchTheAccessLog searches by person, ticket, entity, kind and outcome, and asks for the persons concerned.
func TestAuditorsSearchTheAccessLog(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	state, _, err := w.App.State(t.Context(), id)
	w.must(err)
	anna, ugo := w.login("anna", person.ASROperator, torino), w.login("ugo", person.Auditor, "")
	anna.open("/ticket/" + string(id)).want(200)
	_, err = w.App.AccessLog.Record(t.Context(), accesslog.Access{By: torinoOperator, Kind: accesslog.Lists, Shown: []ticket.ID{id}})
	w.must(err)
	_, err = w.App.AccessLog.Record(t.Context(), accesslog.Access{By: person.Actor{ID: torinoOperator.ID, Role: person.ASROperator, Entity: novara}, Kind: accesslog.Ticket, Ticket: id, Outcome: accesslog.Refused})
	w.must(err)

	ugo.open("/revisione").openLink("Consultazioni").want(200).doesNotShow("Prova ANNA")
	search := func(v formValues) *page {
		t.Helper()
		return ugo.open("/revisione/consultazioni").submit("Cerca", v)
	}
	search(formValues{"Nome utente di chi ha guardato": "Anna"}).want(200).shows("Prova ANNA", "Operatore ASR", "ASL Città di Torino", state.Number)
	search(formValues{"Numero della richiesta": state.Number}).want(200).shows("Prova ANNA", "1 richiesta", "rifiutata")
	search(formValues{"Ente di chi ha guardato": "ASL NO"}).want(200).shows("rifiutata").doesNotShow("Prova ANNA")
	search(formValues{"Che cosa": "Elenco"}).want(200).shows("1 richiesta").doesNotShow("Richiesta " + state.Number)
	search(formValues{"Esito": "Rifiutato"}).want(200).shows("rifiutata").doesNotShow("Prova ANNA")
	search(formValues{"Dal": "2020-01-01", "Al": "2020-01-31"}).want(200).shows("Nessuna consultazione corrisponde")
	search(formValues{"Nome utente di chi ha guardato": "nessuno.qui"}).want(422).shows("Non c’è nessuna persona")
	search(formValues{"Numero della richiesta": "2020-0000001"}).want(422).shows("Non c’è nessuna richiesta")
	file := ugo.open("/revisione/consultazioni.csv?persona=anna").want(200)
	if lines := strings.Split(strings.TrimSpace(file.raw), "\n"); len(lines) < 2 || !strings.Contains(lines[1], "Prova ANNA") {
		t.Errorf("got %q, want a head and rows", lines)
	}

	// The first releases recorded openings alone: page and file say from when on each look has a record.
	search(formValues{"Nome utente di chi ha guardato": "anna"}).want(200).shows("Il registro è completo dal").doesNotShow("contiene solo le aperture")
	w.sql(`insert into access.reads (at, person, role, entity, ticket, what, detail, subject) values ('2026-01-02 10:00Z', '` + torinoOperator.ID + `', 'operatore_asr', '010301', '` + string(id) + `', 'checks', '', '')`)
	search(formValues{"Numero della richiesta": state.Number}).want(200).shows("Verifiche", "Il registro è completo dal", "Prima, dal 02/01/2026 11:00, contiene solo le aperture delle richieste")
	file = ugo.open("/revisione/consultazioni.csv?richiesta=" + state.Number).want(200)
	if !strings.Contains(file.raw, "registro_completo_dal") || !strings.Contains(file.header.Get("Content-Disposition"), "registro-completo-dal-") || !strings.Contains(file.raw, "Verifiche") {
		t.Errorf("got %q %q, want the records of the first releases and the day", file.header.Get("Content-Disposition"), file.raw)
	}
	ugo.open("/revisione/persone-coinvolte?richiesta="+state.Number).want(200).shows("Prima, dal 02/01/2026 11:00", "risposte alle verifiche")

	report := ugo.open("/revisione/consultazioni").openLink("le persone coinvolte").want(200)
	report.submit("Mostra", formValues{}).want(422).shows("Indichi almeno una persona")
	report.submit("Mostra", formValues{"Nomi utente di chi ha guardato": "anna"}).want(200).
		shows("1 persona", "1 richiesta", "Finzione Maria", "maria@example.org", state.Number, "modulo, note e storia (1)", "Titolari: ASL Città di Torino")
	ugo.open("/revisione/persone-coinvolte").submit("Mostra", formValues{"Numeri delle richieste": state.Number, "Dal": "2020-01-01", "Al": "2020-01-02"}).want(200).shows("Nessuno ha visto dati")
	file = ugo.open("/revisione/persone-coinvolte.csv?persona=anna").want(200)
	if lines := strings.Split(strings.TrimSpace(file.raw), "\n"); len(lines) != 2 || !strings.Contains(lines[1], "maria@example.org") {
		t.Errorf("got %q, want a head and a row", lines)
	}
	for _, path := range []string{"/revisione/consultazioni?persona=anna", "/revisione/consultazioni.csv", "/revisione/persone-coinvolte?persona=anna", "/revisione/persone-coinvolte.csv?persona=anna"} {
		anna.open(path).want(http.StatusForbidden)
	}
}
