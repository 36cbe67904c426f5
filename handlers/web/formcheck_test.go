// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/handlertest"
	"github.com/sol-assistenza/sol/handlers/web"
	"github.com/sol-assistenza/sol/sagas"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/playbook"
)

// input returns the input with a name.
func (p *page) input(name string) *html.Node {
	p.b.w.Helper()
	for _, n := range all(p.root, "input") {
		if attr(n, "name") == name {
			return n
		}
	}
	p.b.w.Fatalf("%s: there is no input %s", p.at, name)
	return nil
}

// replace changes the value of an input that a browser's user cannot change.
func (p *page) replace(name, value string) *page {
	p.b.w.Helper()
	(&form{}).set(p.input(name), value)
	return p
}

// A form that looks like a program's is refused without a loss: the page keeps everything, and a person who sends it again passes.
func TestFormOfAProgramIsRefusedOnce(t *testing.T) {
	w := newSystem(t)
	b := w.browser()
	token := b.open("/assistenza/ritiro-documenti").fields(sendButton).Get("pagina")
	for name, change := range map[string]func(*page){
		"no page before":   func(p *page) { p.replace("pagina", "") },
		"a forged token":   func(p *page) { p.replace("pagina", "1772442000000."+"00000000") },
		"of another page":  func(p *page) { p.replace("pagina", token) },
		"every field full": func(p *page) { p.replace("sito", "http://example.it") },
		"an old page":      func(*page) { w.Clock.Advance(25 * time.Hour) },
	} {
		p := b.open("/assistenza/ritiro-documenti")
		change(p)
		refused := p.submit(sendButton, citizenForm()).want(403).shows("Controlli e invii di nuovo", "basta inviare di nuovo", "con la app")
		kept := refused.fields(sendButton)
		if kept.Get("cognome") != "Finzione" || kept.Get("ente") != string(torino) || kept.Get("interessato") != "Prova Minore" || kept.Get("sito") != "" {
			t.Errorf("%s: got %v, want everything as typed", name, kept)
		}
	}
	w.waitForLists()
	p := b.open("/assistenza/ritiro-documenti").replace("sito", "x").submit(sendButton, citizenForm()).want(403)
	p.submit(sendButton, nil).want(200).shows("Richiesta inviata")
	w.onlyTicket(torino) // none of the refused ones was stored
}

// The trap is for programs alone: nobody sees it, hears it or reaches it by keyboard.
func TestTrapIsHiddenFromPeople(t *testing.T) {
	w := newSystem(t)
	for _, path := range []string{"/assistenza/ritiro-documenti", "/assistenza/assistenza-online"} {
		n := w.browser().open(path).input("sito")
		if attr(n, "tabindex") != "-1" || attr(n, "autocomplete") != "off" || attr(n.Parent, "aria-hidden") != "true" || attr(n.Parent, "class") != "sol-honeypot" {
			t.Errorf("%s: got an input that people can meet", path)
		}
	}
}

// One page opens a bounded number of tickets, from however many addresses it is sent.
func TestOnePageIsSentAFewTimes(t *testing.T) {
	w := newSystem(t)
	p := w.browser().open("/assistenza/ritiro-documenti")
	for range 5 {
		p.submit(sendButton, citizenForm()).want(200) // the same ticket
	}
	p.submit(sendButton, citizenForm()).want(403).shows("già stata inviata più volte").submit(sendButton, nil).want(200)
}

// A form that is sent at once is not refused but waits: the answer comes when a person could have filled it in.
func TestFastFormWaits(t *testing.T) {
	w := newSystem(t, func(c *web.Config) { c.MinFillTime = 400 * time.Millisecond })
	p := w.browser().open("/assistenza/ritiro-documenti")
	start := time.Now()
	p.submit(sendButton, citizenForm()).want(200).shows("Richiesta inviata")
	if d := time.Since(start); d < 400*time.Millisecond {
		t.Errorf("the answer came after %s, want at least 400 ms", d)
	}
}

// Over the bound of a tax code the page says when to try again, and keeps what was typed.
func TestPageSaysWhenToTryAgain(t *testing.T) {
	w := newSystemWith(t, handlertest.Options{
		Sagas: sagas.All(catalog.Default(), playbook.Default()),
		Forms: formlimit.Config{Email: formlimit.Bound{Count: formlimit.Unlimited}, TaxCode: formlimit.Bound{Count: 1, Window: time.Hour}},
	})
	b := w.browser()
	b.open("/assistenza/ritiro-documenti").submit(sendButton, citizenForm()).want(200)
	refused := b.open("/assistenza/ritiro-documenti").submit(sendButton, citizenForm()).want(429).shows("Troppe richieste con questi dati", "riprovi dopo le 11:00", "con la app")
	w.Clock.Advance(time.Hour)
	refused.submit(sendButton, nil).want(200).shows("Richiesta inviata")
}
