// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
)

// topic is a service and a problem of the catalogue, with the texts that people write about it.
type topic struct {
	service       catalog.ServiceID
	problem       catalog.ProblemID
	weight        int      // share of the requests, relative to the other topics
	requests      []string // of the citizen
	questions     []string // to the citizen
	answers       []string // by the citizen
	internalNotes []string // between operators
	resolutions   []string // to the citizen
	handoverNotes []string // to the Region
}

// topics are the requests that citizens make (FAQ 2.7–2.12). {…} are placeholders.
var topics = []topic{
	{
		service: "ritiro-documenti", problem: "referto-non-trovato", weight: 30,
		requests: []string{
			"Buongiorno, ho fatto {esame} il {data} presso {sede} ma non trovo il referto nella sezione dei documenti. Potete verificare?",
			"Sono passati più di dieci giorni {da esame} e il referto non compare ancora on line. L’esame è stato eseguito il {data}, {sede}.",
			"Nel Fascicolo vedo i referti vecchi ma non quello {di esame} del {data}. Al CUP mi hanno detto di scrivere a voi.",
			"Salve, mi serve il referto {di esame} ({data}) per una visita di controllo e sul sito non lo trovo. Grazie.",
		},
		questions: []string{
			"Gentile {nome}, per individuare il referto ci servono la data esatta dell’esame e il reparto. Può allegare il foglio di accettazione?",
			"Buongiorno, all’accettazione aveva chiesto il ritiro on line? Ci indichi per favore il numero che trova in alto sul foglio di ritiro.",
		},
		answers: []string{
			"L’esame è del {data}, ambulatorio al primo piano. Il numero sul foglio è {id}.",
			"Sì, avevo chiesto il ritiro on line. Allego il foglio che mi hanno dato allo sportello.",
			"Buongiorno, il numero è {id}. Grazie per l’aiuto.",
		},
		internalNotes: []string{
			"Verificato sul sistema di laboratorio: referto {id} firmato il {data}, ritiro on line richiesto. Invio a FSE/ROL da controllare.",
			"Trovato in RIS, identificativo {id}. Esito di invio positivo.",
			"Il referto risulta in stato provvisorio: sentito il reparto, firma prevista in giornata.",
		},
		resolutions: []string{
			"Gentile {nome}, il referto {di esame} è stato trasmesso ed è ora disponibile nella sezione dei documenti. Cordiali saluti.",
			"Buongiorno, il referto è stato pubblicato oggi. Se non lo vede subito, esca e rientri nel servizio. Cordiali saluti.",
		},
		handoverNotes: []string{
			"Il referto è stato prodotto in data {data} e ha il seguente identificativo {id}",
			"Il referto {id} non risulta appartenere alla nostra Azienda.",
		},
	},
	{
		service: "ritiro-documenti", problem: "referto-non-visualizzabile", weight: 16,
		requests: []string{
			"Vedo il referto {di esame} del {data} nell’elenco ma quando premo «Visualizza» compare un errore.",
			"Il documento del {data} si apre con una pagina bianca. Ho provato con due computer diversi.",
			"Non riesco ad aprire il referto {di esame}: il sistema dice che il documento non è disponibile.",
		},
		questions: []string{
			"Gentile {nome}, può indicarci il messaggio esatto che compare, o allegare una schermata?",
			"Buongiorno, il referto è intestato a lei o a un familiare? Ci indichi anche la data dell’esame.",
		},
		answers: []string{
			"Il messaggio è «documento non disponibile, riprovare più tardi». Succede da tre giorni.",
			"Il referto è intestato a me, esame del {data}.",
			"Allego la schermata dell’errore.",
		},
		internalNotes: []string{
			"Referto {id} prodotto per il paziente, esente, invio positivo il {data}.",
			"Pagamento completo. Documento {id} presente a sistema, PDF leggibile.",
		},
		resolutions: []string{
			"Gentile {nome}, il documento è stato inviato di nuovo e ora si apre correttamente. Cordiali saluti.",
			"Buongiorno, il problema dipendeva da un aggiornamento in corso, concluso nella notte. Il referto è visibile.",
		},
		handoverNotes: []string{
			"Il referto è stato prodotto in data {data} e ha il seguente identificativo {id}. Il referto è stato pagato in data {data}",
			"Il referto è stato prodotto in data {data} e ha il seguente identificativo {id}. Il paziente è esente",
		},
	},
	{
		service: "ritiro-documenti", problem: "mancato-pagamento", weight: 15,
		requests: []string{
			"Il sito mi chiede di pagare il ticket per {esame} ma io ho già pagato il {data} al totem. Come posso fare?",
			"Ho pagato con pagoPA (IUV {iuv}) ma il referto risulta ancora bloccato per mancato pagamento.",
			"Sono esente per patologia e mi viene chiesto il pagamento per {esame}.",
		},
		questions: []string{
			"Gentile {nome}, può allegare la ricevuta del pagamento? Ci serve per registrarlo sul sistema aziendale.",
			"Buongiorno, ci indichi per favore come ha pagato (pagoPA, totem, banca) e in quale data.",
		},
		answers: []string{
			"Allego la ricevuta del pagamento del {data}.",
			"Ho pagato al totem dell’ingresso il {data}, lo scontrino è in allegato.",
			"Ho pagato con l’app della banca, IUV {iuv}.",
		},
		internalNotes: []string{
			"Il pagamento IUV {iuv} risulta incassato, registrazione sollecitata all’ufficio ticket.",
			"Nessun pagamento trovato per il numero ticket {ticket}. Nessun importo ulteriore dovuto.",
		},
		resolutions: []string{
			"Gentile {nome}, il pagamento è stato registrato e il referto è ora scaricabile. Cordiali saluti.",
			"Buongiorno, l’esenzione è stata riportata sulla prestazione: non deve pagare nulla e il referto è disponibile.",
		},
		handoverNotes: []string{
			"Il pagamento associato al numero ticket regionale {ticket} e/o allo IUV {iuv} non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.",
		},
	},
	{
		service: "ritiro-documenti", problem: "non-scaricabile-pagamento", weight: 10,
		requests: []string{
			"Ho pagato {esame} il {data} e ho la ricevuta, ma dopo due giorni non posso ancora scaricare il referto.",
			"Il pagamento è andato a buon fine (IUV {iuv}), il referto però resta non scaricabile.",
		},
		questions: []string{"Gentile {nome}, la ricevuta che abbiamo non è leggibile: può allegarla di nuovo in formato PDF?"},
		answers:   []string{"Ecco la ricevuta in PDF.", "La allego di nuovo, grazie."},
		internalNotes: []string{
			"Ricevuta corretta. Ticket marcato come pagato, manca l’aggiornamento dei metadati verso FSE/ROL.",
			"Chiesto all’ufficio ticket di registrare il pagato per il numero {ticket}.",
		},
		resolutions: []string{
			"Gentile {nome}, dopo la registrazione del pagamento il referto è scaricabile. Cordiali saluti.",
			"Buongiorno, l’aggiornamento è stato trasmesso: ora il documento si scarica.",
		},
		handoverNotes: []string{
			"Il pagamento associato al numero ticket regionale {ticket} e/o allo IUV {iuv} non risulta sul sistema aziendale, si prega di verificare l’effettivo pagamento e risottometterlo.",
		},
	},
	{
		service: "accesso-facilitato", problem: "accesso-facilitato", weight: 14,
		requests: []string{
			"Non ho lo SPID e ho provato con il codice e il PIN del foglio, ma il sistema risponde che il documento non esiste. Esame: {esame}, {data}.",
			"Sto cercando di scaricare il referto di mia madre con l’accesso facilitato, ma il PIN risulta errato.",
			"Con tessera sanitaria, codice fiscale e codice del referto il sito non trova nulla. L’esame è del {data}.",
		},
		questions: []string{"Gentile {nome}, il codice del referto sul foglio comincia con le lettere RF? Non ci invii il PIN, non serve."},
		answers:   []string{"Sì, comincia con RF e finisce con le ultime cifre {ticket}.", "Confermo, è quello stampato in basso sul foglio."},
		internalNotes: []string{
			"Ritiro on line richiesto, referto {id} inviato con esito positivo, PIN coincidente. Da provare la tripletta sulla pagina pubblica.",
			"Il PIN comunicato al cittadino non coincide con quello inviato: consegnato quello giusto allo sportello.",
		},
		resolutions: []string{
			"Gentile {nome}, il documento è ora scaricabile con i dati del foglio di ritiro. Nel codice la lettera O va distinta dallo zero.",
			"Buongiorno, le abbiamo comunicato il PIN corretto per le vie previste. Cordiali saluti.",
		},
		handoverNotes: []string{"Referto {id} inviato con successo a FSE/ROL da parte dell’Azienda"},
	},
	{
		service: "ritiro-documenti", problem: "altro", weight: 10,
		requests: []string{
			"Nel mio elenco compare un referto che non è mio. Vi prego di controllare.",
			"Vorrei sapere per quanto tempo i referti restano scaricabili on line.",
			"Come posso delegare mio figlio a ritirare i referti on line?",
		},
		questions:     []string{"Gentile {nome}, può descriverci meglio che cosa vede e in quale pagina?"},
		answers:       []string{"È nella pagina dei documenti, in fondo all’elenco.", "Lo vedo quando entro da «I miei referti»."},
		internalNotes: []string{"Richiesta informativa, nessuna anomalia sui sistemi.", "Sentito il referente privacy."},
		resolutions: []string{
			"Gentile {nome}, i referti restano scaricabili per 45 giorni, poi si richiedono allo sportello. Cordiali saluti.",
			"Buongiorno, la delega si attiva dal portale, sezione «Deleghe», con SPID o CIE. Cordiali saluti.",
		},
		handoverNotes: []string{"Richiesta che riguarda il portale regionale e non i nostri sistemi: si prega di dare riscontro al cittadino."},
	},
	{
		service: "accesso-facilitato", problem: "altro", weight: 5,
		requests: []string{"La pagina dell’accesso facilitato non mi lascia scrivere il codice della tessera.",
			"Che cos’è il codice del referto? Sul mio foglio non lo trovo."},
		questions:     []string{"Gentile {nome}, con quale dispositivo e programma accede alla pagina?"},
		answers:       []string{"Con il telefono, un modello di tre anni fa.", "Con il computer dell’ufficio."},
		internalNotes: []string{"Provato l’accesso con gli stessi passi: funziona. Possibile tessera scaduta."},
		resolutions:   []string{"Gentile {nome}, il codice si trova in basso a destra sul foglio di ritiro. Cordiali saluti."},
		handoverNotes: []string{"Anomalia della pagina pubblica dell’accesso facilitato, non dei sistemi aziendali."},
	},
}

// operatorTopic is the request of an operator of an ASR who cannot log in (FAQ 2.2).
var operatorTopic = topic{
	service: "assistenza-online", problem: "accesso-al-sistema",
	requests: []string{
		"Dopo il cambio del PIN non riesco più ad accedere al backoffice. Ho chiuso tutte le finestre e riprovato.",
		"Sono stata trasferita ad altra struttura e non vedo più la mia collocazione all’accesso.",
		"All’accesso compare «utente non abilitato». Ho provato da due postazioni.",
	},
	questions:     []string{"Buongiorno, con quale nome utente e da quale postazione accede? Non invii password o PIN."},
	answers:       []string{"Con il mio solito nome utente, dalla postazione dell’ufficio relazioni con il pubblico."},
	internalNotes: []string{"Verificata la collocazione in anagrafica: da riattivare."},
	resolutions: []string{
		"Buongiorno, la collocazione è stata riattivata: chiuda le finestre del browser e acceda di nuovo.",
		"Buongiorno, l’utenza era bloccata per troppi tentativi ed è stata sbloccata.",
	},
}

// Texts for all topics.
var (
	unansweredResolutions = []string{"Gentile {nome}, non avendo ricevuto le informazioni richieste consideriamo conclusa la richiesta. Può scriverci di nuovo in qualunque momento."}
	notSolvedReplies      = []string{"Ho riprovato oggi ma il problema non è risolto.", "Purtroppo continuo a non vedere il referto.",
		"Non è cambiato nulla, compare lo stesso errore."}
	secondResolutions = []string{"Gentile {nome}, abbiamo corretto anche l’ultimo passaggio: ora è tutto disponibile. Ci scusiamo per il disagio."}
	thankReplies      = []string{"Grazie mille, tutto a posto!", "Perfetto, grazie e buon lavoro.", "Grazie, gentilissimi."}
	resumeReasons     = []string{"il cittadino ha telefonato e ha dato le informazioni", "informazione trovata sul sistema aziendale",
		"stato impostato per errore"}
	recallReasons = []string{"inoltrata per errore: il referto è della nostra Azienda", "trovata la causa sui nostri sistemi"}
	reopenReasons = []string{"il cittadino segnala per telefono che il problema si ripresenta",
		"verifica aggiuntiva richiesta dal reparto"}
	questionsToASR = []string{"Buongiorno, potete indicarci anche la data di firma del referto?",
		"Ci confermate che l’invio è avvenuto dopo la migrazione?"}
	repliesFromASR      = []string{"La firma è del {data}, stesso giorno dell’esame.", "Confermiamo, l’invio è successivo."}
	regionalResolutions = []string{
		"Gentile {nome}, l’assistenza regionale ha corretto l’indicizzazione del documento, che ora è disponibile. Cordiali saluti.",
		"Buongiorno, il documento è stato recuperato dal repository regionale ed è visibile nel suo Fascicolo.",
	}
	redirectNotes = []string{"Il documento risulta prodotto da codesta Azienda: si prega di verificare l’invio.",
		"Dalle verifiche il referto {id} è di vostra competenza."}
	junk             = []string{"OFFERTA IRRIPETIBILE guadagna da casa subito", "test test test", "asdf prova invio"}
	unfinishedNotes  = []string{"Gentile {nome}, il referto è disponib"}
	followUpRequests = []string{"La mia richiesta precedente è stata chiusa ma il problema è tornato con {esame} del {data}."}
)

// newPlaceholders returns the replacer that fills random values into the placeholders of a ticket's texts.
func newPlaceholders(r *rand.Rand, c citizen, opened time.Time) *strings.Replacer {
	done, exam := opened.AddDate(0, 0, -randomInt(r, 5, 40)), pick(r, exams)
	return strings.NewReplacer(
		"{nome}", c.given+" "+c.family,
		"{data}", done.Format("02/01/2006"),
		"{esame}", exam,
		"{di esame}", withPreposition("de", exam),
		"{da esame}", withPreposition("da", exam),
		"{sede}", pick(r, departments),
		"{id}", fmt.Sprintf("REF-%d-%07d", done.Year(), r.IntN(10_000_000)),
		"{iuv}", fmt.Sprintf("01%015d", r.Int64N(1_000_000_000_000_000)),
		"{ticket}", fmt.Sprintf("%08d", r.IntN(100_000_000)),
	)
}

// withPreposition returns a noun with its article after di (given as de) or da: della TAC, dall’ecografia.
func withPreposition(preposition, noun string) string {
	if rest, ok := strings.CutPrefix(noun, "il "); ok {
		return preposition + "l " + rest
	}
	if strings.HasPrefix(noun, "gli ") {
		return preposition + noun
	}
	return preposition + "l" + noun // la, l’
}

var (
	exams = []string{"gli esami del sangue", "la radiografia al torace", "l’ecografia addominale", "la risonanza magnetica",
		"la TAC", "la mammografia", "l’elettrocardiogramma", "la visita cardiologica", "il tampone", "l’esame delle urine", "la densitometria"}
	departments = []string{"il centro prelievi", "la radiologia", "il poliambulatorio", "la casa della comunità", "l’ospedale", "il distretto"}
)
