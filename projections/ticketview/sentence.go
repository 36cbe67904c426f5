// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ticketview

import (
	"cmp"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/receivedmail"
)

// operatorSentence returns an Italian sentence about an event, for operators. It contains no text that a person typed.
func operatorSentence(r ticket.Recorded, n Names) string {
	switch e := r.Event.(type) {
	case ticket.Opened:
		return "Richiesta aperta, in carico a " + n.shortName(e.Entity)
	case ticket.Assigned:
		return "Assegnata a " + n.assigneeName(e.Assignee)
	case ticket.Unassigned:
		return "Tolta l’assegnazione"
	case ticket.Taken:
		return "Presa in carico da " + n.assigneeName(e.Assignee)
	case ticket.CitizenNote:
		return "Nota pubblica al cittadino"
	case ticket.InternalNote:
		return "Nota interna di " + n.shortName(e.Entity)
	case ticket.RegionalNote:
		return "Nota tra l’assistenza regionale e " + n.shortName(e.ASR)
	case ticket.CitizenAsked:
		return "Chieste informazioni al cittadino"
	case ticket.Resumed:
		return "Lavorazione ripresa"
	case ticket.CitizenReplied:
		if e.Unverified {
			return "Arrivata una risposta da un mittente non verificato"
		}
		return map[ticket.ReplyKind]string{
			ticket.ReplyAnswer:    "Il cittadino ha risposto",
			ticket.ReplyNotSolved: "Il cittadino scrive che il problema non è risolto",
			ticket.ReplyMessage:   "Il cittadino ha lasciato un messaggio",
		}[e.Kind]
	case ticket.Escalated:
		return "Inoltrata all’assistenza regionale da " + n.shortName(e.From)
	case ticket.Recalled:
		return "Ripresa da " + n.shortName(e.Entity) + " prima della presa in carico regionale"
	case ticket.Redirected:
		return "Inoltrata dall’assistenza regionale a " + n.shortName(e.To)
	case ticket.Resolved:
		return "Risolta"
	case ticket.Discarded:
		return map[ticket.DiscardReason]string{
			ticket.Spam:     "Scartata: messaggio indesiderato",
			ticket.TestOnly: "Scartata: prova",
			ticket.Repeated: "Scartata: già presente",
		}[e.Why]
	case ticket.MarkedDuplicate:
		return "Risolta come duplicato di un’altra richiesta"
	case ticket.Reopened:
		if r.By.Role == person.Citizen {
			return "Riaperta dal cittadino"
		}
		return "Riaperta"
	case ticket.ActWithdrawn:
		return "Ultima azione annullata prima dell’invio"
	case ticket.AutoClosed:
		return "Chiusa dal sistema: il tempo di attesa è trascorso"
	case ticket.TransferredToSuccessor:
		return "Passata da " + n.shortName(e.From) + " a " + n.shortName(e.To) + ", che le succede"
	case ticket.Reclassified:
		return "Riclassificata: " + n.Service(e.Service).Label + ", " + n.Problem(e.Service, e.Problem, false).Label
	case ticket.PlaybookStarted:
		return "Verifiche avviate: " + n.title(string(e.Pinned.Playbook))
	case ticket.CheckAnswered:
		return n.question(e.Check) + " " + yesNo(e.Yes)
	case ticket.CheckTried:
		return n.question(e.Check) + " Non ancora noto: " + unknownLabels[e.Why]
	case ticket.AnswersForgotten:
		return "Verifiche da rifare"
	case ticket.OutcomeCarriedOut:
		return "Eseguito l’esito delle verifiche: " + n.title(string(e.Outcome))
	case ticket.PlaybookReminded:
		return "Promemoria: le verifiche attendono una correzione"
	case ticket.HandoverWarned:
		return "Inoltro vicino alla scadenza"
	case ticket.HandoverBreached:
		return "Inoltro scaduto senza presa in carico"
	case ticket.PingPongNoticed:
		return "La richiesta continua a passare da un ente all’altro"
	case ticket.CitizenReminded:
		return "Inviato un promemoria al cittadino"
	case ticket.ContactFailed:
		return "E-mail non consegnata: l’indirizzo non riceve"
	case ticket.MailKept:
		return map[receivedmail.MailEffect]string{
			receivedmail.AutomaticMail: "Arrivata un’e-mail automatica: non cambia nulla",
			receivedmail.CourtesyMail:  "Arrivata un’e-mail di ringraziamento: non cambia nulla",
		}[e.Why]
	case ticket.LinksRevoked:
		if e.Send {
			return "Annullati i collegamenti e gli indirizzi di risposta; inviato il nuovo collegamento"
		}
		return "Annullati i collegamenti e gli indirizzi di risposta"
	case ticket.ContactsCorrected:
		return correctionSentence(e)
	case ticket.CitizenInformed:
		return "Comunicato al cittadino per " + string(e.How)
	case ticket.ReplyForwarded:
		return "Il cittadino ha risposto qui: la risposta è nella richiesta principale"
	case ticket.FormerViewEnded:
		return "Finita la sola lettura di " + n.shortName(e.Entity)
	case ticket.AccessRestricted:
		return "Accesso ristretto all’operatore assegnato e ai supervisori"
	case ticket.RestrictionLifted:
		return "Tolto l’accesso ristretto"
	case ticket.RepresentationVerified:
		return "Rappresentanza verificata: " + representationKinds[e.Kind]
	case ticket.RepresentationRefused:
		return "Rappresentanza non riconosciuta: " + representationKinds[e.Kind]
	case ticket.PersonalDataErased:
		return "Dati personali cancellati"
	}
	return ""
}

// correctionSentence says which contacts were corrected.
func correctionSentence(e ticket.ContactsCorrected) string {
	switch {
	case e.EmailChanged && e.NoEmail:
		return "Tolto l’indirizzo e-mail del cittadino"
	case e.EmailChanged && e.PhoneChanged:
		return "Corretti e-mail e telefono del cittadino"
	case e.EmailChanged:
		return "Corretto l’indirizzo e-mail del cittadino"
	}
	return "Corretto il telefono del cittadino"
}

// yesNo returns an answer in Italian.
func yesNo(yes bool) string {
	if yes {
		return "Sì"
	}
	return "No"
}

// citizenSentence returns an Italian sentence about an event, for the citizen, without the name of an operator. It is "" for an event that
// is not for the citizen.
func citizenSentence(e ticket.Event, n Names) string {
	switch e := e.(type) {
	case ticket.Opened:
		return "Richiesta inviata"
	case ticket.Taken:
		return "Richiesta presa in carico"
	case ticket.CitizenNote:
		return "Nuovo messaggio per Lei"
	case ticket.CitizenAsked:
		return "Le sono state chieste informazioni"
	case ticket.Resumed:
		return "Richiesta in lavorazione"
	case ticket.CitizenReplied:
		if e.Unverified {
			return "Arrivata una risposta da un mittente non verificato"
		}
		return "Risposta inviata"
	case ticket.Escalated:
		return "Richiesta inoltrata all’assistenza regionale"
	case ticket.Recalled:
		return "Richiesta di nuovo in carico a " + n.shortName(e.Entity)
	case ticket.Redirected:
		return "Richiesta inoltrata a " + n.shortName(e.To)
	case ticket.Resolved:
		return "Richiesta risolta"
	case ticket.Discarded:
		return "Richiesta conclusa"
	case ticket.MarkedDuplicate:
		return "Richiesta unita a un’altra Sua richiesta"
	case ticket.Reopened:
		return "Richiesta riaperta"
	case ticket.AutoClosed:
		return "Richiesta chiusa"
	case ticket.TransferredToSuccessor:
		return "Richiesta ora in carico a " + n.shortName(e.To)
	case ticket.CitizenReminded:
		return "Le è stato inviato un promemoria"
	case ticket.PersonalDataErased:
		return "Dati personali cancellati"
	case ticket.ContactsCorrected:
		return "I Suoi recapiti sono stati corretti"
	case ticket.CitizenInformed:
		return "Le abbiamo dato notizia per " + string(e.How)
	case ticket.ReplyForwarded:
		return "La Sua risposta è stata aggiunta alla richiesta a cui questa è unita"
	case ticket.RepresentationVerified:
		return "Verificato che può chiedere per l’altra persona"
	case ticket.RepresentationRefused:
		return "Non risulta che possa chiedere per l’altra persona"
	case ticket.InternalNote, ticket.RegionalNote:
	case ticket.ContactFailed, ticket.MailKept, ticket.LinksRevoked:
	case ticket.AssignmentEvent, ticket.ActWithdrawn, ticket.Reclassified, ticket.PlaybookEvent, ticket.HandoverAlertEvent,
		ticket.ReaderEvent:
	}
	return ""
}

// assigneeName returns the name of an assignee for a sentence.
func (n Names) assigneeName(a ticket.Assignee) string {
	if a.Supervisors {
		return "Supervisori"
	}
	return cmp.Or(n.OperatorName(a.Operator), "un operatore")
}
