// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// citizenStatus is where a request stands, in a citizen's words: what it is called, and what it means for them.
type citizenStatus struct {
	Label, Explanation string
}

// newCitizenStatus says it. label is the status as the read models tell it to citizens: it knows of redirects.
func newCitizenStatus(s ticket.Status, label string) citizenStatus {
	switch s {
	case ticket.Waiting:
		return citizenStatus{"Aspettiamo una Sua risposta", "Finché non risponde, la richiesta resta ferma."}
	case ticket.HandedOver:
		return citizenStatus{label, "La segue l’assistenza regionale. Non deve fare nulla: Le risponderanno loro."}
	case ticket.Solved:
		return citizenStatus{label, "Se il problema c’è ancora, ce lo scriva: riprendiamo la richiesta."}
	case ticket.Closed:
		return citizenStatus{label, "La richiesta è conclusa e non cambia più."}
	case ticket.New:
		if label == ticket.New.Label() {
			return citizenStatus{"Ricevuta", "Un operatore la leggerà appena possibile. Non serve inviarne un’altra."}
		}
	case ticket.InProgress:
	}
	return citizenStatus{label, "Un operatore ci sta lavorando. Non deve fare nulla: Le scriviamo appena ci sono novità."}
}

// openQuestion is what the citizen is asked: the last note that is not theirs. Nil: nothing is.
func openQuestion(t ticketview.Ticket) *ticketview.Note {
	if t.Status != ticket.Waiting {
		return nil
	}
	for i := len(t.Notes) - 1; i >= 0; i-- {
		if t.Notes[i].Kind == "note" {
			return &t.Notes[i]
		}
	}
	return nil
}
