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

// The landing page has the three boxes of FAQ 2.1 and 2.2, and the advice for a failed login.
func TestLandingPageHasTheThreeBoxes(t *testing.T) {
	w := newSystem(t)
	home := w.browser().open("/").shows("Accesso riservato", "Assistenza", "Documentazione", "Chiuda tutte le finestre del browser.", "Ne apra una nuova e riprovi.")
	home.openLink("Accedi").shows("Nome utente", "Password", "PIN")
	home.openLink("Compila il modulo").shows("Di che cosa ha bisogno?")
	home.openLink("compili il modulo di assistenza").shows("Di che cosa ha bisogno?")
	w.login("dora", person.Citizen, "").open("/").shows("Prova DORA").openLink("Le mie richieste").shows("Nuova richiesta")
}

// The instructions have a section for each paragraph of the operators' FAQ.
func TestInstructionsCoverTheFAQ(t *testing.T) {
	p := newSystem(t).browser().open("/").openLink("Leggi le istruzioni").shows("Il referto è stato prodotto in data", "Il paziente è esente", "si prega di verificare l’effettivo",
		"inviato con successo a FSE/ROL da parte dell’Azienda", "non si usa", "Aprire una richiesta per un cittadino", "allo sportello o per telefono")
	n := 0
	for _, s := range all(p.root, "section") {
		if strings.HasPrefix(attr(s, "id"), "faq-2-") {
			n++
		}
	}
	if n != 12 {
		t.Errorf("got %d sections, want 12: FAQ 2.1 to 2.12", n)
	}
}

// elementLink returns the target of the link with a data-element.
func (p *page) elementLink(element string) string {
	for _, a := range all(p.root, "a") {
		if attr(a, "data-element") == element {
			return attr(a, "href")
		}
	}
	return ""
}

func TestConfiguredDocumentsAreLinked(t *testing.T) {
	unconfigured := newSystem(t).browser()
	unconfigured.open("/privacy").shows("non ha ancora pubblicato qui la propria informativa", "C’è un solo cookie")
	p := unconfigured.open("/accessibilita").shows("non l’ha ancora indicata qui")
	if p.elementLink("accessibility-link") != "/accessibilita" || p.elementLink("privacy-policy-link") != "/privacy" {
		t.Errorf("links in the footer: got %q and %q", p.elementLink("accessibility-link"), p.elementLink("privacy-policy-link"))
	}
	p.openLink("Segnala l’ostacolo").shows("Un altro problema con i miei documenti")

	documents := ui.Documents{Privacy: "https://example.it/privacy", Accessibility: "https://form.agid.gov.it/view/x", Feedback: "mailto:barriere@example.it"}
	b := newSystem(t, func(c *web.Config) { c.Documents = documents }).browser()
	p = b.open("/accessibilita").shows("pubblicata presso AgID").doesNotShow("non l’ha ancora")
	if p.elementLink("accessibility-link") != documents.Accessibility {
		t.Errorf("link in the footer: got %q, want %q", p.elementLink("accessibility-link"), documents.Accessibility)
	}
	if !linksTo(p, documents.Feedback) || !linksTo(b.open("/privacy").doesNotShow("non ha ancora"), documents.Privacy) {
		t.Error("got no link to a configured document")
	}
}

// linksTo reports whether the page has a link to an address.
func linksTo(p *page, address string) bool {
	return slices.ContainsFunc(all(p.root, "a"), func(a *html.Node) bool { return attr(a, "href") == address })
}
