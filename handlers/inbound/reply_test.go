// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package inbound

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sol-assistenza/sol/domain/ticket"
)

func TestReplyReopensResolvedTicket(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusResolved)
	_, _, before := w.last(id)
	raw := plain("Non funziona ancora.\n\nIl giorno lun 23 nov 2026 alle ore 10:00 SOL Assistenza ha scritto:\n> La Sua richiesta è risolta")
	for range 2 { // the peer did not get the answer and sends the mail again
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatal(err)
		}
	}
	_, s, n := w.last(id)
	history, _ := w.dispatcher.History(t.Context(), id)
	reply, ok := history[n-2].Event.(ticket.CitizenReplied)
	if s.Status != ticket.StatusInProgress || n != before+2 || !ok || reply.Kind != ticket.ReplyNotSolved || reply.Personal.Text != "Non funziona ancora." {
		t.Errorf("got status %s after %d events, reply %+v, want %s after %d", s.Status, n, reply, ticket.StatusInProgress, before+2)
	}
}

// A mail that names the reply address in To and Cc comes twice, also at once and by two ways. It counts once.
func TestCopiesOfOneMailCountOnce(t *testing.T) {
	w := newFixture(t)
	id := w.open(ticket.StatusWaiting)
	_, _, before := w.last(id)
	raw, sent := plain("Era il 3 novembre"), make(chan error)
	for n := range 4 {
		go func() {
			sent <- w.mail(w.addresses.Reply(id), fmt.Sprintf("Received: from mx%d.example.it\n%s", n, raw))
		}()
	}
	for range 4 {
		if err := <-sent; err != nil {
			t.Error(err)
		}
	}
	if last, _, after := w.last(id); after != before+1 {
		t.Errorf("got %d new events, the last %+v, want one", after-before, last)
	}
}

// A question is answered also by thanks, and by what only looks like a machine's mail.
func TestAnswersToQuestions(t *testing.T) {
	w := newFixture(t)
	for name, raw := range map[string]string{
		"subject with \"fuori sede\"":  strings.Replace(plain("L’esame era a Cuneo"), "Re: richiesta", "Re: esame fatto fuori sede", 1),
		"with thanks":                  plain("Grazie, ma era il 3 novembre"),
		"thanks alone":                 plain("Tutto ok, grazie"),
		"a reaction":                   plain("👍\n\nProva Fittizia reacted to your message"),
		"no automatic answers, please": plain("Era il 3 novembre", "X-Auto-Response-Suppress: All"),
		"explicitly a person's":        plain("Era il 3 novembre", "Auto-Submitted: no"),
	} {
		id := w.open(ticket.StatusWaiting)
		if err := w.mail(w.addresses.Reply(id), raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, s, _ := w.last(id); s.Status != ticket.StatusInProgress {
			t.Errorf("%s: got status %s, want %s", name, s.Status, ticket.StatusInProgress)
		}
	}
}
