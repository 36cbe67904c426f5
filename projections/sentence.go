// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// toOperator says an event in an Italian sentence, with the event's name. It holds no text that anyone typed.
func toOperator(r ticket.Recorded, n Names) (kind, text string) {
	switch e := r.Event.(type) {
	case ticket.Opened:
		return "opened", "Richiesta aperta, in carico a " + n.short(e.Entity)
	case ticket.Assigned:
		return "assigned", "Assegnata a " + n.holder(e.Assignee)
	case ticket.Unassigned:
		return "unassigned", "Tolta l’assegnazione"
	case ticket.Taken:
		return "taken", "Presa in carico da " + n.holder(e.Assignee)
	case ticket.CitizenNote:
		return "citizen_note", "Nota pubblica al cittadino"
	case ticket.InternalNote:
		return "internal_note", "Nota interna di " + n.short(e.Entity)
	case ticket.RegionalNote:
		return "regional_note", "Nota tra l’assistenza regionale e " + n.short(e.ASR)
	case ticket.CitizenAsked:
		return "citizen_asked", "Chieste informazioni al cittadino"
	case ticket.Resumed:
		return "resumed", "Lavorazione ripresa"
	case ticket.CitizenReplied:
		return "citizen_replied", map[ticket.ReplyKind]string{
			ticket.Answer:    "Il cittadino ha risposto",
			ticket.NotSolved: "Il cittadino scrive che il problema non è risolto",
			ticket.Message:   "Il cittadino ha lasciato un messaggio",
		}[e.Kind]
	case ticket.Escalated:
		return "escalated", "Inoltrata all’assistenza regionale da " + n.short(e.From)
	case ticket.Recalled:
		return "recalled", "Ripresa da " + n.short(e.Entity) + " prima della presa in carico regionale"
	case ticket.Redirected:
		return "redirected", "Inoltrata dall’assistenza regionale a " + n.short(e.To)
	case ticket.Resolved:
		return "resolved", "Risolta"
	case ticket.Discarded:
		return "discarded", map[ticket.DiscardReason]string{
			ticket.Spam:     "Scartata: messaggio indesiderato",
			ticket.TestOnly: "Scartata: prova",
			ticket.Repeated: "Scartata: già presente",
		}[e.Why]
	case ticket.MarkedDuplicate:
		return "marked_duplicate", "Risolta come duplicato di un’altra richiesta"
	case ticket.Reopened:
		if r.By.Role == person.Citizen {
			return "reopened", "Riaperta dal cittadino"
		}
		return "reopened", "Riaperta"
	case ticket.ActWithdrawn:
		return "act_withdrawn", "Ultima azione annullata prima dell’invio"
	case ticket.AutoClosed:
		return "auto_closed", "Chiusa dal sistema: il tempo di attesa è trascorso"
	case ticket.Succeeded:
		return "succeeded", "Passata da " + n.short(e.From) + " a " + n.short(e.To) + ", che le succede"
	case ticket.Reclassified:
		return "reclassified", "Riclassificata: " + n.service(e.Service).Label + ", " + n.problem(e.Service, e.Problem, false).Label
	case ticket.PersonalDataErased:
		return "personal_data_erased", "Dati personali cancellati"
	}
	return "", ""
}

// toCitizen says an event to the citizen, naming no operator; "" where it does not concern them.
func toCitizen(e ticket.Event, n Names) (kind, text string) {
	switch e := e.(type) {
	case ticket.Opened:
		return "opened", "Richiesta inviata"
	case ticket.Taken:
		return "taken", "Richiesta presa in carico"
	case ticket.CitizenNote:
		return "citizen_note", "Nuovo messaggio per Lei"
	case ticket.CitizenAsked:
		return "citizen_asked", "Le sono state chieste informazioni"
	case ticket.Resumed:
		return "resumed", "Richiesta in lavorazione"
	case ticket.CitizenReplied:
		return "citizen_replied", "Risposta inviata"
	case ticket.Escalated:
		return "escalated", "Richiesta inoltrata all’assistenza regionale"
	case ticket.Recalled:
		return "recalled", "Richiesta di nuovo in carico a " + n.short(e.Entity)
	case ticket.Redirected:
		return "redirected", "Richiesta inoltrata a " + n.short(e.To)
	case ticket.Resolved:
		return "resolved", "Richiesta risolta"
	case ticket.Discarded:
		return "discarded", "Richiesta conclusa"
	case ticket.MarkedDuplicate:
		return "marked_duplicate", "Richiesta unita a un’altra Sua richiesta"
	case ticket.Reopened:
		return "reopened", "Richiesta riaperta"
	case ticket.AutoClosed:
		return "auto_closed", "Richiesta chiusa"
	case ticket.Succeeded:
		return "succeeded", "Richiesta ora in carico a " + n.short(e.To)
	case ticket.PersonalDataErased:
		return "personal_data_erased", "Dati personali cancellati"
	case ticket.Assigned, ticket.Unassigned, ticket.InternalNote, ticket.RegionalNote, ticket.ActWithdrawn,
		ticket.Reclassified:
	}
	return "", ""
}

// holder is whom a ticket is given to, in a sentence.
func (n Names) holder(a ticket.Assignee) string {
	if a.Supervisors {
		return "Supervisori"
	}
	return or(n.operator(a.Operator), "un operatore")
}
