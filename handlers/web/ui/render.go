// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"bytes"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Page is the content of one page: its template and data, and the values that the frame shows.
type Page struct {
	Template   string
	Title      string
	Breadcrumb []Crumb  // the steps between the home page and this page
	Problem    *Problem // the error message; nil: none
	Data       any
	Part       string              // the template to render if htmx requests a part of the page; "": the whole page
	Queue      lists.QueueID       // the queue that the page belongs to; "": none
	Queues     []lists.Queue       // the reader's queues, if the page has read them
	Ticket     ticket.ID           // the ticket that the page shows to operators and auditors; "": none
	Search     string              // what the search box of the header holds
	Position   eventstore.Position // the position up to which the page shows the log: live updates begin after it; zero: at the head
}

// Crumb is a step of the breadcrumb.
type Crumb struct{ Name, Path string }

// frame is the data of frame.html and of the page's template.
type frame struct {
	Title        string
	Breadcrumb   []Crumb
	Problem      *Problem
	Confirmation string // the sentence that confirms the action before
	Path         string
	RequestID    string
	User         *user // nil: the reader is not logged in
	CitizenLogin bool  // citizens have a way to log in
	Queues       []lists.Queue
	Queue        lists.QueueID // the queue that the page belongs to; "": none
	Unread       int           // number of unread notifications
	Position     string        // as Page.Position; "": zero
	Search       string        // as Page.Search
	Ticket       ticket.ID     // as Page.Ticket
	Data         any
}

// user is the logged-in reader, for the header and the menus.
type user struct {
	Name, Role, EntityName string // EntityName is the entity's short name; "" for roles without an entity
	Operates               bool
	Supervises             bool
	Audits                 bool
	ReadsUnusual           bool
	Findings               int // of unusual reading that nobody has examined
	Administers            bool
	Citizen                bool
	Home                   string
	ToAnswer               int  // requests and emergency accesses that wait for this administrator
	Emergencies            int  // emergency accesses without a review; administrators and auditors see them on every page
	Overdue                bool // one of them was not reviewed in time
	Blocked                bool // the reader must do something before anything else opens
	HasRole                bool // the reader has chosen a role
	LiveUpdates            bool // the role may subscribe to changes
	HasNotifications       bool // the role may read notifications
	FindsTickets           bool // the role has the search box in the header
	ReadsFigures           bool // the role may read the dashboard
	ReadsAccountChanges    bool // the role may read who gave which role to whom, and the log-ins
}

// Render answers with a page, or with its Part if htmx requests a part. An error means that nothing was sent.
func (u *UI) Render(r *Request, status int, p Page) error {
	f := frame{
		Title: p.Title, Breadcrumb: p.Breadcrumb, Problem: p.Problem, Confirmation: confirmations[r.URL.Query().Get("fatto")], Path: r.URL.RequestURI(), CitizenLogin: u.CitizenLogin,
		RequestID: middleware.RequestID(r.Context()), Queue: p.Queue, Queues: p.Queues, Ticket: p.Ticket, Data: p.Data, Search: p.Search,
	}
	if p.Position.N > 0 {
		f.Position = u.App.PositionText(r.Caller, p.Position)
	}
	name := p.Part
	if name == "" || !r.Partial {
		name = "frame.html"
		if err := u.fillFrame(r, &f); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := u.pages[p.Template].ExecuteTemplate(&b, name, f); err != nil {
		return fmt.Errorf("page %s: %w", p.Template, err)
	}
	r.Writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.Writer.WriteHeader(status)
	_, _ = b.WriteTo(r.Writer) // the browser may have gone
	return nil
}

// fillFrame sets the logged-in reader, the number of unread notifications, and the queues, which operators and auditors see on every page.
func (u *UI) fillFrame(r *Request, f *frame) (err error) {
	if r.Session.Account == "" {
		return nil
	}
	if r.Session.IsBlocked() { // every other page and the stream of changes are refused
		f.User = &user{Name: r.Session.Name, Blocked: true, Home: "/"}
		return nil
	}
	actor := r.Session.Actor
	f.User = &user{
		Name: r.Session.Name, Role: RoleNames[actor.Role], Operates: actor.Role.Operates(), Supervises: actor.Role.Supervises(),
		Audits: actor.Role.Audits(), Administers: actor.Role == person.Administrator, Citizen: actor.Role == person.Citizen,
		Home: HomePath(actor.Role), HasRole: actor.Role != "", LiveUpdates: policy.May(actor, policy.SubscribeToChanges),
		HasNotifications: policy.May(actor, policy.ReadNotifications),
		FindsTickets:     policy.May(actor, policy.SearchTickets),
		ReadsFigures:     policy.May(actor, policy.ReadFigures), ReadsAccountChanges: policy.May(actor, policy.ReadAccountChanges),
	}
	if e, ok := u.App.Catalog.Entity(actor.Entity); ok {
		f.User.EntityName = e.Short
	}
	if (f.User.Operates || f.User.Audits) && f.Queues == nil {
		if f.Queues, _, err = u.App.Lists.Queues(r.Context(), r.Caller.Viewer()); err != nil {
			return err
		}
	}
	if f.User.Administers || f.User.ReadsAccountChanges {
		waiting, err := u.App.Accounts.Overview(r.Context(), actor)
		if err != nil {
			return err
		}
		f.User.ToAnswer, f.User.Emergencies, f.User.Overdue = waiting.ToAnswer(), len(waiting.Emergencies), waiting.Overdue()
	}
	if f.User.ReadsUnusual = policy.May(actor, policy.ReadUnusual); f.User.ReadsUnusual {
		f.User.Findings, err = unusual.Findings{Store: u.App.Store}.CountOpen(r.Context(), r.Caller.Viewer().Reader())
	}
	if f.User.HasNotifications {
		f.Unread, err = u.App.Notifications.Unread(r.Context(), actor)
	}
	return err
}

// confirmations holds the sentence that confirms an action, by the value of the parameter «fatto».
var confirmations = map[string]string{
	"uscita": "È uscito dall’area riservata.",

	"sessione-finita": "La sessione è finita. Acceda di nuovo: poi prosegue da dove era.",

	"recapiti":     "I recapiti sono stati corretti. Ciò che non era arrivato parte di nuovo.",
	"comunicato":   "Registrato: il cittadino ne ha avuto notizia.",
	"presa":        "La richiesta è in carico a Lei.",
	"verifiche":    "Le risposte alle verifiche sono state registrate.",
	"esito":        "L’esito delle verifiche è stato eseguito.",
	"bozza":        "La bozza è stata salvata: la ritrova qui, anche da un altro computer.",
	"lette":        "Tutte le notifiche risultano lette.",
	"aggiornata":   "La richiesta è stata aggiornata.",
	"collegamenti": "I collegamenti e gli indirizzi di risposta precedenti non valgono più.",
	"ceduta":       "La richiesta è stata aggiornata. Ha l’accesso ristretto: ora la vedono solo il nuovo operatore e i supervisori.",
	"annullata":    "L’ultima azione è stata annullata: il destinatario non ne vedrà nulla.",

	"accesso-ristretto": "L’accesso è ristretto: vedono la richiesta solo l’operatore assegnato e i supervisori.",
	"accesso-aperto":    "L’accesso ristretto è tolto.",
	"informativa":       "L’informativa è pubblicata: il modulo la mostra da adesso.",
	"rappresentanza":    "La verifica della rappresentanza è registrata.",

	"risposta":   "Il Suo messaggio è stato inviato.",
	"ripresa":    "Il Suo messaggio è stato inviato: la richiesta è di nuovo in lavorazione.",
	"preferenze": "La Sua scelta è stata salvata.",

	"ruolo":          "Il ruolo è stato aggiunto: vale da adesso.",
	"chiesto":        "La domanda attende la conferma di un altro amministratore: fino ad allora non cambia nulla.",
	"confermata":     "La domanda è confermata: il cambio è fatto.",
	"rifiutata":      "La domanda è rifiutata: non è cambiato nulla.",
	"ritirata":       "La domanda è ritirata: non è cambiato nulla.",
	"verificata":     "La verifica dell’emergenza è registrata.",
	"credenziali":    "La password e il PIN sono cambiati.",
	"ruolo-finito":   "Il ruolo è terminato; le richieste che aveva in carico sono libere.",
	"sbloccata":      "La persona può di nuovo accedere da ovunque.",
	"disattivata":    "La persona non può più accedere; le richieste che aveva in carico sono libere.",
	"accordo":        "L’accordo è registrato: vale da adesso.",
	"esaminata":      "La segnalazione è esaminata: la trova tra quelle esaminate.",
	"prima-conferma": "La conferma è registrata: le regole valgono dopo quella di un altro amministratore.",
	"in-vigore":      "Le regole sono in vigore: valgono dal prossimo accesso di ogni persona.",
	"accordo-fine":   "L’accordo è finito: ciò che permetteva è di nuovo spento.",
	"chiave-fine":    "La chiave API è revocata: da subito non vale più.",
	"rimessi":        "I messaggi sono stati rimessi in uscita.",

	"fattore":       "Il secondo fattore è aggiunto: l’accesso lo chiederà.",
	"fattore-tolto": "Il secondo fattore è tolto.",
	"sessioni":      "La sessione è finita: da lì bisogna accedere di nuovo.",
	"identita":      "L’identità è collegata: la persona può entrare da lì.",
	"identita-fine": "L’identità è scollegata: da lì la persona non entra più, e le sessioni aperte da lì sono finite.",
	"azzerati":      "I secondi fattori sono tolti: la persona accede con password e PIN, e può aggiungerne di nuovi.",
}
