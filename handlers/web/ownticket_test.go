// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
)

// torinoOperator is an operator of Torino without an account.
var torinoOperator = person.Actor{ID: "01999999-0000-7000-8000-00000000000a", Role: person.ASROperator, Entity: torino}

// updateAsOperator updates a ticket as torinoOperator and advances the clock until the note is no longer held.
func (w *system) updateAsOperator(id ticket.ID, u app.UpdateRequest) {
	w.Helper()
	w.updateHeld(id, u)
	w.waitForLists()
	w.Clock.Advance(rules.DefaultHold)
	w.waitForLists()
}

// updateHeld updates a ticket as torinoOperator. The note is still held afterwards.
func (w *system) updateHeld(id ticket.ID, u app.UpdateRequest) {
	w.Helper()
	_, err := w.App.Update(w.Context(), app.Caller{Actor: torinoOperator}, id, u, app.Idempotency{})
	w.must(err)
}

// link returns the path of a ticket's personal link.
func (w *system) link(id ticket.ID) string {
	return "/richieste/" + w.App.Identity.PersonalLink(id, ticket.IssueAt(0, w.App.Store.Now()))
}

// askUpdate returns an update that asks the citizen a question.
func askUpdate(text string) app.UpdateRequest {
	return app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusWaiting}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}}
}

// resolveUpdate returns an update that resolves a ticket.
func resolveUpdate(text string) app.UpdateRequest {
	return app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusResolved}, Note: &app.NoteRequest{Text: text, Visibility: ticket.Public}}
}

// ownTicket opens a ticket as a logged-in citizen, for a minor. An operator has checked that the citizen may ask.
func (w *system) ownTicket(b *browser) ticket.ID {
	w.Helper()
	b.open("/assistenza/ritiro-documenti").submit(sendButton, citizenForm()).shows("Richiesta inviata")
	id := w.onlyTicket(torino).ID
	_, err := w.App.CheckRepresentation(w.Context(), app.Caller{Actor: torinoOperator}, id, app.RepresentationRequest{
		Outcome: string(ticket.Confirmed), Kind: ticket.OfMinor, Seen: "lo stato di famiglia", Act: "stato di famiglia", Date: "2020-01-07", Until: "2030-01-07",
	}, app.Idempotency{})
	w.must(err)
	return id
}

// status returns the ticket's status in its state.
func (w *system) status(id ticket.ID) ticket.Status {
	w.Helper()
	s, _, err := w.App.State(w.Context(), id)
	w.must(err)
	return s.Status
}

// The page of a merged ticket sends the citizen to the other one, and does not promise to resume this one.
func TestMergedTicketSaysWhereItGoesOn(t *testing.T) {
	w := newSystem(t)
	main, id := w.open(request(torino)), w.open(request(torino))
	u := resolveUpdate("La seguiamo lì")
	u.DuplicateOf = string(main)
	w.updateAsOperator(id, u)
	w.browser().open(w.link(id)).want(http.StatusOK).shows("È stata unita a un’altra Sua richiesta: Le risponderemo su quella. Qui non deve fare nulla.", "arriva a quella").
		doesNotShow("riprendiamo la richiesta", "Se non ci scrive", "Se tutto è a posto")
}

// FAQ 2.4 for a citizen without a session: a personal link shows the question and takes the answer.
func TestPersonalLinkOpensOneTicket(t *testing.T) {
	w := newSystem(t)
	id, other := w.open(request(torino)), w.open(request(torino))
	w.updateAsOperator(id, askUpdate("In che data?"))
	b := w.browser()
	p := b.open(w.link(id)).want(http.StatusOK).shows("Aspettiamo una Sua risposta", "Che cosa Le chiediamo", "In che data?", "Azienda Sanitaria Locale Città di Torino", "RSSMRA80A01H501U").
		doesNotShow(string(other), "Mela")
	if p.header.Get("X-Robots-Tag") != "noindex, nofollow" || p.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("got headers %v, want the link hidden from search engines and other sites", p.header)
	}
	answered := p.submit("Invia la risposta", formValues{"La Sua risposta": "Il 3 novembre", "Allegati (facoltativi)": uploadFile{"foglio.png", pngImage(t)}}).
		shows("Il Suo messaggio è stato inviato.", "Il 3 novembre", "foglio.png", "In lavorazione")
	if w.status(id) != ticket.StatusInProgress {
		t.Errorf("got status %s, want %s", w.status(id), ticket.StatusInProgress)
	}
	var address string
	for _, a := range all(answered.root, "a") {
		if strings.Contains(attr(a, "href"), "/allegati/") {
			address = attr(a, "href")
		}
	}
	if got := b.open(address).want(http.StatusOK); !bytes.Equal([]byte(got.raw), pngImage(t)) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the attachment: got headers %v", got.header)
	}
	b.open(w.link(other) + "/allegati/" + address[strings.LastIndex(address, "/")+1:]).want(http.StatusNotFound)

	otherID := strings.Replace(w.link(id), string(id), string(other), 1)
	for _, wrong := range []string{otherID, w.link(id) + "0", strings.TrimSuffix(w.link(id), w.link(id)[60:]), "/richieste/t.x", "/richieste/prova"} {
		b.open(wrong).want(http.StatusNotFound).shows("Questo collegamento non funziona", "Apra l’e-mail che ha ricevuto").doesNotShow("Finzione")
	}
	if at := w.browser().open("/richieste/" + string(id)).want(http.StatusOK).at; at.Path != "/accesso" {
		t.Errorf("an id without a link: got page %s, want /accesso", at)
	}
}

func TestCitizensSeeTheirOwnTickets(t *testing.T) {
	w := newSystem(t)
	dora, orco := w.login("dora", person.Citizen, ""), w.login("orco", person.Citizen, "")
	declared := w.open(request(torino))
	orco.open("/richieste").shows("Non ha ancora inviato richieste")
	orco.open("/richieste/" + string(declared)).want(http.StatusNotFound)
	w.Clock.Advance(time.Second)
	dora.open("/assistenza/ritiro-documenti").submit(sendButton, citizenForm()).openLink("Segui la richiesta").shows("Ricevuta", "Un operatore la leggerà", "con la app")
	w.waitForLists()
	list := dora.open("/richieste").shows("Mi viene chiesto di pagare", "Ricevuta")
	var id string
	for _, a := range all(list.root, "a") {
		if rest, ok := strings.CutPrefix(attr(a, "href"), "/richieste/"); ok {
			id = rest
		}
	}
	orco.open("/richieste/" + id).want(http.StatusNotFound)
	w.updateAsOperator(ticket.ID(id), askUpdate("In che data?"))
	dora.open("/richieste").shows("Aspettiamo una Sua risposta", "Finché non risponde, la richiesta resta ferma.").doesNotShow("Tutte le richieste")
	dora.open("/richieste/"+id).submit("Invia la risposta", nil).want(http.StatusUnprocessableEntity).shows("Scriva il messaggio.").
		submit("Invia la risposta", formValues{"La Sua risposta": "Ieri"}).shows("Il Suo messaggio è stato inviato.")
	w.waitForLists()
	dora.open("/richieste").shows("Tutte le richieste", "Un operatore ci sta lavorando").doesNotShow("Aspettiamo")

	anna := w.login("anna", person.ASROperator, torino)
	for _, path := range []string{"/richieste", "/richieste/" + id} {
		anna.open(path).want(http.StatusForbidden)
	}
	if at := w.browser().open("/richieste").at; at.Path != "/accesso" {
		t.Errorf("without a session: got page %s, want /accesso", at)
	}
}

// No page of a citizen shows a held, internal or regional note.
func TestCitizensReadOnlyPublicNotes(t *testing.T) {
	w := newSystem(t)
	dora := w.login("dora", person.Citizen, "")
	id := w.ownTicket(dora)
	w.updateAsOperator(id, app.UpdateRequest{Note: &app.NoteRequest{Text: "solo per noi", Visibility: ticket.Internal}})
	w.updateHeld(id, askUpdate("In che data?"))
	w.waitForLists()
	for _, path := range []string{"/richieste", "/richieste/" + string(id), w.link(id)} {
		dora.open(path).shows("Ricevuta").doesNotShow("solo per noi", "In che data?", "Aspettiamo")
	}
	w.Clock.Advance(rules.DefaultHold)
	dora.open("/richieste/"+string(id)).shows("Aspettiamo una Sua risposta", "In che data?").doesNotShow("solo per noi")
	w.updateAsOperator(id, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusHandedOver}, Note: &app.NoteRequest{Text: "per la Regione", Visibility: ticket.Public}})
	for _, path := range []string{"/richieste", "/richieste/" + string(id)} {
		dora.open(path).shows("In carico all’assistenza regionale").doesNotShow("per la Regione", "solo per noi")
	}
}

func TestReplyToAResolutionReopensOrNot(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	w.updateAsOperator(id, resolveUpdate("Il referto è disponibile"))
	b := w.browser()
	p := b.open(w.link(id)).shows("Risolto", "Il referto è disponibile", "Se il problema c’è ancora, ce lo scriva", "si chiude da sola il 10/03/2026 09:00")
	p.submit("Invia", nil).want(http.StatusUnprocessableEntity).shows("Ci sono 2 cose da correggere")
	again := p.submit("Invia", formValues{"Il Suo messaggio": "Grazie, però…"}).want(http.StatusUnprocessableEntity).shows("Scelga se il problema c’è ancora, o se è solo un messaggio.", "Grazie, però…")
	again.submit("Invia", formValues{"Solo un messaggio La richiesta resta risolta; l’operatore lo legge.": "✓"}).shows("Il Suo messaggio è stato inviato.", "Risolto", "Grazie, però…")
	if w.status(id) != ticket.StatusResolved {
		t.Errorf("after a message: got status %s, want %s", w.status(id), ticket.StatusResolved)
	}
	b.open(w.link(id)).submit("Invia", formValues{"Il problema non è risolto Riprendiamo subito la richiesta.": "✓", "Il Suo messaggio": "Non si apre"}).
		shows("la richiesta è di nuovo in lavorazione", "In lavorazione", "Non si apre")
	if w.status(id) != ticket.StatusInProgress {
		t.Errorf("after «Il problema non è risolto»: got status %s, want %s", w.status(id), ticket.StatusInProgress)
	}
}

// close advances the clock until a resolved ticket closes (FAQ 2.5).
func (w *system) close(id ticket.ID) {
	w.Helper()
	w.Clock.Advance(10 * 24 * time.Hour)
	w.eventually("the ticket closes", func() bool { return w.status(id) == ticket.StatusClosed })
}

func TestMessageToAClosedTicketOpensANewOne(t *testing.T) {
	w := newSystem(t)
	dora := w.login("dora", person.Citizen, "")
	id := w.ownTicket(dora)
	w.updateAsOperator(id, resolveUpdate("Fatto"))
	stale := dora.open("/richieste/" + string(id))
	w.close(id)
	// The page was read before the ticket closed: the answer states what will happen and keeps the message.
	answer := stale.submit("Invia", formValues{"Solo un messaggio La richiesta resta risolta; l’operatore lo legge.": "✓", "Il Suo messaggio": "Non va ancora"}).
		want(http.StatusConflict).shows("Nel frattempo la richiesta si è chiusa", "si apre una nuova richiesta", "Non va ancora")
	answer.submit("Apri una nuova richiesta", nil).shows("Richiesta inviata").openLink("Segui la richiesta").shows("Non va ancora", "una Sua richiesta precedente", "Ricevuta")

	declared := w.open(request(torino))
	w.updateAsOperator(declared, resolveUpdate("Fatto"))
	w.close(declared)
	b := w.browser()
	p := b.open(w.link(declared)).shows("Chiuso", "Questa richiesta è chiusa. Se scrive qui, si apre una nuova richiesta")
	p.submit("Apri una nuova richiesta", nil).want(http.StatusUnprocessableEntity).shows("Scriva il messaggio.")
	p.submit("Apri una nuova richiesta", formValues{"Che cosa è successo": "È successo di nuovo"}).shows("Richiesta inviata", "collegamento personale").doesNotShow("È successo di nuovo", "/richieste/t.")
}

func TestRefusedFilesAreNamed(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	six := []uploadFile{}
	for range 6 {
		six = append(six, uploadFile{"a.png", pngImage(t)})
	}
	for name, files := range map[string][]uploadFile{"«grande.png»": {{"grande.png", make([]byte, 2<<20)}}, "«finto.pdf»": {{"finto.pdf", pngImage(t)}}, "Allegati": six} {
		p := w.browser().open(w.link(id)).submit("Invia", formValues{"Il Suo messaggio": "Ecco", "Allegati (facoltativi)": files}).want(http.StatusUnprocessableEntity)
		p.shows(name, "Ecco", "vanno scelti di nuovo")
	}
	// A file without a text is a valid answer.
	w.browser().open(w.link(id)).submit("Invia", formValues{"Allegati (facoltativi)": uploadFile{"a.png", pngImage(t)}}).want(http.StatusOK).shows("Il Suo messaggio è stato inviato.")
}

func TestErasedTicketShowsItsErasure(t *testing.T) {
	w := newSystem(t)
	r := request(torino)
	r.Files = []attachment.FileUpload{{Name: "a.png", Content: pngImage(t)}}
	id := w.open(r)
	_, err := w.App.Dispatch(t.Context(), app.CommandRequest{Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: "sol", Role: person.Administrator}})
	w.must(err)
	w.browser().open(w.link(id)).want(http.StatusOK).shows("I dati personali di questa richiesta sono stati cancellati").doesNotShow("Finzione", "RSSMRA80A01H501U", "Il Suo messaggio")
}

func TestCitizenRefusesMails(t *testing.T) {
	w := newSystem(t)
	dora := w.login("dora", person.Citizen, "")
	const choice = "Mi avvisi per e-mail quando c’è una novità L’e-mail dice solo che c’è: per leggerla si accede qui."
	p := dora.open("/richieste")
	if p.fields("Salva la scelta").Get("avvisi") == "" {
		t.Error("before a choice: want mails on")
	}
	p = p.submit("Salva la scelta", formValues{choice: ""}).shows("La Sua scelta è stata salvata.")
	if p.fields("Salva la scelta").Get("avvisi") != "" {
		t.Error("after refusing mails: want mails off")
	}
	if p = p.submit("Salva la scelta", formValues{choice: "✓"}); p.fields("Salva la scelta").Get("avvisi") == "" {
		t.Error("after accepting mails again: want mails on")
	}
	w.login("anna", person.ASROperator, torino).open("/richieste").want(http.StatusForbidden)
}
