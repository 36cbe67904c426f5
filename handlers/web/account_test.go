// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/handlertest"
)

// A person adds an application on «Il mio account», logs in with its code, and ends the sessions that are open elsewhere; an administrator does, too.
func TestOwnAccount(t *testing.T) {
	w := newSystem(t)
	id := w.Account(t, "anna", person.ASROperator, torino)
	w.Account(t, "ada", person.Administrator, "")
	own := w.browser().login("anna").open("/code/nuove").openLink("Il mio account").want(200).shows("Non ne ha ancora uno", "Questa sessione")
	typed := formValues{"Nome dell’app o del telefono": "Telefono di prova", "La Sua password": handlertest.Password, "Il Suo PIN": handlertest.PIN}
	own.submit("Aggiungi l’app", formValues{"Nome dell’app o del telefono": "Telefono", "La Sua password": "no", "Il Suo PIN": "no"}).want(422).shows("La password o il PIN attuali non sono corretti")
	setup := own.submit("Aggiungi l’app", typed).want(200).shows("Codice di sei cifre")
	secret := strings.ReplaceAll(regexp.MustCompile(`[A-Z2-7]{4}( [A-Z2-7]{4}){7}`).FindString(setup.text()), " ", "")
	code := func(at time.Time) formValues {
		code, err := totp.GenerateCode(secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return formValues{"Codice di sei cifre che l’app mostra": code}
	}
	again := setup.submit("Conferma", formValues{"Codice di sei cifre che l’app mostra": "000000"}).want(422).shows("Il codice non è corretto")
	added := again.submit("Conferma", code(time.Now())).want(200).shows("Codici di recupero", "non si vedranno più")
	recovery := regexp.MustCompile(`[a-z2-7]{5}-[a-z2-7]{5}`).FindAllString(added.text(), -1)
	if len(recovery) != 10 {
		t.Fatalf("got %d recovery codes, want 10", len(recovery))
	}
	added.openLink("Li ho conservati").want(200).shows("Telefono di prova", "Ne ha ancora 10")

	b := w.browser()
	step := b.open("/accesso?poi=/code/tutte").submit("Accedi", formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}).want(200).shows("Secondo fattore")
	for _, path := range []string{"/code/nuove", "/mio-account", "/accesso/ruolo", "/accesso/credenziali"} {
		if p := b.open(path).want(200); p.at.Path != "/accesso/secondo-fattore" {
			t.Errorf("%s before the second factor: got page %s", path, p.at)
		}
	}
	step.submit("Accedi", formValues{"Codice dell’app, o codice di recupero": "000000"}).want(401).shows("Secondo fattore non valido")
	inside := step.submit("Accedi", formValues{"Codice dell’app, o codice di recupero": recovery[0]}).want(200)
	if inside.at.Path != "/code/tutte" {
		t.Errorf("after the second factor: got page %s, want the one that was wanted", inside.at)
	}
	b.open("/mio-account").want(200).shows("Ne ha ancora 9").submit("Termina tutte le altre", nil).want(200).shows("La sessione è finita")
	if p := own.b.open("/code/nuove").shows("La sessione è finita. Acceda di nuovo"); p.at.Path != "/accesso" || p.at.Query().Get("poi") != "/code/nuove" {
		t.Errorf("the session that was ended: got page %s", p.at)
	}

	administrator := w.browser().login("ada").open("/amministrazione/persone/"+id).want(200).shows("Sessioni aperte", "app di autenticazione")
	administrator.submit("Termina le sessioni", nil).want(200).shows("La sessione è finita")
	if p := b.open("/code/nuove"); p.at.Path != "/accesso" {
		t.Errorf("the session that an administrator ended: got page %s", p.at)
	}
	administrator.submit("Togli i secondi fattori", nil).want(200).shows("I secondi fattori sono tolti")
	if p := w.browser().login("anna").open("/mio-account").want(200); p.at.Path != "/mio-account" {
		t.Errorf("after the reset: got page %s", p.at)
	}
}

// A token that somebody else put into the browser is that of nobody after the login (fixation), nor is one that was valid before the login or
// before the choice of the placement.
func TestSessionIsNotFixed(t *testing.T) {
	w := newSystem(t)
	w.Place(t, w.Account(t, "anna", person.ASROperator, torino), person.ASRSupervisor, novara)
	w.Account(t, "bruno", person.ASROperator, torino)
	token := func(b *browser) string {
		for _, c := range b.client.Jar.Cookies(b.open("/accesso").at) {
			if c.Name == "sol" {
				return c.Value
			}
		}
		return ""
	}
	planted := func(value string) *browser {
		b := w.browser()
		b.client.Jar.SetCookies(b.open("/").at, []*http.Cookie{{Name: "sol", Value: value, Path: "/"}})
		return b
	}
	alive := func(value string) bool {
		return value != "" && planted(value).open("/accesso/ruolo").at.Path == "/accesso/ruolo"
	}
	login := formValues{"Nome utente": "anna", "Password": handlertest.Password, "PIN": handlertest.PIN}

	invented := strings.Repeat("A", 43)
	b := planted(invented)
	b.open("/accesso").submit("Accedi", login).want(200)
	if got := token(b); got == invented || alive(invented) {
		t.Error("the login took a token that nobody gave")
	}
	attacker := w.browser().login("bruno")
	known := token(attacker)
	b = planted(known)
	choice := b.open("/accesso").submit("Accedi", login).want(200)
	first := token(b)
	if first == known || alive(known) {
		t.Error("the token that was in the browser before the login is still valid")
	}
	choice.submit("Supervisore ASR · ASL NO", nil).want(200)
	if got := token(b); got == first || alive(first) || !alive(got) {
		t.Error("the choice of the placement did not renew the token")
	}
}
