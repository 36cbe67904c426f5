// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// failedDelivery returns the report of a mail server about a mail of ours.
func failedDelivery(action string) string {
	return "From: mailer-daemon@example.it\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.it\n\nFinal-Recipient: rfc822; prova@example.it\nAction: " + action + "\nStatus: 5.1.1\n--b--\n"
}

func TestReturnedMail(t *testing.T) {
	w := newFixture(t)
	w.mailed = w.open(ticket.StatusWaiting)
	subject := func(s, text string, headers ...string) string {
		return strings.Replace(plain(text, headers...), "Re: richiesta", s, 1)
	}
	for name, c := range map[string]struct {
		from, raw string
		failed    bool
		kept      int // mails without effect at the ticket
	}{
		"delayed":               {"", failedDelivery("delayed"), false, 0},
		"relayed":               {"", failedDelivery("relayed"), false, 0},
		"failed":                {"", failedDelivery("failed"), true, 0},
		"failed, with a sender": {"postmaster@example.it", failedDelivery("failed"), true, 0},
		"Exim":                  {"", subject("Mail delivery failed: returning message to sender", "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered", "X-Failed-Recipients: prova@example.it"), true, 0},
		"Exim, delayed":         {"", subject("Warning: message 1abc delayed 24 hours", "No action is required on your part."), false, 0},
		"no sender, Italian":    {"", subject("Messaggio non recapitabile", "La casella non esiste"), true, 0},
		"no sender, no words":   {"", subject("Re: richiesta", "…"), true, 0},
		"not accepted by PEC":   {"posta-certificata@pec.example.it", subject("AVVISO DI NON ACCETTAZIONE", "Errore", "X-Ricevuta: non-accettazione"), true, 0},
		"PEC warns of failure":  {"posta-certificata@pec.example.it", subject("AVVISO DI MANCATA CONSEGNA", "Errore", "X-Ricevuta: preavviso-errore-consegna"), true, 0},
		"PEC found a virus":     {"posta-certificata@pec.example.it", subject("PROBLEMA DI SICUREZZA", "Errore", "X-Ricevuta: rilevazione-virus"), true, 0},
		"PEC delivered":         {"posta-certificata@pec.example.it", subject("CONSEGNA", "Ricevuta", "X-Ricevuta: avvenuta-consegna"), false, 0},
		"vacation, no sender":   {"", subject("Risposta automatica: richiesta", "Assente fino al 10/12", "Auto-Submitted: auto-replied"), false, 1},
		"vacation":              {"prova@example.it", subject("Fuori ufficio", "Assente fino al 10/12", "Precedence: auto_reply"), false, 1},
	} {
		w.bounced = nil
		_, before, _ := w.last(w.mailed)
		m := uuid.NewString()
		if err := w.mailFrom(c.from, w.addresses.Bounce(m), c.raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.mu.Lock()
		if got := slices.Equal(w.bounced, []string{m}); got != c.failed || len(w.bounced) > 1 {
			t.Errorf("%s: got bounces %v, want failed %t", name, w.bounced, c.failed)
		}
		w.mu.Unlock()
		if last, s, _ := w.last(w.mailed); s.KeptMails-before.KeptMails != c.kept || s.Status != ticket.StatusWaiting {
			t.Errorf("%s: got %d kept mails, last event %+v, want %d", name, s.KeptMails-before.KeptMails, last, c.kept)
		}
	}
}
