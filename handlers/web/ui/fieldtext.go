// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// fieldNames holds the Italian name of each field, by its name in the API.
var fieldNames = map[string]string{
	"note": "Nota", "note.text": "Nota", "note.visibility": "Destinatario della nota", "note.attachments": "Allegati", "attachments": "Allegati", "text": "Testo",
	"status": "Stato", "assignee": "Operatore", "entity": "ASR di competenza", "reason": "Motivo", "duplicate_of": "Richiesta principale",
	"service": "Servizio", "problem": "Tipologia", "description": "Descrizione della richiesta", "requester.role": "Ruolo",
	"requester.given_name": "Nome", "requester.family_name": "Cognome", "requester.tax_code": "Codice fiscale", "requester.email": "Email",
	"requester.phone": "Recapito telefonico", "requester.on_behalf_of": "Persona interessata", "iuv": "Codice avviso o IUV", "answers": "Verifiche", "channel": "Canale",
	"email": "E-mail", "phone": "Telefono", "how": "Come", "kind": "A che titolo", "seen": "Che cosa ha visto", "act": "Atto", "act_date": "Data dell’atto", "outcome": "Esito", "username": "Nome utente", "name": "Nome e cognome", "password": "Password", "pin": "PIN", "current": "Password e PIN attuali", "factor_name": "Nome", "code": "Codice", "tax_code": "Codice fiscale", "placement": "Ruolo", "provider": "Servizio di identità", "privacy_statement": "Informativa privacy", "security_key": "Chiave di sicurezza", "until": "Vale fino al",
}

// moveNames holds the Italian name of each move, in the form that a button has.
var moveNames = map[ticket.Move]string{
	ticket.MoveTake: "Prendere in carico", ticket.MoveAssign: "Assegnare", ticket.MoveUnassign: "Togliere l’operatore", ticket.MoveAsk: "Chiedere informazioni",
	ticket.MoveResume: "Riprendere la lavorazione", ticket.MoveEscalate: "Inoltrare all’assistenza regionale", ticket.MoveRecall: "Riprendersi la richiesta",
	ticket.MoveRedirect: "Inoltrare a un’altra ASR", ticket.MoveResolve: "Risolvere", ticket.MoveDiscard: "Scartare", ticket.MoveDuplicate: "Segnare come doppia",
	ticket.MoveReopen: "Riaprire", ticket.MoveUndo: "Annullare", ticket.MoveClose: "Chiudere", ticket.MoveNote: "Aggiungere una nota",
	ticket.MoveCorrectContacts: "Correggere i recapiti", ticket.MoveInformCitizen: "Registrare la comunicazione",
	ticket.MoveRegionalMessage: "Scrivere un messaggio regionale", ticket.MoveReclassify: "Riclassificare", ticket.MoveAnswerCheck: "Rispondere alle verifiche",
	ticket.MoveCheckRepresentation: "Registrare la verifica della rappresentanza",
}

// FieldText returns the Italian name of a field and what is wrong with it.
func FieldText(f ticket.FieldError) string { return fieldReasonText(f.Field, f.Reason) }

// fieldReasonText returns the Italian name of a field and the text of the reason. The argument name is the field's name in the API.
func fieldReasonText(name string, r refusal.Reason) string {
	for name != "" && fieldNames[name] == "" { // note.attachments[0].name gets the name of note.attachments
		name = name[:max(0, strings.LastIndexAny(name, ".["))]
	}
	return cmp.Or(fieldNames[name], "Campo") + ": " + ReasonText(r)
}

// moveText returns the error message for a move that is not possible, with the statuses from which it would be.
func moveText(e *ticket.NotAllowedError) string {
	possibleFrom := ""
	switch e.Reason.Code {
	case "": // the move and the status are enough
	case refusal.PossibleFrom:
		labels := make([]string, len(e.Reason.Args))
		for i, status := range e.Reason.Args {
			labels[i] = "«" + ticket.Status(status).Label() + "»"
		}
		possibleFrom = " " + ReasonText(refusal.PossibleFrom.With(labels...))
	default:
		return ReasonText(e.Reason)
	}
	return "«" + cmp.Or(moveNames[e.Move], "Questa azione") + "» non è possibile su una richiesta nello stato «" + e.Status.Label() + "»." + possibleFrom
}
