// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notification

import (
	"iter"
	"maps"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/sagas"
)

// sentences holds the Italian sentence of each kind of notification. # stands for the ticket's number, % for the number of the reminder or
// hand-over.
var sentences = map[sagas.NotificationKind]string{
	sagas.KindNewTicket:        "Nuova richiesta n. #",
	sagas.KindAssigned:         "Le è stata assegnata la richiesta n. #",
	sagas.KindReply:            "Il cittadino ha risposto alla richiesta n. #",
	sagas.KindCourtesyReply:    "Il cittadino ha lasciato un messaggio di cortesia sulla richiesta n. #: lo stato non cambia",
	sagas.KindUnverifiedMail:   "È arrivata una risposta da un mittente non verificato sulla richiesta n. #",
	sagas.KindHandover:         "Una ASR ha inoltrato all’assistenza regionale la richiesta n. #",
	sagas.KindHandoverReceipt:  "Ricevuta: la richiesta n. # è stata inoltrata all’assistenza regionale (inoltro n. %)",
	sagas.KindHandedBack:       "L’assistenza regionale ha inoltrato alla Sua Azienda la richiesta n. #",
	sagas.KindRecalled:         "La ASR ha ripreso la richiesta n. #",
	sagas.KindRegionalMessage:  "Nuovo messaggio tra assistenza regionale e ASR sulla richiesta n. #",
	sagas.KindDeadlineNear:     "La presa in carico della richiesta inoltrata n. # sta per scadere",
	sagas.KindDeadlineMissed:   "La richiesta inoltrata n. # non è stata presa in carico in tempo",
	sagas.KindPingPong:         "La richiesta n. # continua a passare da un ente all’altro (inoltro n. %)",
	sagas.KindPlaybookReminder: "Promemoria n. %: le verifiche della richiesta n. # attendono una correzione",
	sagas.KindOutcomeProposed:  "Le verifiche della richiesta n. # sono arrivate a un esito: manca solo la conferma",
	sagas.KindPrivacyAlert:     "ATTENZIONE, privacy: il referto della richiesta n. # non risulta del richiedente",
	sagas.KindContactFailed:    "E-mail non consegnata: l’indirizzo della richiesta n. # non riceve",

	sagas.KindFileClosed: "L’antivirus ha bloccato un allegato della richiesta n. #: non si può aprire",

	sagas.KindToInform: "Da comunicare per telefono o lettera: promemoria n. % sulla richiesta n. #",

	sagas.KindContactsCorrected: "I recapiti della Sua richiesta n. # sono stati corretti",

	sagas.KindOpened:      "Abbiamo ricevuto la Sua richiesta n. #",
	sagas.KindNewLink:     "I collegamenti precedenti alla Sua richiesta n. # non valgono più",
	sagas.KindPublicNote:  "C’è un messaggio per Lei sulla richiesta n. #",
	sagas.KindFileRefused: "L’antivirus ha bloccato un file che ha inviato con la richiesta n. #: se serve, ne invii un’altra copia",
	sagas.KindConfirmed:   "La Sua richiesta n. # risulta risolta",
	sagas.KindReminder:    "Aspettiamo una Sua risposta sulla richiesta n. #",
	sagas.KindReopened:    "La Sua richiesta n. # è stata riaperta",
	sagas.KindClosed:      "La Sua richiesta n. # è chiusa",
	sagas.KindWithRegion:  "La Sua richiesta n. # è seguita dall’assistenza regionale",
	sagas.KindRedirected:  "La Sua richiesta n. # è seguita da un’altra Azienda",
	sagas.KindBackAtASR:   "La Sua richiesta n. # è di nuovo seguita dall’Azienda che l’aveva prima",
}

// IsKnown reports whether this release knows a kind of notification.
func IsKnown(kind sagas.NotificationKind) bool { return sentences[kind] != "" }

// Kinds returns the kinds of notifications that this release knows.
func Kinds() iter.Seq[sagas.NotificationKind] { return maps.Keys(sentences) }

func sentence(kind sagas.NotificationKind, number string, n int) string {
	return strings.NewReplacer("#", number, "%", strconv.Itoa(n)).Replace(sentences[kind])
}
