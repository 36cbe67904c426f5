// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
)

func TestSearchBox(t *testing.T) {
	w := newSystem(t)
	id, number := newAuditedTicket(w) // of Torino, handed over, resolved at the Region
	w.open(request(novara))
	w.waitForFigures()
	for name, b := range map[string]*browser{
		"former ASR": w.login("carla", person.ASROperator, torino), "its supervisor": w.login("capo", person.ASRSupervisor, torino),
		"Region": w.login("remo", person.RegionalOperator, catalog.Region),
	} {
		home := b.open("/code/nuove").want(200)
		found := home.submit("Elenca le richieste", formValues{"Numero, nome, telefono, e-mail, codice fiscale o parole": "finz"}).want(200).shows("1 richiesta per «finz»", number)
		if strings.Contains(found.at.String(), "finz") {
			t.Errorf("%s: got address %s, want one without the search", name, found.at)
		}
		if got := found.openLink(number).want(200).at.Path; got != "/ticket/"+string(id) {
			t.Errorf("%s: the link leads to %s", name, got)
		}
		b.post("/cerca/suggerimenti", url.Values{"q": {"finzione mar"}}).want(200).shows(number, "Finzione Maria", "Risolto", "1 richiesta trovata")
		b.post("/cerca/suggerimenti", url.Values{"q": {"nessuno"}}).want(200).shows("Nessuna richiesta trovata")
		b.post("/cerca/suggerimenti", url.Values{"q": {"f"}}).want(200).shows("almeno due lettere")
	}
	w.login("ugo", person.Auditor, "").open("/revisione").want(200).
		submit("Elenca le richieste", formValues{"Numero, nome, telefono, e-mail, codice fiscale o parole": "finzione"}).want(200).shows("2 richieste")
	for _, other := range []*browser{w.login("ada", person.Administrator, ""), w.login("dora", person.Citizen, "")} {
		other.open("/cerca").want(403)
		other.post("/cerca/suggerimenti", url.Values{"q": {"finzione"}}).want(403).doesNotShow("Finzione")
		other.open("/").doesNotShow("Elenca le richieste")
	}
}

// TestASearchForAPersonIsRecordedOnce types a name: the auditor sees one search at the ticket of that person, and none at the other one.
func TestASearchForAPersonIsRecordedOnce(t *testing.T) {
	w := newSystem(t)
	id := w.open(request(torino))
	r := request(torino)
	r.Form.FamilyName, r.Form.GivenName, r.Form.TaxCode, r.Form.Phone = "Altrui", "Tizia", "STP0000000000009", "011 9999999"
	other := w.open(r)
	w.waitForFigures()
	anna, audit := w.login("anna", person.ASROperator, torino), w.login("ugo", person.Auditor, "")
	for _, typed := range []string{"fi", "fin", "finz", "finzione", "referto", "referto anal"} {
		anna.post("/cerca/suggerimenti", url.Values{"q": {typed}}).want(200)
	}
	const searched = "Prova ANNA Operatore ASR ASL Città di Torino Ricerca per nome o recapito"
	if got := strings.Count(textOf(audit.open("/revisione/"+string(id)+"/accessi").want(200).root), searched); got != 1 {
		t.Errorf("got %d searches for the person, want 1", got)
	}
	audit.open("/revisione/" + string(other) + "/accessi").want(200).doesNotShow("Ricerca per nome")
	anna.open("/code/tutte").submit("Elenca le richieste", formValues{"Numero, nome, telefono, e-mail, codice fiscale o parole": "011 9999999"}).want(200).shows("Altrui")
	audit.open("/revisione/" + string(other) + "/accessi").want(200).shows(searched)
}
