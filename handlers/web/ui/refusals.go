// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import "github.com/sol-assistenza/sol/domain/refusal"

// Texts that several codes share.
const (
	badFilter = "Uno dei filtri dell’indirizzo non è ammesso. Li tolga e riprovi."
	// retryLogin is what FAQ 2.2 says to do.
	retryLogin  = "Chiuda tutte le finestre del browser, ne apra una nuova e riprovi."
	wrongAnswer = "La risposta del servizio di identità non è valida, perciò l’accesso non è stato concesso. " + retryLogin
	staleTimer  = "Nel frattempo la richiesta è andata avanti: questa azione automatica non serve più."
	notHeld     = "non si tiene presso questo ente. I ruoli ASR vogliono una ASR, quelli regionali la Regione, revisori e responsabili della protezione dei dati un ente o la Regione, gli altri nessun ente."
)

// refusalTexts holds the Italian text of each code. A text about a field is shown after the field's name. %[1]s stands for the first
// argument of the reason; a text need not show all arguments.
var refusalTexts = map[refusal.Code]string{
	// Any field.
	refusal.Required:        "compili questo campo.",
	refusal.TooLong:         "il testo è troppo lungo, lo abbrevi.",
	refusal.NotText:         "contiene caratteri che non si possono leggere: lo scriva di nuovo.",
	refusal.NotOneOf:        "scelga uno dei valori dell’elenco.",
	refusal.NothingToUpdate: "è rimasto com’era, e tutto il resto anche. Scriva una nota, o cambi lo stato o l’operatore.",
	refusal.NotEvidence:     "questo dato non serve per la verifica.",
	refusal.OperatorsOnly:   "questa scelta è riservata agli operatori.",
	refusal.UnknownOperator: "questo operatore non c’è: lo scelga dall’elenco.",
	refusal.NotYesOrNo:      "risponda sì o no; se non lo sa ancora, non risponda.",
	refusal.CheckNotAsked:   "questa verifica non è prevista a questo punto: ricarichi la pagina.",
	refusal.ReclassifyFirst: "cambiando tipologia cambiano le verifiche: prima riclassifichi la richiesta, poi risponda.",

	// Identifiers of a person (FAQ 2.2).
	refusal.TaxCodeMissing:        "scriva il codice fiscale.",
	refusal.TaxCodeLength:         "deve avere 16 caratteri, o 11 cifre: lo copi dalla tessera sanitaria.",
	refusal.TaxCodeCharacter:      "il carattere numero %[1]s non può stare in quella posizione: lo confronti con la tessera sanitaria.",
	refusal.TaxCodeMonth:          "il nono carattere, quello del mese di nascita, non è valido: lo confronti con la tessera sanitaria.",
	refusal.TaxCodeDay:            "i caratteri decimo e undicesimo, quelli del giorno di nascita, non sono validi: li confronti con la tessera sanitaria.",
	refusal.TaxCodeCheckCharacter: "l’ultimo carattere non corrisponde agli altri: uno dei caratteri è sbagliato, li confronti con la tessera sanitaria.",
	refusal.TaxCodeDigits:         "se ha 11 caratteri devono essere tutte cifre.",
	refusal.TaxCodeCheckDigit:     "l’ultima cifra non corrisponde alle altre: una delle cifre è sbagliata.",
	refusal.EmailMissing:          "scriva l’indirizzo email.",
	refusal.EmailLength:           "l’indirizzo ha più di 254 caratteri.",
	refusal.EmailShape:            "scriva un solo indirizzo, come nome.cognome@example.it.",
	refusal.EmailLocalPart:        "la parte prima di @ non è valida: niente spazi, accenti o punti doppi.",
	refusal.EmailDomain:           "la parte dopo @ non è valida: scriva un dominio come example.it.",
	refusal.PhoneMissing:          "scriva il numero di telefono.",
	refusal.PhoneTooLong:          "il numero ha più di 15 cifre.",
	refusal.PhoneLength:           "il numero deve avere da 6 a 15 cifre: ne scriva uno solo.",
	refusal.PhoneCharacter:        "usi solo cifre, spazi, punti, trattini, barre e parentesi, con + all’inizio per il prefisso internazionale e «int.» prima dell’interno.",
	refusal.PhoneParenthesis:      "una parentesi non è chiusa.",
	refusal.PhoneCountryCode:      "nessun prefisso internazionale comincia con 0: lo controlli.",
	refusal.OperatorsFormOnly:     "questo modulo è per gli operatori: scelga «Operatore di Assistenza».",

	// Files (FAQ 2.2).
	refusal.TooManyFiles:    "può allegare al massimo cinque file: ne tolga qualcuno.",
	refusal.FileWithoutName: "un file non ha nome: lo scelga di nuovo.",
	refusal.FileNameLength:  "il nome del file è vuoto o troppo lungo: lo rinomini.",
	refusal.FileType:        "questo tipo di file non è accettato. Sono ammessi: pdf, doc, docx, xls, xlsx, zip, png, gif, jpeg. Un documento firmato (p7m), un’e-mail o altro possono stare in un archivio zip.",
	refusal.FileSize:        "il file supera 1 MB: lo riduca, o lo divida in più file.",
	refusal.FileEmpty:       "il file è vuoto: controlli che si apra, poi lo scelga di nuovo.",
	refusal.FileContent:     "il contenuto non è quello di un file .%[1]s: lo salvi di nuovo nel formato giusto.",
	refusal.FileContentIs:   "si chiama .%[1]s ma il contenuto è quello di un file .%[2]s: ne cambi il nome, oppure lo salvi di nuovo nel formato giusto.",
	refusal.FileHEIC:        "è una fotografia HEIC, che non possiamo ricevere: la apra e la salvi o la condivida come JPEG. Sull’iPhone scelga «Più compatibile» in Impostazioni, Fotocamera, Formati, prima di scattare.",

	refusal.FileWithoutExtension: "il nome non ha un’estensione, come .pdf o .jpg: la aggiunga, poi scelga di nuovo il file.",

	refusal.ImageTooLarge:     "l’immagine ha troppi pixel: la riduca.",
	refusal.ImageDamaged:      "l’immagine è danneggiata: la scatti o la salvi di nuovo.",
	refusal.FileNameReversed:  "il nome contiene segni che invertono la direzione del testo: rinomini il file.",
	refusal.FileNameOfProgram: "il nome somiglia a quello di un programma, .%[1]s prima di .%[2]s: rinomini il file.",
	refusal.ArchiveUnreadable: "«%[1]s» non si può leggere: crei di nuovo l’archivio.",
	refusal.ArchiveTooLarge:   "«%[1]s» contiene troppo: ne alleghi solo una parte.",
	refusal.ArchiveNested:     "«%[1]s» sta in troppi archivi uno dentro l’altro: lo alleghi da solo.",
	refusal.ArchiveUnknown:    "«%[1]s» è un archivio o un’immagine di disco che non possiamo controllare: alleghi ciò che contiene.",
	refusal.ArchiveProgram:    "«%[1]s» è un programma, e non è accettato: lo tolga dall’archivio o dal documento.",
	refusal.FileEncrypted:     "«%[1]s» è protetto da password: lo invii senza password.",
	refusal.OfficeMacros:      "«%[1]s» contiene macro: lo salvi senza macro, oppure come PDF.",

	// The health authority of a ticket.
	refusal.UnknownAuthority:      "questa Azienda non c’è: la scelga dall’elenco.",
	refusal.AuthorityNotYetActive: "%[1]s non è ancora attiva: ne scelga un’altra.",
	refusal.AuthorityCeased:       "%[1]s non esiste più: scelga l’Azienda che l’ha sostituita.",

	// An update (FAQ 2.3 to 2.6).
	refusal.AskNeedsNote:         "per chiedere informazioni scriva la domanda al cittadino in una nota pubblica (FAQ 2.4).",
	refusal.ResolveNeedsNote:     "per risolvere scriva la motivazione in una nota pubblica: la leggerà il cittadino (FAQ 2.5).",
	refusal.EscalateNeedsNote:    "per inoltrare scriva la motivazione in una nota pubblica: la leggerà l’assistenza regionale, non il cittadino (FAQ 2.6).",
	refusal.RedirectNeedsNote:    "per inoltrare a un’altra ASR scriva una nota pubblica: la leggerà quella ASR, non il cittadino.",
	refusal.DuplicateNeedsNote:   "per segnare la richiesta come doppia lo dica al cittadino in una nota pubblica.",
	refusal.DuplicateWithMove:    "non si può segnare la richiesta come doppia insieme a un’altra azione: le faccia una alla volta.",
	refusal.NotSameCitizen:       "indichi il numero di un’altra richiesta dello stesso cittadino.",
	refusal.DuplicateLoop:        "la richiesta indicata è già segnata come doppia di questa: nessuno lavorerebbe più né l’una né l’altra.",
	refusal.UnknownTicket:        "questa richiesta non c’è, o non è tra quelle che può vedere: controlli il numero.",
	refusal.DuplicateIsResolved:  "una richiesta doppia diventa «Risolto»: lasci lo stato com’è.",
	refusal.RedirectedIsNew:      "inoltrata a un’altra ASR la richiesta torna «Nuovo»: lasci lo stato com’è.",
	refusal.RegionMeansHandover:  "scegliendo «Regione Piemonte» lo stato diventa «Non di competenza»: non ne scelga un altro.",
	refusal.RegionalMessageAlone: "un messaggio regionale si invia da solo; quando si inoltra, la nota pubblica arriva già alla Regione.",
	refusal.ReasonRequired:       "scriva il motivo.",
	refusal.ReasonNotRecorded:    "questa azione non registra un motivo: lo scriva nella nota.",
	refusal.ResolveReasonIsNote:  "il motivo di una risoluzione è la nota pubblica; solo un supervisore scarta una richiesta senza nota.",
	refusal.TakeNeedsAssignee:    "prendendo in carico la richiesta indichi chi la segue.",
	refusal.ReceiverAssigns:      "l’operatore lo sceglie l’ente che riceve la richiesta: lasci vuoto questo campo.",
	refusal.NotOwnOperator:       "scelga un operatore della Sua Azienda (FAQ 2.3).",

	// The checks of a playbook (FAQ 2.7 to 2.12).
	refusal.NoChecks:              "per questa tipologia non sono previste verifiche.",
	refusal.PlaybookNotLoaded:     "le verifiche di questa richiesta non sono disponibili: avvisi chi amministra il servizio.",
	refusal.EvidenceMissing:       "manca un dato che serve alla nota: lo aggiunga alla verifica, o scriva la nota a mano.",
	refusal.HandoverAgainstChecks: "le verifiche non prevedono l’inoltro alla Regione: scelga per quale motivo inoltrare comunque.",
	refusal.UnknownGround:         "scelga uno dei motivi dell’elenco; il testo va nella nota.",

	// Representation and privacy statements.
	refusal.RepresentationUnverified: "La richiesta riguarda un’altra persona e nessuno ha ancora verificato che il richiedente possa agire per lei: registri prima la verifica, nel riquadro «Rappresentanza». Fino ad allora una nota pubblica può solo chiedere informazioni o documenti (stato «In attesa di informazioni da utente»).",
	refusal.RepresentationRefused:    "La rappresentanza non è stata riconosciuta: una nota pubblica può solo chiedere informazioni o documenti, oppure concludere la richiesta (stato «Risolto»).",
	refusal.EndNotRecorded:           "Il termine si scrive solo se la rappresentanza è verificata.",
	refusal.EndOutOfRange:            "Il giorno è già passato, o è oltre i 18 anni da oggi.",
	refusal.RepresentationNoFiles:    "Gli allegati partono solo quando la rappresentanza è verificata.",
	refusal.RepresentationNoData:     "Il testo contiene «%[1]s», che viene dalle verifiche sull’altra persona: può partire solo quando la rappresentanza è verificata.",
	refusal.NobodyRepresented:        "Il modulo non nomina nessuno oltre al richiedente.",
	refusal.NotTicketFile:            "Non è un allegato di questa richiesta.",
	refusal.EvidenceRequired:         "Scelga un allegato della richiesta, oppure scriva che cosa ha visto, l’atto e la sua data.",
	refusal.StatementChanged:         "L’informativa è cambiata mentre compilava: legga quella nuova qui sotto, poi invii di nuovo.",
	refusal.StatementNotShown:        "Legga l’informativa dell’Azienda scelta, qui sotto, poi invii di nuovo.",
	refusal.StatementUnchanged:       "È lo stesso testo della versione in vigore.",
	refusal.AdministratorPublishes:   "Solo un amministratore pubblica le informative.",

	// Actors who may not make a move (FAQ 2.6).
	refusal.CitizenMayReply:     "Lo fanno gli operatori: Lei può rispondere.",
	refusal.RoleOpensNone:       "Con questo ruolo non si aprono richieste.",
	refusal.SystemOnly:          "Questo avviene da sé: nessuno deve farlo.",
	refusal.TraceMayRecall:      "La richiesta è stata inoltrata alla Regione. Finché la Regione non la prende in carico può riprenderla, indicando il motivo, o scrivere un messaggio regionale (FAQ 2.6).",
	refusal.TraceMayWrite:       "La Regione ha preso in carico la richiesta: può consultarla e scrivere un messaggio regionale (FAQ 2.6).",
	refusal.TraceOnly:           "La richiesta è stata inoltrata: la Sua Azienda può solo consultarla (FAQ 2.6).",
	refusal.RegionHasTicket:     "La richiesta è della Regione: insieme a questa azione non si può cambiare altro.",
	refusal.RegionRedirects:     "Solo la Regione inoltra a un’altra ASR: imposti lo stato «Non di competenza», con una nota pubblica (FAQ 2.6).",
	refusal.AlreadyAtRegion:     "La richiesta è già della Regione: la inoltri all’ASR competente.",
	refusal.NoRegionalMessage:   "Il messaggio regionale è tra la Regione e l’ASR che ha inoltrato, finché la richiesta è della Regione: scriva una nota.",
	refusal.SupervisorDiscards:  "Solo un supervisore scarta una richiesta: la risolva con una nota pubblica, o la assegni ai supervisori.",
	refusal.CitizenReplies:      "Risponde solo il cittadino: scriva una nota pubblica.",
	refusal.ASRAnswersChecks:    "Le verifiche le fa l’ASR sui propri sistemi: le inoltri la richiesta.",
	refusal.AdministratorErases: "Solo un amministratore cancella i dati personali.",
	refusal.SystemCloses:        "Lo stato «Chiuso» non si imposta a mano: la richiesta risolta si chiude da sola (FAQ 2.5).",
	refusal.SystemTransfers:     "Le richieste di un ente cessato passano da sole a chi gli succede.",
	refusal.AssigneeRestricts:   "L’accesso ristretto lo imposta l’operatore assegnato o un supervisore dell’ente che ha la richiesta.",
	refusal.SupervisorLifts:     "L’accesso ristretto lo toglie un supervisore dell’ente che ha la richiesta: gli chieda di farlo.",
	refusal.AccessRestricted:    "Questa richiesta ha l’accesso ristretto: la vedono solo l’operatore assegnato e i supervisori del Suo ente. Se deve lavorarci, chieda a un supervisore di assegnargliela o di togliere la restrizione.",
	refusal.ViewEnded:           "Il Suo ente ha avuto questa richiesta e ora ne vede solo la traccia: sono passati trenta giorni da quando è stata chiusa o presa in carico da un’altra azienda. Per saperne di più si rivolga all’ente che l’ha in carico.",
	refusal.EarlierNodesRun:     "È ancora in funzione un server della versione precedente, che non ne terrebbe conto. Riprovi quando tutti i server sono aggiornati.",
	refusal.SystemReleases:      "Questo avviene da sé quando un operatore cambia incarico: lasci la richiesta senza operatore.",

	// Moves that are not possible now.
	refusal.PossibleFrom:    "Lo è da: %[1]s.",
	refusal.UndoNotLast:     "Nel frattempo è successo altro, o l’ultima azione non era Sua: non si può più annullare.",
	refusal.UndoTooLate:     "La nota è già stata inviata, e non si può più annullare: ne scriva un’altra.",
	refusal.TakenAlready:    "Un’altra persona l’ha già presa in carico, o l’ha lasciata. Per seguirla Lei, scelga il Suo nome nel menù «Operatore».",
	refusal.NotClosedByHand: "Lo stato «Chiuso» non si imposta a mano: dopo il tempo di attesa la richiesta risolta si chiude da sola (FAQ 2.5).",
	refusal.ClosedIsFinal:   "Una richiesta chiusa non si modifica più (FAQ 2.5): se il cittadino scrive ancora, si apre una nuova richiesta collegata.",
	refusal.DataErased:      "I dati personali di questa richiesta sono stati cancellati: ne apra una nuova.",
	refusal.TicketMissing:   "La richiesta non c’è ancora.",
	refusal.TicketExists:    "La richiesta c’è già.",

	// Timers for a state that the ticket has left.
	refusal.StaleClose:            staleTimer,
	refusal.StaleViewEnd:          staleTimer,
	refusal.StaleHandoverAlert:    staleTimer,
	refusal.StalePingPong:         staleTimer,
	refusal.StalePlaybookReminder: staleTimer,
	refusal.StaleCitizenReminder:  staleTimer,
	refusal.StaleQuestion:         staleTimer,

	// Accounts and placements.
	refusal.UsernameShape:    "da 2 a 64 caratteri tra lettere minuscole, cifre, punto, trattino e @.",
	refusal.PersonName:       "sono obbligatori, al massimo 200 caratteri in tutto.",
	refusal.PasswordLength:   "usi da 10 a 200 caratteri.",
	refusal.PINShape:         "usi da 4 a 12 cifre.",
	refusal.RoleNotHeld:      notHeld,
	refusal.UnknownPlacement: notHeld,

	// Lists, figures and their filters.
	refusal.UnknownQueue:          badFilter,
	refusal.UnknownStatus:         badFilter,
	refusal.UnknownSort:           badFilter,
	refusal.TooManyByName:         "L’elenco è troppo lungo per essere messo in ordine di richiedente: lo restringa con i filtri o con la ricerca, o scelga un altro ordine.",
	refusal.OutOfRange:            badFilter,
	refusal.NoAssigneeFilter:      badFilter,
	refusal.UnknownAssignee:       badFilter,
	refusal.SearchTooLong:         badFilter,
	refusal.FilterNotText:         badFilter,
	refusal.ListCursor:            badFilter,
	refusal.DrillDownCursor:       badFilter,
	refusal.NotificationCursor:    badFilter,
	refusal.QueueHasNoPast:        badFilter,
	refusal.UnknownFigure:         badFilter,
	refusal.UnknownAge:            badFilter,
	refusal.NotForTickets:         badFilter,
	refusal.NotForActivities:      badFilter,
	refusal.NotADay:               badFilter,
	refusal.FutureDay:             badFilter,
	refusal.PeriodReversed:        badFilter,
	refusal.PeriodTooLong:         badFilter,
	refusal.ProblemWithoutService: badFilter,
	refusal.UnknownEntity:         badFilter,
	refusal.ForeignEntity:         badFilter,

	// Changes of accounts.
	refusal.AdministratorAgrees:   "Solo un amministratore registra gli accordi degli enti.",
	refusal.AdministratorChanges:  "Solo un amministratore cambia ruoli e credenziali.",
	refusal.OwnAdministration:     "Nessuno può togliere a sé l’amministrazione o disattivarsi: lo chieda a un altro amministratore.",
	refusal.EmergencyReason:       "Un accesso di emergenza richiede un motivo: lo leggeranno gli altri amministratori e i revisori.",
	refusal.RequestWaits:          "La stessa domanda è già in attesa di conferma.",
	refusal.AdministratorResets:   "Può toglierli un altro amministratore, dalla pagina della persona.",
	refusal.NoSecondAdministrator: "Serve la conferma di un secondo amministratore, e nessuno può darla: né chi chiede né la persona interessata. Ora può farlo solo chi gestisce il servizio, dalla riga di comando, oppure un accesso di emergenza.",
	refusal.SecondAdministrator:   "Deve rispondere un altro amministratore: non chi ha chiesto, non la persona interessata, non chi ha ricevuto diritti con un accesso di emergenza non ancora verificato.",
	refusal.RequestExpired:        "La domanda è scaduta: va fatta di nuovo.",
	refusal.RequesterWithdraws:    "Solo chi ha fatto la domanda può ritirarla.",
	refusal.RefusalReason:         "Scriva perché rifiuta: lo leggerà chi ha chiesto.",
	refusal.ReviewReason:          "Scriva l’esito della verifica.",
	refusal.PasswordSame:          "È la password che usa già: ne scelga un’altra.",
	refusal.PasswordCommon:        "È facile da indovinare: ripete pochi caratteri, è una sequenza o contiene il nome utente. Ne scelga un’altra.",
	refusal.PINSame:               "È il PIN che usa già: ne scelga un altro.",
	refusal.PINCommon:             "È facile da indovinare: una cifra ripetuta o una sequenza. Ne scelga un altro.",
	refusal.SecretsWrong:          "La password o il PIN attuali non sono corretti.",
	refusal.TokenNeedsIntegration: "Una chiave API è per chi ha il ruolo Integrazione.",
	refusal.TokenNeedsScope:       "Scelga che cosa la chiave API può fare.",
	refusal.UnknownScope:          "L’ambito scelto per la chiave API non esiste.",
	refusal.TokenExpiry:           "La chiave API deve scadere dopo oggi ed entro un anno.",
	refusal.TokenName:             "Scriva il nome della chiave API, al massimo 100 caratteri.",
	refusal.TokenEntity:           "La chiave API è per un altro ente.",
	refusal.BindingProvider:       "Scelga un servizio di identità per chi lavora alle richieste, tra quelli della configurazione.",
	refusal.BindingIdentity:       "Scriva il codice fiscale della persona oppure, per un servizio OpenID Connect, il suo identificativo presso il servizio: uno dei due.",
	refusal.BindingCitizen:        "È l’utenza di un cittadino, che si riconosce dal codice fiscale verificato: non le si collega un’identità.",
	refusal.BindingPending:        "Nessuno ha ancora confermato questa utenza, o le sue credenziali non valgono più: prima lo si faccia.",
	refusal.BindingTaken:          "L’identità è già collegata all’utenza %[1]s: prima la scolleghi da lì.",
	refusal.BindingAlone:          "A questa persona un amministratore ha collegato un’identità da solo, e con quella potrebbe usare il ruolo. La scolleghi, dia il ruolo e la colleghi di nuovo, con la conferma di un altro.",
	refusal.TokenReadsEntity:      "Una chiave API che legge vale per un solo ente: lo scelga.",

	// Logins through identity providers (FAQ 2.1, 2.2).
	refusal.LoginNotEnabled: "Con questa identità non risulta abilitato come operatore. Se è un cittadino, scelga l’accesso per i cittadini. Se lavora alle richieste, chieda l’abilitazione all’amministratore del Suo ente.",
	refusal.LoginDisabled:   "L’utenza legata a questa identità è disattivata.",
	refusal.LoginLevel:      "L’identità usata non ha un livello di sicurezza sufficiente: ripeta l’accesso con il livello %[1]s, per esempio SPID con il codice temporaneo o CIE con il PIN.",
	refusal.LoginTaxCode:    "Il servizio di identità non ha comunicato il codice fiscale di una persona: acceda con la Sua identità personale, non con quella di una società.",
	refusal.LoginNames:      "Il servizio di identità non ha comunicato nome e cognome. Chiuda tutte le finestre del browser, ne apra una nuova e riprovi, autorizzando la comunicazione dei dati.",
	refusal.LoginSubject:    "Il servizio di identità non ha comunicato chi è entrato. Chiuda tutte le finestre del browser, ne apra una nuova e riprovi.",

	refusal.MappingSecond: "Deve confermare un altro amministratore. Chi usa la riga di comando conta come una persona sola.",

	refusal.LoginState:               "L’accesso non è cominciato in questa finestra, o è già stato concluso. " + retryLogin,
	refusal.LoginTooLate:             "È passato troppo tempo dall’inizio dell’accesso. " + retryLogin,
	refusal.LoginCancelled:           "L’accesso è stato annullato presso il servizio di identità. Se vuole entrare, lo scelga di nuovo.",
	refusal.LoginProviderRefused:     "Il servizio di identità non ha concesso l’accesso. " + retryLogin,
	refusal.LoginProviderUnavailable: "Il servizio di identità ora non risponde. Riprovi tra qualche minuto, o scelga un altro modo di accesso.",
	refusal.LoginSignature:           wrongAnswer,
	refusal.LoginIssuer:              wrongAnswer,
	refusal.LoginAudience:            wrongAnswer,
	refusal.LoginExpired:             wrongAnswer,
	refusal.LoginNonce:               wrongAnswer,
	refusal.LoginToken:               wrongAnswer,
	refusal.CitizenPassword:          "I cittadini non hanno una password di questo servizio: entrano con SPID o CIE.",
	refusal.FactorName:               "Scriva un nome da 1 a 60 caratteri, per riconoscerlo.",
	refusal.FactorLimit:              "Ha già dieci secondi fattori: prima ne tolga uno.",
	refusal.FactorCode:               "Il codice non è corretto, o è già stato usato: aspetti che l’app ne mostri un altro.",

	refusal.SecurityKeyAddress:   "Le chiavi di sicurezza funzionano solo se il servizio si raggiunge con https e con un nome: usi un’app di autenticazione, o avvisi chi amministra il servizio.",
	refusal.SecurityKeyNew:       "La chiave di sicurezza non è stata registrata. Ricominci: scelga un nome e prema di nuovo «Aggiungi la chiave».",
	refusal.SecurityKeyWrong:     "La risposta della chiave di sicurezza non è valida. Riprovi, o usi un codice.",
	refusal.SecurityKeyUnknown:   "Questa chiave di sicurezza non è tra quelle dell’account. Ne usi un’altra, o usi un codice.",
	refusal.SecurityKeyChallenge: "La richiesta alla chiave di sicurezza è scaduta, o è già stata usata. Riprovi.",
	refusal.SecurityKeyOrigin:    "La chiave di sicurezza ha risposto a un altro sito. Controlli l’indirizzo nel browser, poi riprovi.",
	refusal.SecurityKeyCounter:   "Il contatore della chiave di sicurezza è tornato indietro: può esisterne una copia. Usi un altro secondo fattore, tolga questa chiave dal Suo account e avvisi un amministratore.",

	// Warnings about evidence, which is stored as given.
	refusal.OddDate:         "Non è una data: la scriva come gg/mm/aaaa.",
	refusal.OddFutureDate:   "La data è nel futuro.",
	refusal.OddOldDate:      "La data è di molti anni fa.",
	refusal.OddTicketNumber: "Non sembra un numero ticket regionale: ha da 4 a 30 cifre e lettere.",
	refusal.OddIdentifier:   "Contiene spazi: un identificativo non ne ha.",
	refusal.OddChoice:       "Non è tra le scelte previste.",
	refusal.OddFlag:         "Non è né sì né no.",
	refusal.OddNoticeCheck:  "Le cifre di controllo non tornano: lo confronti con la cedola di pagamento.",
	refusal.OddOldNotice:    "È di un formato più vecchio: lo confronti con la cedola di pagamento.",
	refusal.OddIUV:          "Non è uno IUV: ha 15 o 17 cifre, o le 18 di un codice avviso.",

	// Logins through the portal and with client certificates (FAQ 2.1, 2.2).
	refusal.LoginHeaderMissing:   "Il portale non ha comunicato chi è entrato. Acceda prima al portale, poi apra di nuovo il servizio da lì.",
	refusal.LoginHeaderUntrusted: "L’identità non arriva dal portale: acceda al portale e apra il servizio da lì.",
	refusal.LoginHeaderMalformed: "Il portale ha comunicato un’identità che non si può leggere. Chiuda tutte le finestre del browser, ne apra una nuova e riprovi.",
	refusal.LoginHeaderOld:       "L’accesso al portale risale a troppo tempo fa. Chiuda tutte le finestre del browser, ne apra una nuova e acceda di nuovo al portale.",
	refusal.LoginHeaderFuture:    "L’orologio del portale e quello di questo servizio non coincidono: l’accesso ora non è possibile. Riprovi tra qualche minuto.",
	refusal.LoginHeaderProvider:  "Il tipo di credenziali usato al portale non vale per questo accesso: ne scelga un altro.",

	refusal.LoginCertificateMissing: "Il browser non ha presentato un certificato. Si accerti che il certificato digitale, o la carta nel lettore, sia configurato correttamente nel browser in uso; poi chiuda tutte le finestre, ne apra una nuova e riprovi.",
	refusal.LoginCertificateIssuer:  "Il certificato non è di un’autorità riconosciuta. Chiuda tutte le finestre del browser, ne apra una nuova e scelga un altro certificato.",
	refusal.LoginCertificateExpired: "Il certificato è scaduto, o non è ancora valido. Ne usi uno valido, o acceda in un altro modo.",
	refusal.LoginCertificateUse:     "Il certificato serve per firmare, non per accedere. Chiuda tutte le finestre del browser, ne apra una nuova e scelga il certificato di autenticazione.",
	refusal.LoginCertificateRevoked: "Il certificato è stato revocato o sospeso da chi lo ha emesso. Ne usi un altro, o acceda in un altro modo.",
	refusal.LoginCertificateUnknown: "Ora non è possibile verificare se il certificato è stato revocato, e per sicurezza l’accesso è chiuso. Riprovi più tardi, o acceda in un altro modo.",
	refusal.LoginCertificateTaxCode: "Il certificato non contiene il codice fiscale di una persona. Scelga il Suo certificato personale, per esempio quello della tessera sanitaria (CNS) o della carta d’identità elettronica.",
}

// ReasonText returns the Italian text of a reason, and a general text for a code that is not in the table.
func ReasonText(r refusal.Reason) string {
	text, ok := refusalTexts[r.Code]
	if !ok {
		return "non è ammesso qui."
	}
	return r.Format(text)
}
