// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestAnOfficerExaminesFindings: the officer sees what is to be examined, in the header too, writes what was checked, and finds it among the examined ones. A
// refused text stays in its form.
func TestAnOfficerExaminesFindings(t *testing.T) {
	w := newSystem(t)
	officer := w.login("rpd", person.DataProtectionOfficer, torino)
	officer.open("/revisione").openLink("Letture insolite").want(200).shows("Nessun accordo è registrato", "Nessuna segnalazione da esaminare", "Le regole")
	w.must(w.App.Agreements.Record(t.Context(), person.Actor{ID: w.accountOf("rpd"), Role: person.Administrator}, agreement.Record{
		Entity: torino, Use: agreement.UnusualReading, Reference: "Accordo prot. 1", SignedOn: "2026-02-02",
	}))
	w.Account(t, "anna", person.ASROperator, torino)
	owner := storetest.Connect(t, w.Database)
	for _, day := range []int{3, 4} {
		_, err := owner.Exec(t.Context(), `insert into access.findings (rule, entity, person, day, count) values ('restricted', '010301', $1, $2, 2)`,
			w.accountOf("anna"), time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC))
		w.must(err)
	}
	page := officer.open("/revisione/letture-insolite").want(200).shows("2 da esaminare", "Ente con un accordo: ASL Città di Torino", "Prova ANNA , ASL Città di Torino: Richiesta con accesso ristretto", "04/03/2026", "03/03/2026")
	button := "Segna come esaminata: Prova ANNA, Richiesta con accesso ristretto, 04/03/2026"
	page.submit(button, formValues{"Esito: che cosa ha verificato, e perché basta": "  "}).want(http.StatusUnprocessableEntity).shows("Esito: compili questo campo", "2 da esaminare")
	page.submit(button, formValues{"Esito: che cosa ha verificato, e perché basta": "Sostituiva il collega assegnato"}).want(200).
		shows("La segnalazione è esaminata", "1 da esaminare", "03/03/2026").doesNotShow("04/03/2026")
	page.submit(button, formValues{"Esito: che cosa ha verificato, e perché basta": "Ancora"}).want(http.StatusConflict).shows("È già esaminata", "Ciò che aveva scritto: «Ancora»")
	officer.open("/revisione/letture-insolite").openLink("Esaminate").want(200).shows("Sostituiva il collega assegnato", "Prova RPD", "04/03/2026").doesNotShow("03/03/2026")

	w.login("rpd-novara", person.DataProtectionOfficer, novara).open("/revisione/letture-insolite?esaminate=si").want(200).doesNotShow("ANNA", "Sostituiva")
	w.login("capo", person.ASRSupervisor, torino).open("/revisione/letture-insolite").want(http.StatusForbidden)
}
