// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// The assignee restricts the access with a reason. A colleague neither finds nor opens the ticket and is told what to do; a supervisor lifts it.
func TestAccessIsRestrictedAndLifted(t *testing.T) {
	w := newSystem(t)
	id := w.openNamed("Riservati")
	anna := w.login("anna", person.ASROperator, torino)
	bruno, capo := w.login("bruno", person.ASROperator, torino), w.login("capo", person.ASRSupervisor, torino)
	path := "/ticket/" + string(id)
	const restrict, lift = "Imposta l’accesso ristretto", "Togli l’accesso ristretto"
	bruno.open(path).want(http.StatusOK).doesNotShow(restrict) // nobody has it: he would see it no more
	w.update(w.accountOf("anna"), person.ASROperator, torino, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	w.waitForLists()
	anna.open(path).submit(restrict, formValues{"Perché si restringe": " "}).want(http.StatusUnprocessableEntity).shows(restrict)
	anna.open(path).submit(restrict, formValues{"Perché si restringe": "minaccia al personale"}).want(http.StatusOK).
		shows("L’accesso è ristretto", "accesso ristretto", "Accesso ristretto all’operatore assegnato e ai supervisori", "minaccia al personale").doesNotShow(lift)
	w.waitForLists()
	anna.open("/code/tutte").want(http.StatusOK).shows("Riservati", "accesso ristretto")
	capo.open("/code/tutte").want(http.StatusOK).shows("Riservati", "accesso ristretto")
	bruno.open("/code/tutte").want(http.StatusOK).doesNotShow("Riservati")
	bruno.open(path).want(http.StatusForbidden).shows("Accesso ristretto", "chieda a un supervisore").doesNotShow("Riservati", "minaccia")
	w.login("elsa", person.ASROperator, novara).open(path).want(http.StatusNotFound)
	capo.open(path).submit(lift, formValues{"Perché si toglie": "chiarito"}).want(http.StatusOK).shows("L’accesso ristretto è tolto", "chiarito")
	w.waitForLists()
	bruno.open("/code/tutte").want(http.StatusOK).shows("Riservati")
	bruno.open(path).want(http.StatusOK).shows("minaccia al personale")
}

// A ticket with restricted access that is handed over is seen by the supervisors of both entities, and the operator who handed it over is told so.
func TestHandingOverARestrictedTicket(t *testing.T) {
	w := newSystem(t)
	id := w.openNamed("Riservati")
	anna := w.login("anna", person.ASROperator, torino)
	w.update(w.accountOf("anna"), person.ASROperator, torino, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	path := "/ticket/" + string(id)
	anna.open(path).submit("Imposta l’accesso ristretto", formValues{"Perché si restringe": "minaccia"}).want(http.StatusOK)
	w.update(w.accountOf("anna"), person.ASROperator, torino, id, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)}, Note: &app.NoteRequest{Text: "Non è nostra", Visibility: ticket.Public}})
	w.waitForLists()
	anna.open(path).want(http.StatusNotFound)
	anna.open("/code/tutte").want(http.StatusOK).doesNotShow("Riservati")
	w.login("capo", person.ASRSupervisor, torino).open(path).want(http.StatusOK).shows("Riservati")
	w.login("rita", person.RegionalOperator, catalog.Region).open(path).want(http.StatusForbidden).doesNotShow("Riservati")
	w.login("renzo", person.RegionalSupervisor, catalog.Region).open(path).want(http.StatusOK).shows("Riservati")
}

// Thirty days after another ASR has taken a ticket, the one that had it sees the trace alone, in its list and not by opening it.
func TestFormerHolderSeesTheTraceAlone(t *testing.T) {
	w := newSystem(t)
	id := w.openNamed("Passati")
	note := func(text string) *app.NoteRequest { return &app.NoteRequest{Text: text, Visibility: ticket.Public} }
	w.login("anna", person.ASROperator, torino)
	anna := func() *browser { return w.browser().login("anna") } // sessions end when the clock is advanced
	rita, elsa := w.Account(t, "rita", person.RegionalOperator, catalog.Region), w.Account(t, "elsa", person.ASROperator, novara)
	w.update(w.accountOf("anna"), person.ASROperator, torino, id, app.UpdateRequest{
		UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver, Reason: string(ticket.NotOurs)}, Note: note("Non è nostra")})
	w.update(rita, person.RegionalOperator, catalog.Region, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Entity: novara}, Note: note("È vostra")})
	path := "/ticket/" + string(id)
	w.waitForLists()
	w.Clock.Advance(40 * 24 * time.Hour) // not accepted yet: the time does not count
	w.waitForLists()
	anna().open(path).want(http.StatusOK).shows("Passati")
	w.update(elsa, person.ASROperator, novara, id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}})
	w.waitForLists()
	w.Clock.Advance(29 * 24 * time.Hour)
	w.waitForLists()
	anna().open(path).want(http.StatusOK).shows("Passati")
	w.Clock.Advance(25 * time.Hour)
	reader := anna()
	w.eventually("the view has ended", func() bool {
		w.waitForLists()
		return strings.Contains(reader.open("/code/tutte").want(http.StatusOK).text(), "sola traccia")
	})
	number := w.browser().login("elsa").number(id)
	anna().open("/code/tutte").want(http.StatusOK).shows(number, "In lavorazione", "NO").doesNotShow("Passati", "Referto")
	anna().open("/code/inoltrate").want(http.StatusOK).shows(number).doesNotShow("Passati")
	anna().open(path).want(http.StatusForbidden).shows("resta la traccia", "sono passati trenta giorni", "si rivolga all’ente").doesNotShow("Passati")
	w.browser().login("elsa").open(path).want(http.StatusOK).shows("Passati").doesNotShow("Finita la sola lettura")
}
