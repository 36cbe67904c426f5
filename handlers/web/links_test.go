// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
	"github.com/sol-assistenza/sol/handlers/app"
)

// An operator revokes the citizen's links with a reason. The old link's page says what to do, the new link works.
func TestOperatorRevokesLinks(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	old := w.link(id)
	citizen, operator := w.browser(), w.login("anna", person.ASROperator, torino)
	citizen.open(old).want(http.StatusOK)
	path := "/ticket/" + string(id)
	const button = "Annulla i collegamenti"
	operator.open(path).submit(button, formValues{"Perché li annulla": " "}).want(http.StatusUnprocessableEntity).shows(button)
	citizen.open(old).want(http.StatusOK)
	operator.open(path).submit(button, formValues{"Perché li annulla": "inoltrato a estranei"}).want(http.StatusOK).
		shows("non valgono più", "Annullati i collegamenti e gli indirizzi di risposta; inviato il nuovo collegamento", "inoltrato a estranei")
	for range 2 { // the page and an update of it
		citizen.open(old).want(http.StatusGone).shows("Questo collegamento non vale più", "Apra l’e-mail più recente").doesNotShow("RSSMRA80A01H501U")
	}
	token, err := w.App.PersonalLink(t.Context(), id)
	w.must(err)
	citizen.open("/richieste/"+token).want(http.StatusOK).shows("RSSMRA80A01H501U").doesNotShow("inoltrato a estranei", "Annullati i collegamenti")
	w.login("elsa", person.ASROperator, "010203").open(path).want(http.StatusNotFound)

	w.Clock.Advance((ticket.DefaultLinkDays + 1) * 24 * time.Hour)
	citizen.open("/richieste/"+token).want(http.StatusGone).shows("Questo collegamento è scaduto", "modulo di assistenza").doesNotShow("RSSMRA80A01H501U")
}

// A mail whose sender is not verified is marked on the pages of operator, auditor and citizen; the citizen's page does not name the sender.
func TestUnverifiedMailsAreMarked(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	mail := app.ReceivedMail{Raw: []byte("From: altro@example.org\r\n\r\nMandatemi tutto\r\n"), Content: receivedmail.MailContent{Sender: &receivedmail.MailSender{
		From: "altro@example.org", Envelope: "bounce@invio.example.net", Unverified: []receivedmail.UnverifiedReason{receivedmail.UnverifiedAddress, receivedmail.UnverifiedEnvelope},
	}}}
	_, err := w.App.Reply(t.Context(), app.LinkHolder(id, ""), id, app.ReplyRequest{Text: "Mandatemi tutto", Mail: &mail}, app.Idempotency{})
	w.must(err)
	const why = "Mittente non verificato (altro@example.org): l’indirizzo non è quello della richiesta; l’e-mail è stata spedita da un altro dominio (bounce@invio.example.net)."
	w.login("anna", person.ASROperator, torino).open("/ticket/"+string(id)).want(http.StatusOK).shows("Mandatemi tutto", why, "non verificata", "Non vale come risposta del cittadino: prima di agire lo senta ai recapiti della richiesta.")
	w.login("ugo", person.Auditor, "").open("/revisione/"+string(id)).want(http.StatusOK).shows("Mandatemi tutto", why)
	w.browser().open(w.link(id)).want(http.StatusOK).shows("Mandatemi tutto", "Arrivata per e-mail da un mittente non verificato").doesNotShow("altro@example.org", "example.net", "Mostra originale")
}
