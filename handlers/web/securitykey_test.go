// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor/keytest"
	"github.com/sol-assistenza/sol/handlers/web"
)

// keyOptions returns what the page's script gives to the browser.
func (p *page) keyOptions() []byte {
	p.b.w.Helper()
	for _, form := range all(p.root, "form") {
		if options := attr(form, "data-options"); options != "" {
			return []byte(options)
		}
	}
	p.b.w.Fatal("the page has no options for a security key")
	return nil
}

// answerKey sends the form of a page with the answer of a security key, as the script does.
func (p *page) answerKey(button string, answer []byte) *page {
	values := p.fields(button)
	values.Set("risposta", string(answer))
	return p.b.post(attr(p.form(p.button(button)).node, "action"), values)
}

// A person adds a security key on «Il mio account», which then logs in; its page tells what to do without script, and why an answer was refused.
func TestSecurityKeyOnPages(t *testing.T) {
	const site = "http://localhost"
	w := newSystem(t)
	id := w.Account(t, "anna", person.ASROperator, torino)
	w.Account(t, "ada", person.Administrator, "")
	own := w.browser().login("anna").open("/mio-account").want(200).shows("Serve JavaScript")
	typed := formValues{"Nome della chiave": "Chiave blu", "La Sua password": handlertest.Password, "Il Suo PIN": handlertest.PIN}
	wrong := own.submit("Aggiungi la chiave", formValues{"Nome della chiave": "Mia", "La Sua password": "no", "Il Suo PIN": "no"}).want(422).shows("La password o il PIN attuali non sono corretti")
	if got := wrong.fields("Aggiungi la chiave").Get("nome"); got != "Mia" {
		t.Errorf("got the name %q after the refusal, want what was typed", got)
	}
	if got := wrong.fields("Aggiungi l’app").Get("nome"); got != "Telefono" {
		t.Errorf("got the name %q in the other form, want its own", got)
	}
	key := keytest.New(t, site)
	setup := wrong.submit("Aggiungi la chiave", typed).want(200).shows("solo con JavaScript attivo")
	elsewhere := keytest.New(t, "http://finta.example")
	setup.answerKey("Registra la chiave", elsewhere.Register(setup.keyOptions())).want(422).shows("La chiave di sicurezza non è stata registrata")
	setup = own.submit("Aggiungi la chiave", typed).want(200)
	setup.answerKey("Registra la chiave", key.Register(setup.keyOptions())).want(200).shows("Codici di recupero")
	own.b.open("/mio-account").want(200).shows("Chiave blu", "chiave di sicurezza")

	b := w.browser()
	step := b.open("/accesso?poi=/code/tutte").submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200).
		shows("Secondo fattore", "Usa la chiave di sicurezza", "solo con JavaScript attivo", "Codice di recupero")
	again := step.answerKey("Usa la chiave di sicurezza", keytest.New(t, site).Answer(step.keyOptions())).want(401).shows("Chiave di sicurezza non valida", "non è tra quelle dell’account")
	if at := again.answerKey("Usa la chiave di sicurezza", key.Answer(again.keyOptions())).want(200).at.Path; at != "/code/tutte" {
		t.Errorf("after the security key: got page %s, want the one that was wanted", at)
	}
	key.Counter = 0
	back := w.browser().open("/accesso").submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200)
	back.answerKey("Usa la chiave di sicurezza", key.Answer(back.keyOptions())).want(401).shows("può esisterne una copia")

	w.Account(t, "rita", person.Auditor, "")
	w.browser().login("rita").open("/revisione/accessi").want(200).shows("può esisterne una copia", "non è tra quelle dell’account")
	administrator := w.browser().login("ada").open("/amministrazione/persone/" + id).want(200).shows("chiave di sicurezza")
	administrator.submit("Togli i secondi fattori", nil).want(200).shows("I secondi fattori sono tolti")
	if p := w.browser().login("anna").open("/mio-account").want(200); p.at.Path != "/mio-account" {
		t.Errorf("after the reset: got page %s", p.at)
	}
}

// Where browsers make no security keys the pages say so and offer none.
func TestPagesWithoutSecurityKeys(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.PublicURL = "http://assistenza.example.it" })
	w.Account(t, "anna", person.ASROperator, torino)
	p := w.browser().login("anna").open("/mio-account").want(200).shows("solo se il servizio si raggiunge con https").doesNotShow("Aggiungi la chiave")
	values := url.Values{"nome": {"Chiave"}, "password": {handlertest.Password}, "pin": {handlertest.PIN}}
	p.b.post("/mio-account/chiave", values).want(422).shows("usi un’app di autenticazione")
	if strings.Contains(p.text(), "JavaScript") {
		t.Error("the page asks for script where it does not help")
	}
}
