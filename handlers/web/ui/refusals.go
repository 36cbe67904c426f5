// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"regexp"
	"strings"
)

// refusalTexts are the refusals of the rooms below in Italian, by what they say in English; * stands for what is filled in there, and
// $1 is the first of it. What is said of a field follows the field's name. italian_test.go looks that none is missing, and
// that none is left over.
var refusalTexts = map[string]string{
	// Any field.
	"is required":                      "compili questo campo.",
	"is too long":                      "il testo è troppo lungo, lo abbrevi.",
	"is not readable text":             "contiene caratteri che non si possono leggere: lo scriva di nuovo.",
	"* is not one of the values":       "scelga uno dei valori dell’elenco.",
	"nothing to update":                "è rimasto com’era, e tutto il resto anche. Scriva una nota, o cambi lo stato o l’operatore.",
	"is not evidence for *":            "questo dato non serve per la verifica.",
	"is for operators":                 "questa scelta è riservata agli operatori.",
	"there is no such operator":        "questo operatore non c’è: lo scelga dall’elenco.",
	"is neither yes nor no":            "risponda sì o no; se non lo sa ancora, non risponda.",
	"* is not asked here":              "questa verifica non è prevista a questo punto: ricarichi la pagina.",
	"another problem has other checks": "cambiando tipologia cambiano le verifiche: prima riclassifichi la richiesta, poi risponda.",

	// Who asks (FAQ 2.2).
	"there is no tax code":                                                       "scriva il codice fiscale.",
	"the tax code has neither 16 nor 11 characters":                              "deve avere 16 caratteri, o 11 cifre: lo copi dalla tessera sanitaria.",
	"character * of the tax code cannot stand there":                             "il carattere numero $1 non può stare in quella posizione: lo confronti con la tessera sanitaria.",
	"the ninth character of the tax code names no month":                         "il nono carattere, quello del mese di nascita, non è valido: lo confronti con la tessera sanitaria.",
	"the tenth and eleventh character of the tax code name no day of that month": "i caratteri decimo e undicesimo, quelli del giorno di nascita, non sono validi: li confronti con la tessera sanitaria.",
	"the last character of the tax code does not fit the others":                 "l’ultimo carattere non corrisponde agli altri: uno dei caratteri è sbagliato, li confronti con la tessera sanitaria.",
	"a tax code of 11 characters holds other than digits":                        "se ha 11 caratteri devono essere tutte cifre.",
	"the last digit of the tax code does not fit the others":                     "l’ultima cifra non corrisponde alle altre: una delle cifre è sbagliata.",
	"there is no e-mail address":                                                 "scriva l’indirizzo email.",
	"the e-mail address is longer than 254 characters":                           "l’indirizzo ha più di 254 caratteri.",
	"this is not one plain e-mail address":                                       "scriva un solo indirizzo, come nome.cognome@example.it.",
	"what stands before the @ is no mailbox name":                                "la parte prima di @ non è valida: niente spazi, accenti o punti doppi.",
	"what stands after the @ is no domain":                                       "la parte dopo @ non è valida: scriva un dominio come example.it.",
	"there is no telephone number":                                               "scriva il numero di telefono.",
	"the telephone number has more than 15 digits":                               "il numero ha più di 15 cifre.",
	"the telephone number has fewer than 6 digits or more than 15":               "il numero deve avere da 6 a 15 cifre.",
	"the telephone number holds a character that cannot stand there":             "usi solo cifre, spazi, trattini, barre e parentesi, con + all’inizio per il prefisso internazionale.",
	"a parenthesis in the telephone number is not closed":                        "una parentesi non è chiusa.",
	"no country code begins with 0":                                              "nessun prefisso internazionale comincia con 0: lo controlli.",
	"the operators' form is for operators":                                       "questo modulo è per gli operatori: scelga «Operatore di Assistenza».",

	// Files (FAQ 2.2).
	"too many files":                       "può allegare al massimo cinque file: ne tolga qualcuno.",
	"every file has a name":                "un file non ha nome: lo scelga di nuovo.",
	"is empty or too long":                 "il nome del file è vuoto o troppo lungo: lo rinomini.",
	"files of this kind are not accepted":  "questo tipo di file non è accettato. Sono ammessi: pdf, doc, docx, xls, xlsx, zip, png, gif, jpeg.",
	"is empty or over 1 MB":                "il file è vuoto o supera 1 MB: lo riduca, o lo divida in più file.",
	"the content is not that of a .* file": "il contenuto non è quello di un file .$1: lo salvi di nuovo nel formato giusto.",
	"the image is too large":               "l’immagine ha troppi pixel: la riduca.",
	"the archive cannot be read":           "l’archivio non si può leggere: lo crei di nuovo.",
	"the archive unpacks to too much":      "l’archivio contiene troppo: ne alleghi solo una parte.",

	// Where and about what.
	"there is no health authority *":   "questa Azienda non c’è: la scelga dall’elenco.",
	"* does not work yet":              "$1 non è ancora attiva: ne scelga un’altra.",
	"* has ceased; its successor is *": "$1 non esiste più: scelga l’Azienda che l’ha sostituita.",

	// «Aggiorna» (FAQ 2.3–2.6).
	"asking the citizen takes a public note with the question (FAQ 2.4)":                                          "per chiedere informazioni scriva la domanda al cittadino in una nota pubblica (FAQ 2.4).",
	"resolving takes a public note with the reason, which the citizen reads (FAQ 2.5)":                            "per risolvere scriva la motivazione in una nota pubblica: la leggerà il cittadino (FAQ 2.5).",
	"handing over takes a public note with the reason, which the Region reads and the citizen does not (FAQ 2.6)": "per inoltrare scriva la motivazione in una nota pubblica: la leggerà l’assistenza regionale, non il cittadino (FAQ 2.6).",
	"sending the ticket to another ASR takes a public note, which that ASR reads and the citizen does not":        "per inoltrare a un’altra ASR scriva una nota pubblica: la leggerà quella ASR, non il cittadino.",
	"a duplicate takes a public note that tells the citizen so":                                                   "per segnare la richiesta come doppia lo dica al cittadino in una nota pubblica.",
	"a * makes no duplicate":                                                                         "non si può segnare la richiesta come doppia insieme a un’altra azione: le faccia una alla volta.",
	"is not another ticket of the same citizen":                                                      "indichi il numero di un’altra richiesta dello stesso cittadino.",
	"there is no such ticket, or it is not yours to see":                                             "questa richiesta non c’è, o non è tra quelle che può vedere: controlli il numero.",
	"a duplicate is resolved":                                                                        "una richiesta doppia diventa «Risolto»: lasci lo stato com’è.",
	"a redirected ticket is nuovo at the ASR named":                                                  "inoltrata a un’altra ASR la richiesta torna «Nuovo»: lasci lo stato com’è.",
	"«Regione Piemonte» hands the ticket over":                                                       "scegliendo «Regione Piemonte» lo stato diventa «Non di competenza»: non ne scelga un altro.",
	"a regional message stands alone; in a hand-over public means the Region already":                "un messaggio regionale si invia da solo; quando si inoltra, la nota pubblica arriva già alla Regione.",
	"* needs a reason":                                                                               "scriva il motivo.",
	"nothing here records a reason":                                                                  "questa azione non registra un motivo: lo scriva nella nota.",
	"the reason of a resolution is its public note; a supervisor discards without any note":          "il motivo di una risoluzione è la nota pubblica; solo un supervisore scarta una richiesta senza nota.",
	"taking a ticket puts somebody on it":                                                            "prendendo in carico la richiesta indichi chi la segue.",
	"the entity that receives the ticket chooses its own operator":                                   "l’operatore lo sceglie l’ente che riceve la richiesta: lasci vuoto questo campo.",
	"is not an operator of the competent entity (FAQ 2.3: to another operator of one's own Azienda)": "scelga un operatore della Sua Azienda (FAQ 2.3).",

	// The checks (FAQ 2.7–2.12).
	"no checks are prescribed for this problem":                                              "per questa tipologia non sono previste verifiche.",
	"version * of playbook * is not loaded":                                                  "le verifiche di questa richiesta non sono disponibili: avvisi chi amministra il servizio.",
	"is missing for the note of the outcome":                                                 "manca un dato che serve alla nota: lo aggiunga alla verifica, o scriva la nota a mano.",
	"the checks of playbook * have not come to a hand-over: say why it is made all the same": "le verifiche non prevedono l’inoltro alla Regione: scelga per quale motivo inoltrare comunque.",
	"* is not one of the reasons for a hand-over; a text goes into the note":                 "scelga uno dei motivi dell’elenco; il testo va nella nota.",

	// Who may (FAQ 2.6).
	"this is done by operators; you can reply": "Lo fanno gli operatori: Lei può rispondere.",
	"the system alone does this, by itself":    "Questo avviene da sé: nessuno deve farlo.",
	"the ticket was handed over and you keep a read-only trace: until the Region takes it you can recall it (status *, with a reason) or write a regional message (FAQ 2.6)": "La richiesta è stata inoltrata alla Regione. Finché la Regione non la prende in carico può riprenderla, indicando il motivo, o scrivere un messaggio regionale (FAQ 2.6).",
	"the Region has taken the ticket over and you keep a read-only trace: you can write a regional message (FAQ 2.6)":                                                        "La Regione ha preso in carico la richiesta: può consultarla e scrivere un messaggio regionale (FAQ 2.6).",
	"the ticket was handed over: your entity keeps a read-only trace (FAQ 2.6)":                                                                                              "La richiesta è stata inoltrata: la Sua Azienda può solo consultarla (FAQ 2.6).",
	"the ticket is in the Region's hands: a * changes nothing else":                                                                                                          "La richiesta è della Regione: insieme a questa azione non si può cambiare altro.",
	"only the Region sends a ticket to another entity, and nuovo is no other target: hand it over with status non_di_competenza (FAQ 2.6)":                                   "Solo la Regione inoltra a un’altra ASR: imposti lo stato «Non di competenza», con una nota pubblica (FAQ 2.6).",
	"the ticket is the Region's already: send it to an ASR with entity":                                                                                                      "La richiesta è già della Regione: la inoltri all’ASR competente.",
	"a regional message goes between the Region and the ASR that handed over, while the Region has the ticket: write a note":                                                 "Il messaggio regionale è tra la Regione e l’ASR che ha inoltrato, finché la richiesta è della Regione: scriva una nota.",
	"only a supervisor discards: resolve with a public note, or assign the ticket to supervisori":                                                                            "Solo un supervisore scarta una richiesta: la risolva con una nota pubblica, o la assegni ai supervisori.",
	"only the citizen replies: write a public note":                                                                                                                          "Risponde solo il cittadino: scriva una nota pubblica.",
	"the checks are made by the ASR, on its own systems: send the ticket back to it with entity":                                                                             "Le verifiche le fa l’ASR sui propri sistemi: le inoltri la richiesta.",
	"only an administrator erases personal data":                                                                                                                             "Solo un amministratore cancella i dati personali.",
	"the system alone closes (FAQ 2.5)":                                                                                                                                      "Lo stato «Chiuso» non si imposta a mano: la richiesta risolta si chiude da sola (FAQ 2.5).",
	"the system alone moves tickets of a ceased entity":                                                                                                                      "Le richieste di un ente cessato passano da sole a chi gli succede.",
	"the system alone does this, when a placement ends: leave the ticket without anyone (assignee)":                                                                          "Questo avviene da sé quando un operatore cambia incarico: lasci la richiesta senza operatore.",

	// What is not possible now.
	"something happened since, or the last act was not yours":                                               "Nel frattempo è successo altro, o l’ultima azione non era Sua: non si può più annullare.",
	"only an act whose public note has not been shown yet can be withdrawn":                                 "La nota è già stata inviata, e non si può più annullare: ne scriva un’altra.",
	"somebody took it already, or left it; choose yourself in the operator menu (assignee) to take it over": "Un’altra persona l’ha già presa in carico, o l’ha lasciata. Per seguirla Lei, scelga il Suo nome nel menù «Operatore».",
	"the system alone closes, by itself, some time after risolto (FAQ 2.5: do not use the status chiuso)":   "Lo stato «Chiuso» non si imposta a mano: dopo il tempo di attesa la richiesta risolta si chiude da sola (FAQ 2.5).",
	"a closed ticket is final (FAQ 2.5); the citizen's next message opens a new ticket linked to it":        "Una richiesta chiusa non si modifica più (FAQ 2.5): se il cittadino scrive ancora, si apre una nuova richiesta collegata.",
	"the ticket's personal data was erased; open a new ticket":                                              "I dati personali di questa richiesta sono stati cancellati: ne apra una nuova.",
	"the ticket does not exist yet": "La richiesta non c’è ancora.",
	"the ticket exists already":     "La richiesta c’è già.",

	// Accounts and roles.
	"2 to 64 of a–z, 0–9, dot, hyphen, underscore, @":            "usi da 2 a 64 caratteri tra lettere minuscole, cifre, punto, trattino e @.",
	"given and family name are required, 200 characters at most": "scriva nome e cognome, al massimo 200 caratteri.",
	"10 to 200 characters":           "usi da 10 a 200 caratteri.",
	"4 to 12 digits":                 "usi da 4 a 12 cifre.",
	"role * is not held at entity *": "questo ruolo non si può avere presso questo ente.",
}

// refusalPatterns are the rules with something filled in.
var refusalPatterns = func() map[*regexp.Regexp]string {
	all := map[*regexp.Regexp]string{}
	for english, italian := range refusalTexts {
		if strings.Contains(english, "*") {
			all[regexp.MustCompile("(?s)^"+strings.ReplaceAll(regexp.QuoteMeta(english), `\*`, "(.*?)")+"$")] = italian
		}
	}
	return all
}()

// RuleText says a rule of the rooms below.
func RuleText(rule string) string {
	if italian, ok := translate(rule); ok {
		return italian
	}
	return "non è ammesso qui."
}

// translate looks a rule up. False: it is not in the table.
func translate(rule string) (string, bool) {
	rule, _, _ = strings.Cut(rule, "; allowed: ") // as errors of persons' identifiers end where they are only text
	if italian, ok := refusalTexts[rule]; ok {
		return italian, true
	}
	for pattern, italian := range refusalPatterns {
		if found := pattern.FindStringSubmatchIndex(rule); found != nil {
			return string(pattern.ExpandString(nil, italian, rule, found)), true
		}
	}
	return "", false
}
