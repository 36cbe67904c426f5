// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// On a resolved ticket courtesies are kept as messages and machines' mails as mails without effect; neither changes the status.
func TestAutomaticMailsAndCourtesiesKeepTheStatus(t *testing.T) {
	w := newFixture(t)
	for name, c := range map[string]struct {
		raw      string
		courtesy bool
	}{
		"automatic reply":        {plain("Sono fuori ufficio fino a lunedì", "Auto-Submitted: auto-replied"), false},
		"out of office":          {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "Risposta automatica: richiesta", 1), false},
		"away":                   {strings.Replace(plain("Torno lunedì"), "Re: richiesta", "R: Fuori sede", 1), false},
		"a German one":           {strings.Replace(plain("Bin weg"), "Re: richiesta", "Automatische Antwort: La Sua richiesta", 1), false},
		"a list":                 {plain("Ciao", "List-Id: <lista.example.it>"), false},
		"bulk mail":              {plain("Ciao", "Precedence: bulk"), false},
		"a vacation program":     {plain("Torno lunedì", "Precedence: auto-reply"), false},
		"a read receipt":         {"From: prova@example.it\nSubject: Letto: richiesta\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nIl messaggio è stato letto\n--b--\n", false},
		"a receipt of PEC":       {plain("Ricevuta di avvenuta consegna", "X-Ricevuta: avvenuta-consegna"), false},
		"thanks":                 {plain("Grazie mille!\n\nInviato da iPhone"), true},
		"thanks and a greeting":  {plain("Perfetto, grazie per la disponibilità.\nBuona giornata"), true},
		"thanks and a name":      {plain("Grazie mille 🙏\nProva"), true},
		"thanks and a signature": {plain("Grazie!\n-- \nProva Fittizia"), true},
		"the requester's name":   {strings.Replace(plain("Perfetto, grazie.\nCordiali saluti\nProva Fittizia"), "From: Prova ", "From: ", 1), true},
		"a reaction":             {plain("👍\n\nProva Fittizia reacted to your message"), true},
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mail(w.addresses.Reply(id), c.raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		last, s, _ := w.last(id)
		reply, replied := last.(ticket.CitizenReplied)
		kept, isKept := last.(ticket.MailKept)
		if s.Status != ticket.StatusResolved || replied != c.courtesy || isKept == c.courtesy || replied && reply.Kind != ticket.ReplyMessage ||
			isKept && (kept.Why != receivedmail.AutomaticMail || kept.Personal.Text == "") {
			t.Errorf("%s: got status %s, last event %+v, want it resolved", name, s.Status, last)
		}
	}
}

// A resolved ticket is reopened by thanks with more than thanks, also if the rest may stand in what was cut.
func TestThanksWithMoreReopen(t *testing.T) {
	w := newFixture(t)
	for name, text := range map[string]string{
		"a but":       "Grazie, ma non riesco a scaricarlo",
		"a quotation": "Grazie!\n\nIl giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza <assistenza@assistenza.example.it> ha scritto:\n> La Sua richiesta è risolta\n> NON VA",
		"a signature": "Grazie!\n-- \nP.S. manca ancora la seconda pagina",
	} {
		id := w.open(ticket.StatusResolved)
		if err := w.mail(w.addresses.Reply(id), plain(text)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
			t.Errorf("%s: got status %s, want %s", name, s.Status, ticket.StatusInProgress)
		}
	}
}

func TestCourtesies(t *testing.T) {
	for text, want := range map[string]bool{
		"Grazie!": true, "grazie mille e buona giornata": true, "OK, grazie. Cordiali saluti": true, "": false, "Grazie ma non va": false,
		"ok allora": false, "Grazie, Prova Fittizia": true, "Prova": false, "Grazie, Altra Fittizia": false, "👍": true,
		"Grazie 🙏🏻": true, "Grazie?": false, "GRAZIE PER LA DISPONIBILITÀ": true,
	} {
		if got := isCourtesy(text, "Prova Fittizia"); got != want {
			t.Errorf("%q: got %t, want %t", text, got, want)
		}
	}
}
