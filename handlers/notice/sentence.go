// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notice

import (
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/sagas"
)

// sentences say each kind of news in Italian; # stands for the ticket's number, % for which reminder or hand-over it is.
var sentences = map[sagas.Kind]string{
	sagas.NewTicket:        "Nuova richiesta n. #",
	sagas.AssignedToYou:    "Le è stata assegnata la richiesta n. #",
	sagas.Reply:            "Il cittadino ha risposto alla richiesta n. #",
	sagas.Courtesy:         "Il cittadino ha lasciato un messaggio di cortesia sulla richiesta n. #: lo stato non cambia",
	sagas.Handover:         "Una ASR ha inoltrato all’assistenza regionale la richiesta n. #",
	sagas.Receipt:          "Ricevuta: la richiesta n. # è stata inoltrata all’assistenza regionale (inoltro n. %)",
	sagas.HandedBack:       "L’assistenza regionale ha inoltrato alla Sua Azienda la richiesta n. #",
	sagas.Recalled:         "La ASR ha ripreso la richiesta n. #",
	sagas.RegionalMessage:  "Nuovo messaggio tra assistenza regionale e ASR sulla richiesta n. #",
	sagas.Warned:           "La presa in carico della richiesta inoltrata n. # sta per scadere",
	sagas.Breached:         "La richiesta inoltrata n. # non è stata presa in carico in tempo",
	sagas.PingPong:         "La richiesta n. # continua a passare da un ente all’altro (inoltro n. %)",
	sagas.PlaybookReminder: "Promemoria n. %: le verifiche della richiesta n. # attendono una correzione",
	sagas.Proposal:         "Le verifiche della richiesta n. # sono arrivate a un esito: manca solo la conferma",
	sagas.Alert:            "ATTENZIONE, privacy: il referto della richiesta n. # non risulta del richiedente",
	sagas.Undeliverable:    "Recapito fallito: l’indirizzo e-mail della richiesta n. # non riceve",

	sagas.Opened:     "Abbiamo ricevuto la Sua richiesta n. #",
	sagas.Written:    "C’è un messaggio per Lei sulla richiesta n. #",
	sagas.Confirmed:  "La Sua richiesta n. # risulta risolta",
	sagas.Reminder:   "Aspettiamo una Sua risposta sulla richiesta n. #",
	sagas.Reopened:   "La Sua richiesta n. # è stata riaperta",
	sagas.Closed:     "La Sua richiesta n. # è chiusa",
	sagas.Regional:   "La Sua richiesta n. # è seguita dall’assistenza regionale",
	sagas.Redirected: "La Sua richiesta n. # è seguita da un’altra Azienda",
	sagas.Returned:   "La Sua richiesta n. # è di nuovo seguita dall’Azienda che l’aveva prima",
}

func sentence(kind sagas.Kind, number string, n int) string {
	return strings.NewReplacer("#", number, "%", strconv.Itoa(n)).Replace(sentences[kind])
}
