// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
)

// post sends what a page's script sends.
func (b *browser) post(path string, values url.Values) *page {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodPost, b.w.server.Address+path, strings.NewReader(values.Encode()))
	b.w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

func TestWhoElseIsOnTheTicket(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	here := "/ticket/" + string(id) + "/presenza"
	says := func(b *browser, in url.Values, want string) {
		t.Helper()
		if got := b.post(here, in).want(200).raw; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	says(anna, nil, "")
	says(bice, nil, "Prova ANNA sta guardando")
	says(bice, url.Values{"scrive": {"1"}}, "Prova ANNA sta guardando")
	says(anna, nil, "Prova BICE sta scrivendo…")
	anna.ticket(id).says("Prova BICE sta scrivendo…")
	says(bice, url.Values{"via": {"1"}}, "")
	says(anna, nil, "")
	w.login("nora", person.ASROperator, novara).post(here, nil).want(404)
	w.login("aldo", person.Auditor, "").post(here, nil).want(403)

	// a tab that says so by itself does not keep a session alive
	w.must(w.App.Identity.EndSession(w.Context(), anna.token()))
	if p := anna.post(here, nil); p.at.Path != "/accesso" {
		t.Errorf("without a session: %s", p.at)
	}
}

// A ready-made text goes into the note; an act sends it with its status in one click, and leaves what is typed alone.
func TestReadyTexts(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Inserisci", formValues{"Testi pronti": "Saluto iniziale", "Nota": "Premessa."}).want(200).hasValue("visibilita", "public")
	if got := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(got, "Premessa.\n\nGentile Maria Finzione,\nabbiamo ricevuto la Sua richiesta 2026-") {
		t.Errorf("the note holds %q", got)
	}
	p = p.submit("Inserisci", formValues{"Testi pronti": "Scelga un testo"}).want(200)
	p = p.submit("Chiedere data e sede dell’esame", nil).want(200).says("In attesa di informazioni da utente", "quale esame o visita ha fatto", "ASL Città di Torino")
	if got := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(got, "Premessa.") {
		t.Errorf("what was typed became %q", got)
	}
	// what cannot be sent now is not offered, and not done either
	old := anna.ticket(id).request("Il referto ora è disponibile", nil)
	w.Clock.Advance(time.Minute)
	anna.ticket(id).submit("Elimina la bozza", nil).submit("Aggiorna", formValues{"Nota": "ecco", publicNote: "✓", "Stato": "Risolto"}).want(200).doesNotSay("Il referto ora è disponibile")
	anna.send(old).want(409)
	// the Region has texts of its own
	anna.ticket(id).doesNotSay("Chiedere alla ASR i dati mancanti")
}

// What is left of an erased ticket can be given to somebody and resolved, and nothing can be written.
func TestAnErasedTicketShowsNothing(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	w.erase(id)
	p := anna.ticket(id).says("Dati personali cancellati", "Testo cancellato.", "Dati cancellati.").doesNotSay("Maria", "RSSMRA80A01H501U", "Non trovo il referto")
	for _, word := range p.options("stato") {
		if strings.HasPrefix(word, ticket.Waiting.Label()) {
			t.Errorf("a question to nobody is offered: %s", word)
		}
	}
	if len(all(p.root, "textarea")) != 0 {
		t.Error("there is a note to write to nobody")
	}
	before.submit("Aggiorna", formValues{"Nota": "ma come"}).want(409).says("I dati personali di questa richiesta sono stati cancellati")
	p.submit("Aggiorna", formValues{"Stato": "Risolto"}).want(200)
}

// erase destroys the keys of a ticket's personal data.
func (w *system) erase(id ticket.ID) {
	w.Helper()
	admin := person.Actor{ID: "01a20000-0000-7000-8000-00000000000a", Role: person.Administrator}
	_, err := w.App.Dispatch(w.Context(), app.CommandRequest{Ticket: id, Command: ticket.Erase{}, By: admin})
	w.must(err)
	w.waitForLists()
}
