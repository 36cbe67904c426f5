// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// TestOperatorVerifiesTheRepresentation opens a ticket for another person and answers it, by the pages, before and after the check.
func TestOperatorVerifiesTheRepresentation(t *testing.T) {
	w := newSystem(t)
	r := request(torino)
	r.Requester, r.Form.OnBehalfOf = ticket.ForDelegator, "Altra Finta"
	id := w.open(r)
	w.waitForLists()
	anna := w.login("anna", person.ASROperator, torino)
	w.open(request(torino))
	w.waitForLists()
	anna.open("/code/nuove").shows("rappresentanza non verificata", "2 richieste").
		submit("Filtra", formValues{"Rappresentanza": "rappresentanza non verificata"}).want(http.StatusOK).shows("1 richiesta", "Togli i filtri").
		submit("Filtra", formValues{"Rappresentanza": "rappresentanza verificata"}).want(http.StatusOK).shows("Nessuna richiesta corrisponde")
	answer := formValues{"Nota": "Il referto è pronto.", publicNote: "✓"}
	page := anna.open("/ticket/"+string(id)).shows("Rappresentanza non verificata", "Gli allegati non partono")
	page.submit("Aggiorna", answer).want(http.StatusConflict).shows("registri prima la verifica", "Il referto è pronto.")
	page.submit("Rappresentanza verificata", formValues{"Che cosa ha visto": "la delega"}).want(http.StatusUnprocessableEntity).
		shows("A che titolo", "Data dell’atto", "la delega")
	done := page.submit("Rappresentanza verificata", formValues{
		"A che titolo agisce il richiedente": "delega", "Che cosa ha visto": "la delega", "Atto (decreto, delega, dichiarazione)": "delega firmata", "Data dell’atto": "2026-01-07",
	}).want(http.StatusOK).shows("La verifica della rappresentanza è registrata", "Rappresentanza verificata", "delega firmata, del 07/01/2026").
		doesNotShow("Gli allegati non partono")
	done.submit("Aggiorna", answer).want(http.StatusOK).shows("Il referto è pronto.")
	w.browser().open(w.link(id)).shows("Verificato che può chiedere per l’altra persona").doesNotShow("delega firmata", "la delega")
	anna.open("/ticket/"+string(id)).submit("Non la riconosco", formValues{"A che titolo agisce il richiedente": "erede di una persona deceduta", "Motivo, solo se non la riconosce": "non è erede"}).
		want(http.StatusOK).shows("Rappresentanza non riconosciuta", "non è erede")
	w.browser().open(w.link(id)).shows("Non risulta che Lei possa chiedere per un’altra persona").doesNotShow("non è erede")
}

// TestFormShowsTheStatementOfTheChosenEntity fills in the form without script: the statement of the chosen entity is shown when the form comes back.
func TestFormShowsTheStatementOfTheChosenEntity(t *testing.T) {
	w := newSystem(t)
	ada := w.login("ada", person.Administrator, "")
	publish := func(text string) *page {
		return ada.open("/amministrazione/informative").submit("Pubblica una nuova versione", formValues{
			"Ente": "ASL Città di Torino", "Testo (una riga vuota separa i capoversi)": text,
		})
	}
	publish(" ").want(http.StatusUnprocessableEntity).shows("Nessun ente ha ancora pubblicato")
	publish("Titolare: ASL di prova.").want(http.StatusOK).shows("L’informativa è pubblicata", "versione 1")
	publish("Titolare: ASL di prova.").want(http.StatusUnprocessableEntity).shows("È lo stesso testo della versione in vigore")
	w.browser().open("/informativa?ente=010301&versione=1").shows("Titolare: ASL di prova.")
	w.browser().open("/informativa?ente=010301&versione=2").want(http.StatusNotFound)

	b := w.browser()
	first := b.open("/assistenza/ritiro-documenti").doesNotShow("Titolare").submit(sendButton, citizenForm()).want(http.StatusUnprocessableEntity).
		shows("Legga l’informativa dell’Azienda scelta", "Titolare: ASL di prova.", "Versione 1")
	publish("Titolare: ASL di prova, seconda versione.").want(http.StatusOK)
	first.submit(sendButton, nil).want(http.StatusUnprocessableEntity).shows("L’informativa è cambiata mentre compilava", "seconda versione").
		submit(sendButton, nil).want(http.StatusOK).shows("Richiesta inviata")
	got := w.onlyTicket(torino)
	if got.Statement != 2 {
		t.Errorf("got version %d, want the one that was shown", got.Statement)
	}
	w.browser().open(w.link(got.ID)).shows("versione 2")
}
