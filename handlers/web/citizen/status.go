// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// citizenStatus is a status in the words for citizens: its label, and what it means for the citizen.
type citizenStatus struct {
	Label, Explanation string
}

// newCitizenStatus returns the text of a status. label is the label of the read models for citizens. A new ticket that its entity got
// from the Region has another label than a ticket that was just opened: the citizen reads that an operator works on it.
func newCitizenStatus(s ticket.Status, label string) citizenStatus {
	switch s {
	case ticket.StatusWaiting:
		return citizenStatus{"Aspettiamo una Sua risposta", "Finché non risponde, la richiesta resta ferma."}
	case ticket.StatusHandedOver:
		return citizenStatus{label, "La segue l’assistenza regionale. Non deve fare nulla: Le risponderanno loro."}
	case ticket.StatusResolved:
		return citizenStatus{label, "Se il problema c’è ancora, ce lo scriva: riprendiamo la richiesta."}
	case ticket.StatusClosed:
		return citizenStatus{label, "La richiesta è conclusa e non cambia più."}
	case ticket.StatusNew:
		if label == ticket.StatusNew.Label() {
			return citizenStatus{"Ricevuta", "Un operatore la leggerà appena possibile. Non serve inviarne un’altra."}
		}
	case ticket.StatusInProgress:
	}
	return citizenStatus{label, "Un operatore ci sta lavorando. Non deve fare nulla: Le scriviamo appena ci sono novità."}
}

// openQuestion returns the question that the citizen has to answer: the last note of an operator on a waiting ticket. It returns nil for
// a ticket with another status.
func openQuestion(t ticketview.Ticket) *ticketview.Note {
	if t.Status != ticket.StatusWaiting {
		return nil
	}
	for i := len(t.Notes) - 1; i >= 0; i-- {
		if t.Notes[i].Kind == "note" {
			return &t.Notes[i]
		}
	}
	return nil
}
