// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/account"
	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/codec"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/files"
	"github.com/sol-assistenza/sol/handlers/app/formlimit"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/identity/secondfactor"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// Problem is an error message on a page: it states what happened and what the reader can do next.
type Problem struct {
	Status    int
	Title     string
	Text      string
	Fields    []FieldProblem
	Conflicts []ticket.FieldConflict // fields that another person has changed since the page was read
}

// Error returns the title. Problem is an error so that a page can return an error message of its own.
func (p *Problem) Error() string { return p.Title }

// FieldProblem is the error of one field. The page shows the text beside the field, and links to the field from the summary of errors.
type FieldProblem struct {
	Field string // the name of the input
	Text  string
}

// Anchor returns the name of the input that the summary links to. All parts of a field have the same anchor.
func (f FieldProblem) Anchor() string {
	name, _, _ := strings.Cut(f.Field, "[")
	name, _, _ = strings.Cut(name, ".")
	return name
}

// For returns the error texts of a field and its parts, joined by spaces; "" if there are none or p is nil.
func (p *Problem) For(field string) string {
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

// retryText says when to try again: in some seconds, or after a time.
func retryText(until time.Time, remaining time.Duration) string {
	if remaining <= time.Minute {
		return "tra " + FormatCount(max(1, int(math.Ceil(remaining.Seconds()))), "secondo", "secondi")
	}
	return "dopo le " + FormatClock(until.Add(time.Minute-1).Truncate(time.Minute))
}

// NotFound returns the error message for a page that does not exist or that the reader may not see.
func NotFound() *Problem {
	return &Problem{Status: http.StatusNotFound, Title: "Questa pagina non c’è", Text: "L’indirizzo è sbagliato, o la richiesta non è tra quelle che può vedere. Torni alla pagina iniziale, o cerchi la richiesta per numero."}
}

// ProblemOf returns the error message for an error of another package, or a copy of a *Problem that a page returned. No other place of the
// pages maps errors of other packages to messages and statuses.
func ProblemOf(err error) *Problem {
	var (
		own         *Problem
		invalid     *ticket.InvalidError
		filter      *readmodel.FilterError
		conflict    *ticket.ConflictError
		notAllowed  *ticket.NotAllowedError
		forbidden   *ticket.ForbiddenError
		notYours    *ticket.NotVisibleError
		loginLocked *identity.LockedError
		secret      *identity.InvalidError

		refusedLogin *identity.RefusedLoginError
		refusedKey   *secondfactor.KeyRefusedError
		refused      *account.RefusedError
		newer        *codec.UnknownEventError
		disagreed    *agreement.RefusedError
		limited      RateLimitedError
		tooLarge     *http.MaxBytesError
		exceeded     *formlimit.ExceededError
		closed       *files.ClosedError
	)
	switch {
	case errors.As(err, &closed):
		return closedFileProblem(closed)
	case errors.As(err, &exceeded):
		return &Problem{Status: http.StatusTooManyRequests, Title: "Troppe richieste con questi dati", Text: fmt.Sprintf(
			"Con questo indirizzo e-mail o con questo codice fiscale sono arrivate molte richieste in poco tempo. Non abbiamo inviato nulla e ciò che ha scritto è ancora qui: riprovi %s.",
			retryText(exceeded.Until, exceeded.Remaining))}
	case errors.As(err, &own):
		p := *own // a copy, because callers add to it
		return &p
	case errors.As(err, &invalid):
		p := &Problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Corregga i campi indicati e invii di nuovo. Non è stato modificato nulla, e ciò che ha scritto è ancora qui."}
		for _, f := range invalid.Fields {
			p.Fields = append(p.Fields, FieldProblem{Field: f.Field, Text: FieldText(f)})
		}
		return p
	case errors.As(err, &filter) && filter.Reason.Code == refusal.TooManyByName:
		return &Problem{Status: http.StatusUnprocessableEntity, Title: "Troppe richieste da ordinare per nome", Text: ReasonText(filter.Reason)}
	case errors.As(err, &filter):
		return &Problem{Status: http.StatusUnprocessableEntity, Title: "Ricerca non valida", Text: ReasonText(filter.Reason)}
	case errors.As(err, &conflict):
		return &Problem{
			Status: http.StatusPreconditionFailed, Title: "Nel frattempo la richiesta è cambiata",
			Text:      "Un’altra persona l’ha aggiornata dopo che Lei l’aveva aperta. Guardi le differenze, poi confermi o corregga: ciò che ha scritto è ancora qui, e non è stato inviato.",
			Conflicts: conflict.Fields,
		}
	case errors.Is(err, eventstore.ErrConflict):
		return &Problem{Status: http.StatusPreconditionFailed, Title: "Nel frattempo la richiesta è cambiata", Text: "La pagina era di una versione precedente. Ciò che ha scritto è ancora qui: controlli e invii di nuovo."}
	case errors.As(err, &notAllowed):
		return &Problem{Status: http.StatusConflict, Title: "Questo ora non si può fare", Text: moveText(notAllowed)}
	case errors.As(err, &forbidden) && forbidden.Reason.Code == refusal.AccessRestricted:
		return &Problem{Status: http.StatusForbidden, Title: "Accesso ristretto", Text: ReasonText(forbidden.Reason)}
	case errors.As(err, &forbidden) && forbidden.Reason.Code == refusal.ViewEnded:
		return &Problem{Status: http.StatusForbidden, Title: "Di questa richiesta resta la traccia", Text: ReasonText(forbidden.Reason)}
	case errors.As(err, &forbidden):
		return &Problem{Status: http.StatusForbidden, Title: "Non può farlo su questa richiesta", Text: ReasonText(forbidden.Reason)}
	case errors.As(err, &notYours), errors.Is(err, eventstore.ErrNotFound), errors.Is(err, identity.ErrNotFound):
		return NotFound()
	case errors.Is(err, eventstore.ErrErased):
		return &Problem{Status: http.StatusGone, Title: "Dati cancellati", Text: "I dati personali di questa richiesta sono stati cancellati su domanda dell’interessato: non si possono più leggere."}
	case errors.Is(err, eventstore.ErrKeyReused):
		return &Problem{Status: http.StatusUnprocessableEntity, Title: "Già inviato", Text: "Questo modulo era già stato inviato con altri dati. Ricarichi la pagina e ricominci."}
	case errors.Is(err, identity.ErrCredentials):
		return &Problem{Status: http.StatusUnauthorized, Title: "Accesso non riuscito", Text: "Nome utente, password o PIN non sono corretti. Chiuda tutte le finestre del browser, ne apra una nuova e riprovi. Se l’errore continua, chieda aiuto con il modulo di assistenza."}
	case errors.As(err, &refusedKey):
		return &Problem{Status: http.StatusUnauthorized, Title: "Chiave di sicurezza non valida", Text: ReasonText(refusedKey.Reason)}
	case errors.Is(err, identity.ErrFactor):
		return &Problem{Status: http.StatusUnauthorized, Title: "Secondo fattore non valido", Text: "Il codice non è corretto, o è già stato usato. Aspetti che l’app ne mostri un altro e riprovi.", Fields: []FieldProblem{{Field: "codice", Text: "Codice non valido, o già usato."}}}
	case errors.As(err, &loginLocked):
		return &Problem{Status: http.StatusTooManyRequests, Title: "Accesso sospeso", Text: fmt.Sprintf("Troppi tentativi non riusciti: potrà riprovare %s. Se ha fretta, usi il modulo di assistenza, o chieda a un amministratore di sbloccare l’accesso.", retryText(loginLocked.Until, loginLocked.Remaining))}
	case errors.As(err, &refusedLogin):
		status := http.StatusUnauthorized
		if refusedLogin.Reason.Code == refusal.LoginProviderUnavailable {
			status = http.StatusBadGateway
		}
		return &Problem{Status: status, Title: "Accesso non riuscito", Text: ReasonText(refusedLogin.Reason) + " Se l’errore continua, chieda aiuto con il modulo di assistenza."}
	case errors.Is(err, identity.ErrNotPlaced):
		return &Problem{Status: http.StatusForbidden, Title: "Ruolo non disponibile", Text: "Questo ruolo presso questo ente non è, o non è più, tra i Suoi. Ne scelga un altro."}
	case errors.As(err, &refused):
		return &Problem{Status: http.StatusConflict, Title: "Non è possibile", Text: ReasonText(refused.Reason)}
	case errors.As(err, &disagreed):
		f := FieldProblem{Field: agreementInputs[disagreed.Field], Text: ReasonText(disagreed.Reason)}
		if disagreed.Field == "signed_on" {
			f.Text = "Scriva il giorno dell’accordo: una data fino a oggi."
		}
		return &Problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Non è stato registrato nulla.", Fields: []FieldProblem{f}}
	case errors.Is(err, agreement.ErrUnchanged):
		return &Problem{Status: http.StatusConflict, Title: "È già così", Text: "L’accordo era già registrato, o era già finito: guardi nell’elenco."}
	case errors.Is(err, unusual.ErrExamined):
		return &Problem{Status: http.StatusConflict, Title: "È già esaminata", Text: "Nel frattempo qualcun altro ha esaminato la segnalazione: la trova tra quelle esaminate. Non è stato modificato nulla."}
	case errors.Is(err, account.ErrNotFound):
		return &Problem{Status: http.StatusConflict, Title: "Non è più in attesa", Text: "Qualcun altro ha già risposto: guardi nella cronologia."}
	case errors.Is(err, account.ErrDisabled):
		return &Problem{Status: http.StatusConflict, Title: "La persona è disattivata", Text: "Chi è disattivato non riceve né ruoli né credenziali: non è stato modificato nulla."}
	case errors.As(err, &secret):
		f := FieldProblem{Field: accountInputs[secret.Field], Text: fieldReasonText(secret.Field, secret.Reason)}
		return &Problem{Status: http.StatusUnprocessableEntity, Title: "Qualcosa va corretto", Text: "Non è stato modificato nulla.", Fields: []FieldProblem{f}}
	case errors.Is(err, identity.ErrTaken):
		return &Problem{Status: http.StatusConflict, Title: "Esiste già", Text: "Questo nome utente, o questo ruolo presso questo ente, c’è già: non è stato modificato nulla."}
	case errors.Is(err, ErrWrongRole):
		return &Problem{Status: http.StatusForbidden, Title: "Pagina di un altro ruolo", Text: "Il ruolo con cui sta lavorando non comprende questa pagina. Può cambiare ruolo dall’intestazione, in alto a destra."}
	case errors.Is(err, ticket.ErrLinkRevoked):
		return &Problem{Status: http.StatusGone, Title: "Questo collegamento non vale più", Text: "L’assistenza lo ha annullato per proteggere la Sua richiesta. Apra l’e-mail più recente che ha ricevuto da noi e usi il collegamento che contiene. Se non ne ha, ci scriva dal modulo di assistenza e indichi il numero della richiesta: Le invieremo un collegamento nuovo."}
	case errors.Is(err, ticket.ErrLinkExpired):
		return &Problem{Status: http.StatusGone, Title: "Questo collegamento è scaduto", Text: "Apra l’e-mail più recente che ha ricevuto da noi e usi il collegamento che contiene. Se è scaduto anche quello, ci scriva dal modulo di assistenza e indichi il numero della richiesta: Le invieremo un collegamento nuovo."}
	case errors.Is(err, ErrLinkCookie):
		return &Problem{Status: http.StatusGone, Title: "Apra di nuovo il collegamento", Text: "Per sicurezza questa pagina resta aperta solo per alcune ore. Prema di nuovo il collegamento nell’e-mail che ha ricevuto da noi: ritrova la richiesta com’era."}
	case errors.Is(err, ErrUnknownLink):
		return &Problem{Status: http.StatusNotFound, Title: "Questo collegamento non funziona", Text: "Forse è stato copiato solo in parte. Apra l’e-mail che ha ricevuto e prema di nuovo il collegamento. Se non la trova più, ci scriva dal modulo di assistenza e indichi il numero della richiesta."}
	case errors.As(err, &limited):
		return &Problem{Status: http.StatusTooManyRequests, Title: "Troppe richieste", Text: fmt.Sprintf("Riprovi tra %d secondi: nulla di ciò che ha scritto è andato perso, torni indietro con il browser.", limited.Seconds)}
	case errors.Is(err, ErrTooManyUploads):
		return &Problem{Status: http.StatusServiceUnavailable, Title: "Troppi invii insieme", Text: "In questo momento arrivano troppi allegati. Riprovi tra qualche secondo: non è stato modificato nulla, e ciò che ha scritto è ancora nel browser. Se non lo vede, torni indietro."}
	case errors.As(err, &tooLarge):
		return &Problem{Status: http.StatusRequestEntityTooLarge, Title: "Allegati troppo grandi", Text: "Gli allegati possono essere al massimo cinque, di 1 MB ciascuno. Torni indietro, ne tolga o li riduca, e invii di nuovo."}
	case errors.Is(err, errIncompleteForm):
		return &Problem{Status: http.StatusBadRequest, Title: "Il modulo non è arrivato intero", Text: "La connessione si è interrotta mentre lo inviava. Torni indietro con il browser e lo invii di nuovo: non è stato modificato nulla."}
	case errors.Is(err, eventstore.ErrLostPosition):
		return &Problem{Status: http.StatusGone, Title: "L’elenco è di prima di un ripristino", Text: "Il servizio è stato ripristinato da una copia: ciò che è stato fatto per ultimo può mancare. Torni all’inizio dell’elenco, o ricarichi la pagina."}
	case errors.As(err, &newer), eventstore.IsUnavailable(err): // newer: a node of a newer release answers
		return &Problem{Status: http.StatusServiceUnavailable, Title: "Il servizio si sta riprendendo", Text: "Riprovi tra qualche secondo: ciò che non risulta confermato non è stato modificato."}
	default:
		return &Problem{Status: http.StatusInternalServerError, Title: "Qualcosa è andato storto", Text: "L’errore è stato registrato. Riprovi; se continua, comunichi all’assistenza il codice qui sotto."}
	}
}

// agreementInputs holds the name of the input for each field of an agreement.
var agreementInputs = map[string]string{"entity": "ente", "use": "uso", "reference": "riferimento", "signed_on": "giorno", "role": "ente"}

// accountInputs holds the name of the input for each field of an account or placement.
var accountInputs = map[string]string{"username": "utente", "name": "nome", "expires_on": "scadenza", "placement": "ruolo", "password": "nuova", "pin": "nuovo-pin", "current": "password", "factor_name": "nome", "code": "codice", "security_key": "chiave", "provider": "servizio", "tax_code": "codice-fiscale"}
