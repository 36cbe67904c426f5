// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// FAQ 2.1: the box «Accesso riservato», user name, password and PIN, then role and placement.
func TestLoginAndChoiceOfRole(t *testing.T) {
	w := newSystem(t)
	id := w.Account(t, "anna", person.ASROperator, torino)
	w.Place(t, id, person.ASRSupervisor, novara)

	b := w.browser()
	landing := b.open("/").want(200).shows("Accesso riservato", "Assistenza", "Documentazione")
	form := landing.openLink("Accedi").want(200)
	chosen := form.submit("Accedi", formValues{"Nome utente": "Anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	chosen.shows("Ruolo e collocazione", "Operatore ASR · ASL Città di Torino", "Supervisore ASR · ASL NO")
	if chosen.at.Path != "/accesso/ruolo" {
		t.Fatalf("after the login: got page %s, want /accesso/ruolo", chosen.at)
	}
	b.open("/code/nuove").shows("Ruolo e collocazione") // no other page before the choice

	work := chosen.submit("Supervisore ASR · ASL NO", nil).want(200).shows("ANNA", "Supervisore ASR, ASL NO")
	if work.at.Path != "/code/nuove" {
		t.Fatalf("after the choice: got page %s, want /code/nuove", work.at)
	}
	work.openLink("Cambia ruolo").want(200).shows("Supervisore ASR · ASL NO (in uso)").
		submit("Operatore ASR · ASL Città di Torino", nil).want(200).shows("Operatore ASR, ASL Città di Torino")
}

func TestOnlyPlacementIsChosenAtLogin(t *testing.T) {
	w := newSystem(t)
	w.Account(t, "anna", person.ASROperator, torino)
	p := w.browser().open("/accesso").submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	if p.at.Path != "/code/nuove" {
		t.Errorf("after the login: got page %s, want /code/nuove", p.at)
	}
}

// FAQ 2.2: after a failed login the page advises to close the browser's windows, to try again, and then to use the assistance form.
func TestWrongCredentials(t *testing.T) {
	w := newSystem(t)
	w.Account(t, "anna", person.ASROperator, torino)
	form := w.browser().open("/accesso")
	for _, wrong := range []formValues{
		{"Nome utente": "anna", "Password": "un’altra parola", "PIN": handlertest.PIN},
		{"Nome utente": "anna", "Password": handlertest.Password, "PIN": "13579"},
		{"Nome utente": "nessuno", "Password": handlertest.Password, "PIN": handlertest.PIN},
	} {
		form = form.submit("Accedi", wrong).want(401).shows("Chiuda tutte le finestre del browser", "riprovi", "modulo di assistenza")
		if kept := form.fields("Accedi"); kept.Get("utente") != wrong["Nome utente"] || kept.Get("password") != "" || kept.Get("pin") != "" {
			t.Errorf("the form after a refusal: got %v, want the user name only", kept)
		}
	}
	for range 10 {
		form = form.submit("Accedi", formValues{"Nome utente": "anna", "Password": "no", "PIN": "no"})
	}
	form.want(429).shows("Accesso sospeso", "potrà riprovare dopo le", "modulo di assistenza")
}

// The page for an internal error states that the error was logged, and it is.
func TestInternalErrorOfALoginIsLogged(t *testing.T) {
	w := newSystem(t)
	w.Account(t, "anna", person.ASROperator, torino)
	form := w.browser().open("/accesso")
	w.sql(`revoke select on identity.accounts from sol_worker`)
	form.submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(500).shows("L’errore è stato registrato")
	if !strings.Contains(w.log.String(), "page failed") {
		t.Errorf("got log %s, want \"page failed\" in it", w.log)
	}
}

func TestLoginReturnsToTheRequestedPage(t *testing.T) {
	w := newSystem(t)
	w.Account(t, "anna", person.ASROperator, torino)
	b := w.browser()
	form := b.open("/code/risolte?q=referto").want(200).shows("Accesso riservato")
	if got := form.at.RequestURI(); got != "/accesso?poi=%2Fcode%2Frisolte%3Fq%3Dreferto" {
		t.Fatalf("without a session: got page %s", got)
	}
	p := form.submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	if got := p.at.RequestURI(); got != "/code/risolte?q=referto" {
		t.Errorf("after the login: got page %s, want the requested one", got)
	}
	for _, target := range []string{"https://example.org/", "//example.org/", `/\example.org`, "/%09/example.org", "/%0a/example.org"} {
		p := w.browser().open("/accesso?poi="+target).submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN})
		if got := p.at.RequestURI(); got != "/code/nuove" {
			t.Errorf("poi=%s: got page %s, want /code/nuove", target, got)
		}
	}
}

func TestLogout(t *testing.T) {
	w := newSystem(t)
	b := w.login("anna", person.ASROperator, torino)
	address, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.Address, nil)
	w.must(err)
	cookies := b.client.Jar.Cookies(address.URL)
	b.open("/code/nuove").submit("Esci", nil).want(200).shows("È uscito", "Accesso riservato")
	b.open("/code/nuove").shows("Nome utente")
	b.client.Jar.SetCookies(address.URL, cookies) // a kept token is of no use after the logout
	b.open("/code/nuove").shows("Nome utente")
}

func TestPageOfAnotherRoleIsRefused(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	w.login("ada", person.Administrator, "").open("/ticket/"+string(id)).want(403).shows("Pagina di un altro ruolo", "cambiare ruolo")
}

func TestTicketOfAnotherEntityIsNotFound(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	p := w.login("nora", person.ASROperator, novara).open("/ticket/" + string(id)).want(404)
	p.shows("Questa pagina non c’è").doesNotShow("Finzione", "RSSMRA80A01H501U")
}

// A form that is sent after the session ended gets the login page with its text; the login leads back to the ticket.
func TestTextOfAFormSurvivesTheEndOfTheSession(t *testing.T) {
	w := newSystem(t)
	anna := w.login("anna", person.ASROperator, torino)
	id := w.open(request(torino))
	p := anna.ticket(id)
	w.must(w.App.Identity.EndSession(w.Context(), anna.token()))
	again := p.submit("Aggiorna", formValues{"Nota": "ho chiamato il cittadino <3"}).want(401).shows("La sessione è finita mentre scriveva", "Accesso riservato", "ho chiamato il cittadino <3")
	again = again.submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	if again.at.Path != "/ticket/"+string(id) {
		t.Errorf("after the login: got page %s, want the ticket", again.at)
	}
}
