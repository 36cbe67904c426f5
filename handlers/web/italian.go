// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// fields are the names of what people fill in, by the wire's.
var fields = map[string]string{
	"note": "Nota", "note.text": "Nota", "note.visibility": "Destinatario della nota", "note.attachments": "Allegati", "attachments": "Allegati", "text": "Testo",
	"status": "Stato", "assignee": "Operatore", "entity": "ASR di competenza", "reason": "Motivo", "duplicate_of": "Richiesta principale",
	"service": "Servizio", "problem": "Tipologia", "description": "Descrizione della richiesta", "requester.role": "Ruolo",
	"requester.given_name": "Nome", "requester.family_name": "Cognome", "requester.tax_code": "Codice fiscale", "requester.email": "Email",
	"requester.phone": "Recapito telefonico", "requester.on_behalf_of": "Persona interessata", "iuv": "Codice avviso o IUV", "answers": "Verifiche",
}

// rules are the refusals of the domain in Italian, by what it says in English; italian_test.go looks that none is missing.
var rules = map[string]string{
	"is required": "è obbligatorio.",
	"is too long": "è troppo lungo.",
}

// moves say each move in Italian, as it would be on a button.
var moves = map[ticket.Move]string{
	ticket.MoveTake: "Prendere in carico", ticket.MoveAssign: "Assegnare", ticket.MoveUnassign: "Togliere l’operatore", ticket.MoveAsk: "Chiedere informazioni",
	ticket.MoveResume: "Riprendere la lavorazione", ticket.MoveEscalate: "Inoltrare all’assistenza regionale", ticket.MoveRecall: "Riprendersi la richiesta",
	ticket.MoveRedirect: "Inoltrare a un’altra ASR", ticket.MoveResolve: "Risolvere", ticket.MoveDiscard: "Scartare", ticket.MoveDuplicate: "Segnare come doppia",
	ticket.MoveReopen: "Riaprire", ticket.MoveUndo: "Annullare", ticket.MoveClose: "Chiudere", ticket.MoveNote: "Aggiungere una nota",
	ticket.MoveMessage: "Scrivere un messaggio regionale", ticket.MoveReclassify: "Riclassificare", ticket.MoveCheck: "Rispondere alle verifiche",
}

// fieldInItalian says what is wrong with a field.
func fieldInItalian(f ticket.FieldError) string {
	name := f.Field
	for name != "" && fields[name] == "" { // note.attachments[0].name is one of note.attachments
		name = name[:max(0, strings.LastIndexAny(name, ".["))]
	}
	return or(fields[name], "Campo") + ": " + ruleInItalian(f.Rule)
}

func ruleInItalian(rule string) string {
	if it, ok := rules[rule]; ok {
		return it
	}
	return "il valore non è ammesso qui."
}

// moveInItalian says why a move is not possible, and which rule says so.
func moveInItalian(e *ticket.NotAllowedError) string {
	if e.Move == ticket.MoveClose {
		return "Lo stato «Chiuso» non si imposta a mano: dopo il tempo di attesa la richiesta risolta si chiude da sola (FAQ 2.5)."
	}
	if e.Status == ticket.Closed {
		return "Una richiesta chiusa non si modifica più (FAQ 2.5): se il cittadino scrive ancora, si apre una nuova richiesta collegata."
	}
	return "«" + or(moves[e.Move], "Questa azione") + "» non è possibile su una richiesta nello stato «" + e.Status.Label() + "»."
}
