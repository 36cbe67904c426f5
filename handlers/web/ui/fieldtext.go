// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// fieldNames are the names of what people fill in, by the wire's.
var fieldNames = map[string]string{
	"note": "Nota", "note.text": "Nota", "note.visibility": "Destinatario della nota", "note.attachments": "Allegati", "attachments": "Allegati", "text": "Testo",
	"status": "Stato", "assignee": "Operatore", "entity": "ASR di competenza", "reason": "Motivo", "duplicate_of": "Richiesta principale",
	"service": "Servizio", "problem": "Tipologia", "description": "Descrizione della richiesta", "requester.role": "Ruolo",
	"requester.given_name": "Nome", "requester.family_name": "Cognome", "requester.tax_code": "Codice fiscale", "requester.email": "Email",
	"requester.phone": "Recapito telefonico", "requester.on_behalf_of": "Persona interessata", "iuv": "Codice avviso o IUV", "answers": "Verifiche", "channel": "Canale",
	"username": "Nome utente", "name": "Nome e cognome", "password": "Password", "pin": "PIN", "tax_code": "Codice fiscale", "placement": "Ruolo e collocazione",
}

// moveNames say each move in Italian, as it would be on a button.
var moveNames = map[ticket.Move]string{
	ticket.MoveTake: "Prendere in carico", ticket.MoveAssign: "Assegnare", ticket.MoveUnassign: "Togliere l’operatore", ticket.MoveAsk: "Chiedere informazioni",
	ticket.MoveResume: "Riprendere la lavorazione", ticket.MoveEscalate: "Inoltrare all’assistenza regionale", ticket.MoveRecall: "Riprendersi la richiesta",
	ticket.MoveRedirect: "Inoltrare a un’altra ASR", ticket.MoveResolve: "Risolvere", ticket.MoveDiscard: "Scartare", ticket.MoveDuplicate: "Segnare come doppia",
	ticket.MoveReopen: "Riaprire", ticket.MoveUndo: "Annullare", ticket.MoveClose: "Chiudere", ticket.MoveNote: "Aggiungere una nota",
	ticket.MoveRegionalMessage: "Scrivere un messaggio regionale", ticket.MoveReclassify: "Riclassificare", ticket.MoveAnswerCheck: "Rispondere alle verifiche",
}

// FieldText says what is wrong with a field.
func FieldText(f ticket.FieldError) string {
	name := f.Field
	for name != "" && fieldNames[name] == "" { // note.attachments[0].name is one of note.attachments
		name = name[:max(0, strings.LastIndexAny(name, ".["))]
	}
	return cmp.Or(fieldNames[name], "Campo") + ": " + RuleText(f.Rule)
}

// moveText says why a move is not possible, and which rule says so.
func moveText(e *ticket.NotAllowedError) string {
	if why, ok := translate(e.Rule); ok {
		return why
	}
	where := ""
	if from, ok := strings.CutPrefix(e.Rule, "it is possible from "); ok {
		labels := strings.Split(from, ", ")
		for i, status := range labels {
			labels[i] = "«" + ticket.Status(status).Label() + "»"
		}
		where = " Lo è da: " + strings.Join(labels, ", ") + "."
	}
	return "«" + cmp.Or(moveNames[e.Move], "Questa azione") + "» non è possibile su una richiesta nello stato «" + e.Status.Label() + "»." + where
}
