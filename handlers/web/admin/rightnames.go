// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
)

// otherRoleNames holds the Italian names of the roles that no person has.
var otherRoleNames = map[person.Role]string{person.System: "Il sistema", person.Anonymous: "Chi non ha un accesso"}

// relationNames holds the Italian names of the relations.
var relationNames = map[string]string{
	"own": "per sé", "entity": "del proprio ente", "region": "di tutti gli enti", "competent": "competente", "handed-to": "ricevuta in inoltro",
	"sender": "inoltrata alla Regione", "former": "già avuta", "trace": "già avuta, resta la traccia", "assignee": "in carico",
	"author": "ultima azione propria", "citizen": "propria richiesta", "every": "qualunque richiesta", "foreign": "altrui",
	"addressee": "testo per il proprio ente", "reader": "testo per chi vede la richiesta",
}

// actionNames holds the Italian names of the actions.
var actionNames = map[policy.Action]string{
	policy.OpenTicket: "Aprire una richiesta", policy.ReadTicket: "Leggere una richiesta", policy.ListTickets: "Vedere gli elenchi", policy.UpdateTicket: "Aggiornare una richiesta",
	policy.UndoAct: "Annullare l’ultima azione", policy.ReplyToTicket: "Rispondere all’assistenza", policy.OpenTicketPage: "Aprire la pagina di lavoro di una richiesta",
	policy.SearchTickets: "Cercare tra le richieste", policy.KeepDraft: "Tenere una bozza", policy.ShowPresence: "Mostrare che si ha aperta la richiesta",
	policy.ReadEvents: "Leggere la storia completa", policy.ReadAccesses: "Leggere chi ha consultato una richiesta", policy.TakeDossier: "Prendere il fascicolo",
	policy.SubscribeToChanges: "Ricevere gli aggiornamenti della pagina", policy.ListOperators: "Vedere gli operatori del proprio ente", policy.ReadNotifications: "Leggere le proprie notifiche",
	policy.ReadFigures: "Vedere il cruscotto", policy.ExportTickets: "Esportare gli elenchi del cruscotto", policy.ChoosePreferences: "Scegliere se ricevere e-mail",
	policy.ReadOwnAccesses: "Leggere chi ha consultato la propria richiesta", policy.SearchAccesses: "Cercare nel registro delle consultazioni",
	policy.ReportAccesses: "Ricavare le persone coinvolte", policy.ReadUnusual: "Leggere ed esaminare le letture insolite",
	policy.ReadAccountChanges: "Leggere i cambi di ruoli e credenziali", policy.ReadKeys: "Leggere quali chiavi ci sono e chi le ha usate", policy.Administer: "Amministrare il servizio",

	policy.ReadRestricted: "Vedere una richiesta con accesso ristretto", policy.ReadTrace: "Vedere che l’ente l’ha avuta", policy.ReadInternalText: "Leggere le note interne",
	policy.ReadRegionalText: "Leggere le note tra ASR e Regione", policy.ReadCitizenText: "Leggere le note pubbliche e i messaggi del cittadino",
	policy.ReadHeldText: "Leggere una nota non ancora inviata o annullata", policy.ReadChecks: "Leggere le verifiche",

	"move.open": "Aprire", "move.take": "Prendere in carico", "move.assign": "Assegnare", "move.unassign": "Togliere l’operatore", "move.note": "Aggiungere una nota",
	"move.regional-message": "Scrivere tra ASR e Regione", "move.reclassify": "Riclassificare", "move.ask": "Chiedere informazioni al cittadino", "move.resume": "Riprendere la lavorazione",
	"move.answer": "Rispondere a una domanda", "move.not-solved": "Dire che non è risolta", "move.message": "Scrivere un messaggio", "move.escalate": "Inoltrare all’assistenza regionale",
	"move.recall": "Riprendersi una richiesta inoltrata", "move.redirect": "Inoltrare a un’altra ASR", "move.resolve": "Risolvere", "move.discard": "Scartare",
	"move.duplicate": "Segnare come doppia", "move.reopen": "Riaprire", "move.undo": "Annullare", "move.check": "Rispondere alle verifiche", "move.revoke-links": "Annullare i collegamenti del cittadino",
	"move.correct-contacts": "Correggere i recapiti", "move.check-representation": "Registrare la verifica della rappresentanza", "move.inform-citizen": "Registrare la comunicazione al cittadino", "move.restrict-access": "Restringere l’accesso",
	"move.lift-restriction": "Togliere l’accesso ristretto", "move.end-former-view": "Finire la lettura di chi l’ha avuta", "move.erase": "Cancellare i dati personali",
	"move.close": "Chiudere", "move.succession": "Passare all’ente successore", "move.release": "Liberare dall’operatore che non c’è più", "move.begin-playbook": "Cominciare le verifiche",
	"move.learn": "Registrare la risposta di un sistema collegato", "move.remind": "Ricordare le verifiche all’operatore", "move.warn": "Avvisare della presa in carico in scadenza",
	"move.breach": "Segnare la presa in carico scaduta", "move.notice-ping-pong": "Segnalare i rimbalzi tra enti", "move.remind-citizen": "Ricordare la domanda al cittadino",
	"move.expire": "Risolvere senza risposta del cittadino", "move.report-contact": "Segnare un’e-mail non consegnata", "move.keep-mail": "Conservare un’e-mail senza effetto",
	"move.forward-reply": "Portare una risposta alla richiesta principale",
}
