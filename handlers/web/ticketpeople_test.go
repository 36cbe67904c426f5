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

// post sends a form as a script of a page does.
func (b *browser) post(path string, values url.Values) *page {
	b.w.Helper()
	r, err := http.NewRequestWithContext(b.w.Context(), http.MethodPost, b.w.server.Address+path, strings.NewReader(values.Encode()))
	b.w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(r)
}

func TestPresenceOnATicket(t *testing.T) {
	w := newSystem(t)
	anna, bice := w.login("anna", person.ASROperator, torino), w.login("bice", person.ASROperator, torino)
	id := w.open(request(torino))
	path := "/ticket/" + string(id) + "/presenza"
	report := func(b *browser, in url.Values, want string) {
		t.Helper()
		if got := b.post(path, in).want(200).raw; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	report(anna, nil, "")
	report(bice, nil, "Prova ANNA sta guardando")
	report(bice, url.Values{"scrive": {"1"}}, "Prova ANNA sta guardando")
	report(anna, nil, "Prova BICE sta scrivendo…")
	anna.ticket(id).shows("Prova BICE sta scrivendo…")
	report(bice, url.Values{"via": {"1"}}, "")
	report(anna, nil, "")
	w.login("nora", person.ASROperator, novara).post(path, nil).want(404)
	w.login("aldo", person.Auditor, "").post(path, nil).want(403)

	// a request of the script does not extend the session
	w.must(w.App.Identity.EndSession(w.Context(), anna.token()))
	if p := anna.post(path, nil); p.at.Path != "/accesso" {
		t.Errorf("without a session: got page %s, want /accesso", p.at)
	}
}

// A ready-made text can be added to the note. A quick action sends it with its status in one click and keeps the form as typed.
func TestReadymadeTexts(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id).submit("Inserisci", formValues{"Testi pronti": "Saluto iniziale", "Nota": "Premessa."}).want(200).hasValue("visibilita", "public")
	if got := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(got, "Premessa.\n\nGentile Maria Finzione,\nabbiamo ricevuto la Sua richiesta 2026-") {
		t.Errorf("got note %q", got)
	}
	p = p.submit("Inserisci", formValues{"Testi pronti": "Scelga un testo"}).want(200)
	p = p.submit("Chiedere data e sede dell’esame", nil).want(200).shows("In attesa di informazioni da utente", "quale esame o visita ha fatto", "ASL Città di Torino")
	if got := p.fields("Aggiorna").Get("testo"); !strings.HasPrefix(got, "Premessa.") {
		t.Errorf("the note after a quick action: got %q, want it as typed", got)
	}
	// a quick action that is not possible now is not on the page and is refused
	old := anna.ticket(id).request("Il referto ora è disponibile", nil)
	w.Clock.Advance(time.Minute)
	anna.ticket(id).submit("Elimina la bozza", nil).submit("Aggiorna", formValues{"Nota": "ecco", publicNote: "✓", "Stato": "Risolto"}).want(200).doesNotShow("Il referto ora è disponibile")
	anna.send(old).want(409)
	// the ready-made texts of the Region are not on the page of an ASR
	anna.ticket(id).doesNotShow("Chiedere alla ASR i dati mancanti")
}

// An erased ticket can be resolved, but takes no notes.
func TestErasedTicketTakesNoNotes(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	before := anna.ticket(id)
	w.erase(id)
	p := anna.ticket(id).shows("Dati personali cancellati", "Testo cancellato.", "Dati cancellati.").doesNotShow("Maria", "RSSMRA80A01H501U", "Non trovo il referto")
	for _, text := range p.options("stato") {
		if strings.HasPrefix(text, ticket.StatusWaiting.Label()) {
			t.Errorf("got option %s, want none to ask the citizen", text)
		}
	}
	if len(all(p.root, "textarea")) != 0 {
		t.Error("got a text area, want none")
	}
	before.submit("Aggiorna", formValues{"Nota": "ma come"}).want(409).shows("I dati personali di questa richiesta sono stati cancellati")
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
