// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// The landing page has the three boxes of FAQ 2.1 and 2.2, and says what to do when a login fails.
func TestTheLandingPageLeadsEveryoneOn(t *testing.T) {
	w := newSystem(t)
	home := w.browser().open("/").says("Accesso riservato", "Assistenza", "Documentazione", "Chiuda tutte le finestre del browser.", "Ne apra una nuova e riprovi.")
	home.openLink("Accedi").says("Nome utente", "Password", "PIN")
	home.openLink("Compila il modulo").says("Di che cosa ha bisogno?")
	home.openLink("compili il modulo di assistenza").says("Di che cosa ha bisogno?")
	w.login("dora", person.Citizen, "").open("/").says("Prova DORA").openLink("Le mie richieste").says("Nuova richiesta")
}

// Every paragraph of the operators' FAQ has its place.
func TestTheInstructionsAnswerEveryQuestion(t *testing.T) {
	p := newSystem(t).browser().open("/").openLink("Leggi le istruzioni").says("Il referto è stato prodotto in data", "Il paziente è esente", "si prega di verificare l’effettivo",
		"inviato con successo a FSE/ROL da parte dell’Azienda", "non si usa", "Aprire una richiesta per un cittadino", "allo sportello o per telefono")
	n := 0
	for _, s := range all(p.root, "section") {
		if strings.HasPrefix(attr(s, "id"), "faq-2-") {
			n++
		}
	}
	if n != 12 {
		t.Errorf("%d paragraphs, want 2.1 to 2.12", n)
	}
}

// elementLink is where the foot of a page leads for a data-element.
func (p *page) elementLink(element string) string {
	for _, a := range all(p.root, "a") {
		if attr(a, "data-element") == element {
			return attr(a, "href")
		}
	}
	return ""
}

func TestWhatOnlyTheBodyCanSayIsLinked(t *testing.T) {
	honest := newSystem(t).browser()
	honest.open("/privacy").says("non ha ancora pubblicato qui la propria informativa", "C’è un solo cookie")
	p := honest.open("/accessibilita").says("non l’ha ancora indicata qui")
	if p.elementLink("accessibility-link") != "/accessibilita" || p.elementLink("privacy-policy-link") != "/privacy" {
		t.Errorf("the foot leads to %q and %q", p.elementLink("accessibility-link"), p.elementLink("privacy-policy-link"))
	}
	p.openLink("Segnala l’ostacolo").says("Un altro problema con i miei documenti")

	documents := ui.Documents{Privacy: "https://example.it/privacy", Accessibility: "https://form.agid.gov.it/view/x", Feedback: "mailto:barriere@example.it"}
	b := newSystem(t, func(c *web.Config) { c.Documents = documents }).browser()
	p = b.open("/accessibilita").says("pubblicata presso AgID").doesNotSay("non l’ha ancora")
	if p.elementLink("accessibility-link") != documents.Accessibility {
		t.Errorf("the foot leads to %q", p.elementLink("accessibility-link"))
	}
	if !linksTo(p, documents.Feedback) || !linksTo(b.open("/privacy").doesNotSay("non ha ancora"), documents.Privacy) {
		t.Error("what is configured is not linked")
	}
}

func linksTo(p *page, to string) bool {
	return slices.ContainsFunc(all(p.root, "a"), func(a *html.Node) bool { return attr(a, "href") == to })
}
