// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"strings"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// fieldNames are the names of what people fill in, by the wire's.
var fieldNames = map[string]string{
	"note": "Nota", "note.text": "Nota", "note.visibility": "Destinatario della nota", "note.attachments": "Allegati", "attachments": "Allegati", "text": "Testo",
	"status": "Stato", "assignee": "Operatore", "entity": "ASR di competenza", "reason": "Motivo", "duplicate_of": "Richiesta principale",
	"service": "Servizio", "problem": "Tipologia", "description": "Descrizione della richiesta", "requester.role": "Ruolo",
	"requester.given_name": "Nome", "requester.family_name": "Cognome", "requester.tax_code": "Codice fiscale", "requester.email": "Email",
	"requester.phone": "Recapito telefonico", "requester.on_behalf_of": "Persona interessata", "iuv": "Codice avviso o IUV", "answers": "Verifiche", "channel": "Canale",
	"username": "Nome utente", "name": "Nome e cognome", "password": "Password", "pin": "PIN", "tax_code": "Codice fiscale", "placement": "Ruolo",
}

// moveNames say each move in Italian, as it would be on a button.
var moveNames = map[ticket.Move]string{
	ticket.MoveTake: "Prendere in carico", ticket.MoveAssign: "Assegnare", ticket.MoveUnassign: "Togliere l’operatore", ticket.MoveAsk: "Chiedere informazioni",
	ticket.MoveResume: "Riprendere la lavorazione", ticket.MoveEscalate: "Inoltrare all’assistenza regionale", ticket.MoveRecall: "Riprendersi la richiesta",
	ticket.MoveRedirect: "Inoltrare a un’altra ASR", ticket.MoveResolve: "Risolvere", ticket.MoveDiscard: "Scartare", ticket.MoveDuplicate: "Segnare come doppia",
	ticket.MoveReopen: "Riaprire", ticket.MoveUndo: "Annullare", ticket.MoveClose: "Chiudere", ticket.MoveNote: "Aggiungere una nota",
	ticket.MoveRegionalMessage: "Scrivere un messaggio regionale", ticket.MoveReclassify: "Riclassificare", ticket.MoveAnswerCheck: "Rispondere alle verifiche",
}

// FieldText returns what is wrong with a field, after its name.
func FieldText(f ticket.FieldError) string { return fieldReasonText(f.Field, f.Reason) }

// fieldReasonText returns the reason after the name of the field, which is given by its name in the API.
func fieldReasonText(name string, r refusal.Reason) string {
	for name != "" && fieldNames[name] == "" { // note.attachments[0].name is one of note.attachments
		name = name[:max(0, strings.LastIndexAny(name, ".["))]
	}
	return cmp.Or(fieldNames[name], "Campo") + ": " + ReasonText(r)
}

// moveText returns why a move is not possible, and from which statuses it is.
func moveText(e *ticket.NotAllowedError) string {
	where := ""
	switch e.Reason.Code {
	case "": // the move and the status say it all
	case refusal.PossibleFrom:
		labels := make([]string, len(e.Reason.Args))
		for i, status := range e.Reason.Args {
			labels[i] = "«" + ticket.Status(status).Label() + "»"
		}
		where = " " + ReasonText(refusal.PossibleFrom.With(labels...))
	default:
		return ReasonText(e.Reason)
	}
	return "«" + cmp.Or(moveNames[e.Move], "Questa azione") + "» non è possibile su una richiesta nello stato «" + e.Status.Label() + "»." + where
}
