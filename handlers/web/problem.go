// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// problem is every refusal that a person can meet on a page: what happened, and what to do next.
type problem struct {
	Status    int
	Title     string
	Text      string
	Fields    []fieldProblem
	Conflicts []ticket.FieldConflict // what somebody else changed meanwhile
}

// fieldProblem is what is wrong with one field: the summary leads to it, and it stands beside it.
type fieldProblem struct {
	Field string // the name of the input
	Text  string
}

// At is where on the page the field stands: the parts of one stand together.
func (f fieldProblem) At() string {
	name, _, _ := strings.Cut(f.Field, "[")
	name, _, _ = strings.Cut(name, ".")
	return name
}

// For is all that is wrong with a field, for the page to say beside it; "" if nothing is.
func (p *problem) For(field string) string {
	if p == nil {
		return ""
	}
	var texts []string
	for _, f := range p.Fields {
		if f.Field == field || strings.HasPrefix(f.Field, field+"[") || strings.HasPrefix(f.Field, field+".") {
			texts = append(texts, f.Text)
		}
	}
	return strings.Join(texts, " ")
}

func nowhere() *problem {
	return &problem{Status: http.StatusNotFound, Title: "Questa pagina non c’è", Text: "L’indirizzo è sbagliato, o la richiesta non è tra quelle che può vedere. Torni alla pagina iniziale, o cerchi la richiesta per numero."}
}

// problemOf is the one table from the errors of all rooms to what a page says of them.
func problemOf(err error) *problem {
	var (
		invalid     *ticket.InvalidError
		filter      *projections.FilterError
		conflict    *ticket.ConflictError
		notAllowed  *ticket.NotAllowedError
		forbidden   *ticket.ForbiddenError
		notYours    *ticket.NotYoursError
		loginLocked *identity.LockedError
		account     *identity.InvalidError
		limited     limitedError
		tooLarge    *http.MaxBytesError
	)
	switch {
	case errors.As(err, &invalid):
		p := &problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Corregga i campi indicati e invii di nuovo. Non è stato modificato nulla, e ciò che ha scritto è ancora qui."}
		for _, f := range invalid.Fields {
			p.Fields = append(p.Fields, fieldProblem{f.Field, fieldInItalian(f)})
		}
		return p
	case errors.As(err, &filter) && filter.Rule == projections.ManyByName:
		return &problem{Status: http.StatusUnprocessableEntity, Title: "Troppe richieste da ordinare per nome", Text: "L’elenco è troppo lungo per essere messo in ordine di richiedente: lo restringa con i filtri o con la ricerca, o scelga un altro ordine."}
	case errors.As(err, &filter):
		return &problem{Status: http.StatusUnprocessableEntity, Title: "Ricerca non valida", Text: "Uno dei filtri dell’indirizzo non è ammesso. Li tolga e riprovi."}
	case errors.As(err, &conflict):
		return &problem{
			Status: http.StatusPreconditionFailed, Title: "Nel frattempo la richiesta è cambiata",
			Text:      "Un’altra persona l’ha aggiornata dopo che Lei l’aveva aperta. Guardi le differenze, poi confermi o corregga: ciò che ha scritto è ancora qui, e non è stato inviato.",
			Conflicts: conflict.Fields,
		}
	case errors.Is(err, eventstore.ErrConflict):
		return &problem{Status: http.StatusPreconditionFailed, Title: "Nel frattempo la richiesta è cambiata", Text: "La pagina era di una versione precedente. Ciò che ha scritto è ancora qui: controlli e invii di nuovo."}
	case errors.As(err, &notAllowed):
		return &problem{Status: http.StatusConflict, Title: "Questo ora non si può fare", Text: moveInItalian(notAllowed)}
	case errors.As(err, &forbidden):
		return &problem{Status: http.StatusForbidden, Title: "Non può farlo su questa richiesta", Text: ruleInItalian(forbidden.Rule)}
	case errors.As(err, &notYours), errors.Is(err, eventstore.ErrNotFound), errors.Is(err, identity.ErrNotFound):
		return nowhere()
	case errors.Is(err, eventstore.ErrErased):
		return &problem{Status: http.StatusGone, Title: "Dati cancellati", Text: "I dati personali di questa richiesta sono stati cancellati su domanda dell’interessato: non si possono più leggere."}
	case errors.Is(err, eventstore.ErrKeyReused):
		return &problem{Status: http.StatusUnprocessableEntity, Title: "Già inviato", Text: "Questo modulo era già stato inviato con altri dati. Ricarichi la pagina e ricominci."}
	case errors.Is(err, identity.ErrCredentials):
		return &problem{Status: http.StatusUnauthorized, Title: "Accesso non riuscito", Text: "Nome utente, password o PIN non sono corretti. Chiuda tutte le finestre del browser, ne apra una nuova e riprovi. Se l’errore continua, chieda aiuto con il modulo di assistenza."}
	case errors.As(err, &loginLocked):
		return &problem{Status: http.StatusTooManyRequests, Title: "Accesso sospeso", Text: fmt.Sprintf("Troppi tentativi non riusciti: potrà riprovare dopo le %s. Se ha fretta, usi il modulo di assistenza.", moment(loginLocked.Until))}
	case errors.Is(err, identity.ErrNotPlaced):
		return &problem{Status: http.StatusForbidden, Title: "Ruolo non disponibile", Text: "Questo ruolo presso questo ente non è, o non è più, tra i Suoi. Ne scelga un altro."}
	case errors.As(err, &account):
		f := accountFields[account.Field]
		return &problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Non è stato modificato nulla.", Fields: []fieldProblem{f}}
	case errors.Is(err, identity.ErrTaken):
		return &problem{Status: http.StatusConflict, Title: "Esiste già", Text: "Questo nome utente, o questo ruolo presso questo ente, c’è già: non è stato modificato nulla."}
	case errors.Is(err, errSelf):
		return &problem{Status: http.StatusConflict, Title: "Non su sé stessi", Text: "Nessuno può togliere a sé l’amministrazione o disattivarsi: lo chieda a un altro amministratore."}
	case errors.Is(err, errNothingAside):
		return &problem{Status: http.StatusConflict, Title: "Nulla da riprovare", Text: "Il messaggio non è, o non è più, tra quelli messi da parte."}
	case errors.Is(err, errUnconfirmed):
		return &problem{Status: http.StatusUnprocessableEntity, Title: "Manca la conferma", Text: "Selezioni la casella di conferma: chi viene disattivato non può più accedere."}
	case errors.Is(err, errRole):
		return &problem{Status: http.StatusForbidden, Title: "Pagina di un altro ruolo", Text: "Il ruolo con cui sta lavorando non comprende questa pagina. Può cambiare ruolo dall’intestazione, in alto a destra."}
	case errors.Is(err, errLink):
		return &problem{Status: http.StatusNotFound, Title: "Questo collegamento non funziona", Text: "Forse è stato copiato solo in parte. Apra l’e-mail che ha ricevuto e prema di nuovo il collegamento. Se non la trova più, ci scriva dal modulo di assistenza e indichi il numero della richiesta."}
	case errors.As(err, &limited):
		return &problem{Status: http.StatusTooManyRequests, Title: "Troppe richieste", Text: fmt.Sprintf("Riprovi tra %d secondi: nulla di ciò che ha scritto è andato perso, torni indietro con il browser.", limited.seconds)}
	case errors.Is(err, errCrowded):
		return &problem{Status: http.StatusServiceUnavailable, Title: "Troppi invii insieme", Text: "In questo momento arrivano troppi allegati. Riprovi tra qualche secondo: non è stato modificato nulla, e ciò che ha scritto è ancora nel browser. Se non lo vede, torni indietro."}
	case errors.As(err, &tooLarge):
		return &problem{Status: http.StatusRequestEntityTooLarge, Title: "Allegati troppo grandi", Text: "Gli allegati possono essere al massimo cinque, di 1 MB ciascuno. Torni indietro, ne tolga o li riduca, e invii di nuovo."}
	case errors.Is(err, errBroken):
		return &problem{Status: http.StatusBadRequest, Title: "Il modulo non è arrivato intero", Text: "La connessione si è interrotta mentre lo inviava. Torni indietro con il browser e lo invii di nuovo: non è stato modificato nulla."}
	case eventstore.Away(err):
		return &problem{Status: http.StatusServiceUnavailable, Title: "Il servizio si sta riprendendo", Text: "Riprovi tra qualche secondo: ciò che non risulta confermato non è stato modificato."}
	default:
		return &problem{Status: http.StatusInternalServerError, Title: "Qualcosa è andato storto", Text: "L’errore è stato registrato. Riprovi; se continua, comunichi all’assistenza il codice qui sotto."}
	}
}

// away sends the whole page on, also when htmx asked for a part of it.
func (w *Web) away(v *visit, to string) {
	if v.partial {
		v.rw.Header().Set("HX-Redirect", to)
		return
	}
	http.Redirect(v.rw, v.Request, to, http.StatusSeeOther)
}

// unsent is the text of a form whose sender is not logged in any more; "" where a script sent it, which has it still.
func (v *visit) unsent() string {
	if v.partial || strings.HasSuffix(v.URL.Path, "/bozza") {
		return ""
	}
	_, _ = v.upload() // as far as it came
	return strings.TrimSpace(v.FormValue("testo"))
}

// failed answers for a page that came to nothing.
func (w *Web) failed(v *visit, err error) {
	switch {
	case errors.Is(err, errLogin):
		next := ""
		if v.Method == http.MethodGet {
			next = "?poi=" + escape(v.URL.RequestURI())
		} else if unsent := v.unsent(); unsent != "" && w.loginAgain(v, unsent) == nil {
			return
		}
		w.away(v, "/accesso"+next)
		return
	case errors.Is(err, errChoose):
		w.away(v, "/accesso/ruolo")
		return
	}
	p := problemOf(err)
	if p.Status == http.StatusInternalServerError {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "page failed", slog.String("request_id", entrance.RequestID(v.Context())), slog.Any("error", err))
	}
	var limited limitedError
	if errors.As(err, &limited) {
		v.rw.Header().Set("Retry-After", fmt.Sprint(limited.seconds))
	}
	if p.Status == http.StatusServiceUnavailable {
		v.rw.Header().Set("Retry-After", "5")
		v.session = identity.Session{} // the frame would ask the same database
	}
	v.rw.Header().Set("HX-Retarget", "#avviso") // a part that came to nothing says so above the page, which stays as it was
	v.rw.Header().Set("HX-Reswap", "innerHTML")
	if again := w.render(v, p.Status, page{name: "errore", title: p.Title, problem: p, part: "done"}); again != nil {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "page failed twice", slog.String("request_id", entrance.RequestID(v.Context())), slog.Any("error", again))
		http.Error(v.rw, p.Title, p.Status)
	}
}
