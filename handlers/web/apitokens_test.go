// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"errors"
	"net/http"
	"regexp"
	"testing"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/app/apitokens"
)

// TestAdministratorMakesAnAPIToken: the page shows a new token once, and its revocation holds at once. What the form refuses stays as typed.
func TestAdministratorMakesAnAPIToken(t *testing.T) {
	w := newSystem(t)
	w.Account(t, "portale", person.Integration, "")
	w.Account(t, "anna", person.ASROperator, torino)
	ada := w.login("ada", person.Administrator, "")
	form := ada.open("/amministrazione").openLink("Chiavi API").want(http.StatusOK).shows("Nessun sistema ha una chiave")
	in := formValues{
		"Nome utente dell’integrazione": "portale", "Nome della chiave: quale sistema la usa": "Portale di prova", "Per quale ente": "ASL Città di Torino",
		"Vale fino al (entro un anno)": w.Clock.Now().AddDate(0, 1, 0).Format("2006-01-02"),
	}
	with := func(label, value string) formValues {
		changed := formValues{}
		for name, v := range in {
			changed[name] = v
		}
		changed[label] = value
		return changed
	}
	refused := form.submit("Crea la chiave", with("Nome utente dell’integrazione", "nessuno")).want(http.StatusUnprocessableEntity).shows("per chi ha il ruolo Integrazione")
	if kept := refused.fields("Crea la chiave"); kept.Get("nome") != "Portale di prova" || kept.Get("ente") != string(torino) {
		t.Errorf("the refused form: got %v, want it as typed", kept)
	}
	form.submit("Crea la chiave", with("Nome utente dell’integrazione", "anna")).want(http.StatusConflict).shows("per chi ha il ruolo Integrazione")
	form.submit("Crea la chiave", with("Nome della chiave: quale sistema la usa", " ")).want(http.StatusUnprocessableEntity).shows("Scriva il nome")
	form.submit("Crea la chiave", with("Vale fino al (entro un anno)", "2028-01-01")).want(http.StatusConflict).shows("entro un anno")
	form.submit("Crea la chiave", with("Vale fino al (entro un anno)", "domani")).want(http.StatusUnprocessableEntity).shows("entro un anno")
	made := form.submit("Crea la chiave", in).want(http.StatusOK).shows("si vede solo adesso", "Portale di prova", "Aprire richieste", "mai")
	secret := regexp.MustCompile(`sol_[A-Za-z0-9_-]{43}`).FindString(made.raw)
	if _, err := w.App.Accounts.Tokens.Authenticate(t.Context(), secret); err != nil {
		t.Fatalf("the token of the page: got %v, want it valid", err)
	}
	list := ada.open("/amministrazione/chiavi").doesNotShow(secret, "mai</dd>")
	list.submit("Revoca la chiave: Portale di prova", nil).want(http.StatusOK).shows("La chiave API è revocata", "revocata")
	if _, err := w.App.Accounts.Tokens.Authenticate(t.Context(), secret); !errors.Is(err, apitokens.ErrRefused) {
		t.Errorf("after the revocation: got %v, want %v", err, apitokens.ErrRefused)
	}
	opensPages := w.browser()
	opensPages.client.Jar.SetCookies(list.at, []*http.Cookie{{Name: "sol", Value: secret, Path: "/"}})
	if p := opensPages.open("/amministrazione/chiavi"); p.at.Path != "/accesso" {
		t.Errorf("a token in the cookie of the session: got page %s, want the log-in", p.at)
	}

	bice := w.login("bice", person.Administrator, "")
	const reads = "Leggere i dati del cruscotto (serve la conferma di un altro amministratore)"
	waits := form.submit("Crea la chiave", with(reads, "sì")).want(http.StatusOK).shows("si vede solo adesso", "Non vale ancora")
	waiting := regexp.MustCompile(`sol_[A-Za-z0-9_-]{43}`).FindString(waits.raw)
	if _, err := w.App.Accounts.Tokens.Authenticate(t.Context(), waiting); !errors.Is(err, apitokens.ErrRefused) {
		t.Errorf("a token that waits: got %v, want %v", err, apitokens.ErrRefused)
	}
	ada.open("/amministrazione/conferme").want(http.StatusOK).shows("Creare una chiave API ([figures.read tickets.open]").doesNotShow("Conferma: Creare una chiave")
	requests := bice.open("/amministrazione/conferme").want(http.StatusOK)
	button := regexp.MustCompile(`aria-label="(Conferma: Creare una chiave API [^"]*)"`).FindStringSubmatch(requests.raw)
	requests.submit(button[1], nil).want(http.StatusOK)
	if _, err := w.App.Accounts.Tokens.Authenticate(t.Context(), waiting); err != nil {
		t.Errorf("the token that was confirmed: got %v, want it valid", err)
	}
	bice.open("/amministrazione/chiavi").want(http.StatusOK).shows("Leggere i dati del cruscotto")
	w.login("ugo", person.Auditor, "").open("/revisione/ruoli").want(http.StatusOK).shows("Creare una chiave API ([tickets.open], ASL Città di Torino, fino al", "Revocare una chiave API")
}
