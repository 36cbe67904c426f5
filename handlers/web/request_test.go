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
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
)

// torinos is somebody who works at Torino, without a browser.
var torinos = person.Actor{ID: "01999999-0000-7000-8000-00000000000a", Role: person.ASROperator, Entity: torino}

// work carries out what the operator does, and lets its note be shown.
func (w *world) work(id ticket.ID, u casework.Update) {
	w.Helper()
	w.held(id, u)
	w.settle()
	w.Clock.Pass(ticket.DefaultHold)
	w.settle()
}

// held carries it out and stops while the note can be withdrawn.
func (w *world) held(id ticket.ID, u casework.Update) {
	w.Helper()
	_, err := w.Cases.Update(w.Context(), casework.Caller{Actor: torinos}, id, u, casework.Said{})
	w.must(err)
}

// link is the address of a ticket's personal link.
func (w *world) link(id ticket.ID) string { return "/richieste/" + w.Cases.Identity.PersonalLink(id) }

func asking(text string) casework.Update {
	return casework.Update{Status: ticket.Waiting, Note: &casework.Note{Text: text, Visibility: ticket.Public}}
}

func solving(text string) casework.Update {
	return casework.Update{Status: ticket.Solved, Note: &casework.Note{Text: text, Visibility: ticket.Public}}
}

// mine opens a ticket as a logged-in citizen.
func (w *world) mine(b *browser) ticket.ID {
	w.Helper()
	b.open("/assistenza/ritiro-documenti").submit(sendHelp, citizensForm()).says("Richiesta inviata")
	return w.onlyTicket(torino).ID
}

// stands is the status that the rules see.
func (w *world) stands(id ticket.ID) ticket.Status {
	w.Helper()
	s, _, err := w.Cases.Desk.State(w.Context(), id)
	w.must(err)
	return s.Status
}

// FAQ 2.4 for who has not logged in: the question, and the answer, behind the personal link.
func TestTheLinkOpensItsTicketAndNoOther(t *testing.T) {
	w := newWorld(t)
	id, other := w.open(request(torino)), w.open(request(torino))
	w.work(id, asking("In che data?"))
	b := w.browser()
	p := b.open(w.link(id)).want(http.StatusOK).says("Aspettiamo una Sua risposta", "Che cosa Le chiediamo", "In che data?", "Azienda Sanitaria Locale Città di Torino", "RSSMRA80A01H501U").
		keepsQuiet(string(other), "Mela")
	if p.header.Get("X-Robots-Tag") != "noindex, nofollow" || p.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("the link may be found, or told: %v", p.header)
	}
	after := p.submit("Invia la risposta", typed{"La Sua risposta": "Il 3 novembre", "Allegati (facoltativi)": file{"foglio.png", picture(t)}}).
		says("Il Suo messaggio è stato inviato.", "Il 3 novembre", "foglio.png", "In lavorazione")
	if w.stands(id) != ticket.InProgress {
		t.Errorf("the ticket is %s", w.stands(id))
	}
	var address string
	for _, a := range all(after.root, "a") {
		if strings.Contains(attr(a, "href"), "/allegati/") {
			address = attr(a, "href")
		}
	}
	if got := b.open(address).want(http.StatusOK); !bytes.Equal([]byte(got.raw), picture(t)) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the attachment comes as %v", got.header)
	}
	b.open(w.link(other) + "/allegati/" + address[strings.LastIndex(address, "/")+1:]).want(http.StatusNotFound)

	mixed := strings.Replace(w.link(id), string(id), string(other), 1)
	for _, wrong := range []string{mixed, w.link(id) + "0", strings.TrimSuffix(w.link(id), w.link(id)[60:]), "/richieste/t.x", "/richieste/prova"} {
		b.open(wrong).want(http.StatusNotFound).says("Questo collegamento non funziona", "Apra l’e-mail che ha ricevuto").keepsQuiet("Finzione")
	}
	if at := b.open("/richieste/" + string(id)).want(http.StatusOK).at; at.Path != "/accesso" {
		t.Errorf("a bare id leads to %s", at)
	}
}

func TestCitizensSeeTheirOwnRequests(t *testing.T) {
	w := newWorld(t)
	dora, orco := w.join("dora", person.Citizen, ""), w.join("orco", person.Citizen, "")
	declared := w.open(request(torino))
	orco.open("/richieste").says("Non ha ancora inviato richieste")
	orco.open("/richieste/" + string(declared)).want(http.StatusNotFound)
	w.Clock.Pass(time.Second)
	dora.open("/assistenza/ritiro-documenti").submit(sendHelp, citizensForm()).follow("Segua la richiesta").says("Ricevuta", "Un operatore la leggerà", "con la app")
	w.settle()
	list := dora.open("/richieste").says("Mi viene chiesto di pagare", "Ricevuta")
	var id string
	for _, a := range all(list.root, "a") {
		if to, ok := strings.CutPrefix(attr(a, "href"), "/richieste/"); ok {
			id = to
		}
	}
	orco.open("/richieste/" + id).want(http.StatusNotFound)
	w.work(ticket.ID(id), asking("In che data?"))
	dora.open("/richieste").says("Aspettiamo una Sua risposta", "Finché non risponde, la richiesta resta ferma.").keepsQuiet("Tutte le richieste")
	dora.open("/richieste/"+id).submit("Invia la risposta", nil).want(http.StatusUnprocessableEntity).says("Scriva il messaggio.").
		submit("Invia la risposta", typed{"La Sua risposta": "Ieri"}).says("Il Suo messaggio è stato inviato.")
	w.settle()
	dora.open("/richieste").says("Tutte le richieste", "Un operatore ci sta lavorando").keepsQuiet("Aspettiamo")

	anna := w.join("anna", person.ASROperator, torino)
	for _, path := range []string{"/richieste", "/richieste/" + id} {
		anna.open(path).want(http.StatusForbidden)
	}
	if at := w.browser().open("/richieste").at; at.Path != "/accesso" {
		t.Errorf("nobody in particular is led to %s", at)
	}
}

// What is held, internal or regional is not on any of the citizen's pages.
func TestCitizensReadOnlyWhatIsForThem(t *testing.T) {
	w := newWorld(t)
	dora := w.join("dora", person.Citizen, "")
	id := w.mine(dora)
	w.work(id, casework.Update{Note: &casework.Note{Text: "solo per noi", Visibility: ticket.Internal}})
	w.held(id, asking("In che data?"))
	w.settle()
	for _, path := range []string{"/richieste", "/richieste/" + string(id), w.link(id)} {
		dora.open(path).says("Ricevuta").keepsQuiet("solo per noi", "In che data?", "Aspettiamo")
	}
	w.Clock.Pass(ticket.DefaultHold)
	dora.open("/richieste/"+string(id)).says("Aspettiamo una Sua risposta", "In che data?").keepsQuiet("solo per noi")
	w.work(id, casework.Update{Status: ticket.HandedOver, Note: &casework.Note{Text: "per la Regione", Visibility: ticket.Public}})
	for _, path := range []string{"/richieste", "/richieste/" + string(id)} {
		dora.open(path).says("In carico all’assistenza regionale").keepsQuiet("per la Regione", "solo per noi")
	}
}

func TestTwoAnswersToAResolution(t *testing.T) {
	w := newWorld(t)
	id := w.open(request(torino))
	w.work(id, solving("Il referto è disponibile"))
	b := w.browser()
	p := b.open(w.link(id)).says("Risolto", "Il referto è disponibile", "Se il problema c’è ancora, ce lo scriva", "si chiude da sola il 10/03/2026 09:00")
	p.submit("Invia", nil).want(http.StatusUnprocessableEntity).says("Ci sono 2 cose da correggere")
	again := p.submit("Invia", typed{"Il Suo messaggio": "Grazie, però…"}).want(http.StatusUnprocessableEntity).says("Scelga se il problema c’è ancora, o se è solo un messaggio.", "Grazie, però…")
	again.submit("Invia", typed{"Solo un messaggio La richiesta resta risolta; l’operatore lo legge.": "✓"}).says("Il Suo messaggio è stato inviato.", "Risolto", "Grazie, però…")
	if w.stands(id) != ticket.Solved {
		t.Errorf("a message leaves the ticket %s", w.stands(id))
	}
	b.open(w.link(id)).submit("Invia", typed{"Il problema non è risolto Riprendiamo subito la richiesta.": "✓", "Il Suo messaggio": "Non si apre"}).
		says("la richiesta è di nuovo in lavorazione", "In lavorazione", "Non si apre")
	if w.stands(id) != ticket.InProgress {
		t.Errorf("«Il problema non è risolto» leaves the ticket %s", w.stands(id))
	}
}

// close resolves a ticket and lets its time pass (FAQ 2.5).
func (w *world) close(id ticket.ID) {
	w.Helper()
	w.Clock.Pass(10 * 24 * time.Hour)
	w.eventually("the ticket closes", func() bool { return w.stands(id) == ticket.Closed })
}

func TestWritingToAClosedRequestOpensANewOne(t *testing.T) {
	w := newWorld(t)
	dora := w.join("dora", person.Citizen, "")
	id := w.mine(dora)
	w.work(id, solving("Fatto"))
	stale := dora.open("/richieste/" + string(id))
	w.close(id)
	// Who was not told before is told first, and nothing is lost.
	told := stale.submit("Invia", typed{"Solo un messaggio La richiesta resta risolta; l’operatore lo legge.": "✓", "Il Suo messaggio": "Non va ancora"}).
		want(http.StatusConflict).says("Nel frattempo la richiesta si è chiusa", "si apre una nuova richiesta", "Non va ancora")
	told.submit("Apri una nuova richiesta", nil).says("Richiesta inviata").follow("Segua la richiesta").says("Non va ancora", "una Sua richiesta precedente", "Ricevuta")

	declared := w.open(request(torino))
	w.work(declared, solving("Fatto"))
	w.close(declared)
	b := w.browser()
	p := b.open(w.link(declared)).says("Chiuso", "Questa richiesta è chiusa. Se scrive qui, si apre una nuova richiesta")
	p.submit("Apri una nuova richiesta", nil).want(http.StatusUnprocessableEntity).says("Scriva il messaggio.")
	p.submit("Apri una nuova richiesta", typed{"Che cosa è successo": "È successo di nuovo"}).says("Richiesta inviata", "collegamento personale").keepsQuiet("È successo di nuovo", "/richieste/t.")
}

func TestFilesThatAreRefusedAreNamed(t *testing.T) {
	w := newWorld(t)
	id := w.open(request(torino))
	six := []file{}
	for range 6 {
		six = append(six, file{"a.png", picture(t)})
	}
	for name, files := range map[string][]file{"«grande.png»": {{"grande.png", make([]byte, 2<<20)}}, "«finto.pdf»": {{"finto.pdf", picture(t)}}, "Allegati": six} {
		p := w.browser().open(w.link(id)).submit("Invia", typed{"Il Suo messaggio": "Ecco", "Allegati (facoltativi)": files}).want(http.StatusUnprocessableEntity)
		p.says(name, "Ecco", "vanno scelti di nuovo")
	}
	// A file alone is an answer.
	w.browser().open(w.link(id)).submit("Invia", typed{"Allegati (facoltativi)": file{"a.png", picture(t)}}).want(http.StatusOK).says("Il Suo messaggio è stato inviato.")
}

func TestErasedRequestsSaySo(t *testing.T) {
	w := newWorld(t)
	r := request(torino)
	r.Files = []attachment.File{{Name: "a.png", Content: picture(t)}}
	id := w.open(r)
	_, err := w.Cases.Desk.Dispatch(t.Context(), desk.Request{Ticket: id, Command: ticket.Erase{}, By: person.Actor{ID: "sol", Role: person.Administrator}})
	w.must(err)
	w.browser().open(w.link(id)).want(http.StatusOK).says("I dati personali di questa richiesta sono stati cancellati").keepsQuiet("Finzione", "RSSMRA80A01H501U", "Il Suo messaggio")
}

func TestACitizenMayRefuseMails(t *testing.T) {
	w := newWorld(t)
	dora := w.join("dora", person.Citizen, "")
	const choice = "Mi avvisi per e-mail quando c’è una novità L’e-mail dice solo che c’è: per leggerla si accede qui."
	p := dora.open("/richieste")
	if p.fields("Salva la scelta").Get("avvisi") == "" {
		t.Error("nobody has asked for silence yet")
	}
	p = p.submit("Salva la scelta", typed{choice: ""}).says("La Sua scelta è stata salvata.")
	if p.fields("Salva la scelta").Get("avvisi") != "" {
		t.Error("the choice is not kept")
	}
	if p = p.submit("Salva la scelta", typed{choice: "✓"}); p.fields("Salva la scelta").Get("avvisi") == "" {
		t.Error("nor the one to be told again")
	}
	w.join("anna", person.ASROperator, torino).open("/richieste").want(http.StatusForbidden)
}
