// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"bytes"
	"fmt"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/lists"
)

// Page is what a template is filled with: its own data, and what the frame says around it.
type Page struct {
	Template   string
	Title      string
	Breadcrumb []Crumb  // where the page stands, between home and itself
	Problem    *Problem // what was refused; nil: nothing
	Data       any
	Part       string              // of the page, that htmx asks for; "": the whole
	Queue      lists.QueueID       // that the page belongs to; "": none
	Ticket     ticket.ID           // that it shows to who works on it; "": none
	Position   eventstore.Position // that the page is of, for the stream to go on from; zero: it begins now
}

// Crumb is a step of the breadcrumb.
type Crumb struct{ Name, Path string }

// frame is what frame.html and the page see.
type frame struct {
	Title        string
	Breadcrumb   []Crumb
	Problem      *Problem
	Confirmation string // what was just done, in a sentence
	Path         string
	RequestID    string
	User         *user // nil: nobody has logged in
	Queues       []lists.Queue
	Queue        lists.QueueID // that the page belongs to
	Unread       int           // notices
	Position     string        // position that the page is of
	Ticket       ticket.ID     // that it shows; "": none
	Data         any
}

// user is who is logged in, as the header says it.
type user struct {
	Name, Role, EntityName string // Place: the entity's short name; empty for roles that are held at none
	Operates               bool
	Supervises             bool
	Audits                 bool
	Administers            bool
	Citizen                bool
	Home                   string
	HasRole                bool // a role is
	LiveUpdates            bool // the stream of changes
	HasNotifications       bool // has notices
}

// Render answers with a page, or with the part of it that htmx asks for.
func (u *UI) Render(v *Request, status int, p Page) error {
	f := frame{
		Title: p.Title, Breadcrumb: p.Breadcrumb, Problem: p.Problem, Confirmation: confirmations[v.URL.Query().Get("fatto")], Path: v.URL.RequestURI(),
		RequestID: middleware.RequestID(v.Context()), Queue: p.Queue, Ticket: p.Ticket, Data: p.Data,
	}
	if p.Position.N > 0 {
		f.Position = p.Position.String()
	}
	name := p.Part
	if name == "" || !v.Partial {
		name = "frame.html"
		if err := u.fillFrame(v, &f); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := u.pages[p.Template].ExecuteTemplate(&b, name, f); err != nil {
		return fmt.Errorf("page %s: %w", p.Template, err)
	}
	v.Writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.Writer.WriteHeader(status)
	_, _ = b.WriteTo(v.Writer) // the browser may have gone
	return nil
}

// fillFrame fills in what the frame says of who is logged in. Operators see their queues on every page.
func (u *UI) fillFrame(v *Request, f *frame) (err error) {
	if v.Session.Account == "" {
		return nil
	}
	by := v.Session.Actor
	f.User = &user{
		Name: v.Session.Name, Role: RoleNames[by.Role], Operates: by.Role.Operates(), Supervises: by.Role.Supervises(),
		Audits: by.Role == person.Auditor, Administers: by.Role == person.Administrator, Citizen: by.Role == person.Citizen,
		Home: HomePath(by.Role), HasRole: by.Role != "", LiveUpdates: identity.Allows(by.Role, identity.SubscribeToChanges),
		HasNotifications: identity.Allows(by.Role, identity.ReadNotifications),
	}
	if e, ok := u.App.Catalog.Entity(by.Entity); ok {
		f.User.EntityName = e.Short
	}
	if f.User.Operates || f.User.Audits {
		if f.Queues, _, err = u.App.Lists.Queues(v.Context(), v.Caller.Viewer()); err != nil {
			return err
		}
	}
	if f.User.HasNotifications {
		f.Unread, err = u.Notifications.Unread(v.Context(), by)
	}
	return err
}

// confirmations says what was just done, by the word that the address carries after it.
var confirmations = map[string]string{
	"uscita":     "È uscito dall’area riservata.",
	"presa":      "La richiesta è in carico a Lei.",
	"verifiche":  "Le risposte alle verifiche sono state registrate.",
	"esito":      "L’esito delle verifiche è stato eseguito.",
	"bozza":      "La bozza è stata salvata: la ritrova qui, anche da un altro computer.",
	"lette":      "Tutte le notifiche risultano lette.",
	"aggiornata": "La richiesta è stata aggiornata.",
	"annullata":  "L’ultima azione è stata annullata: il destinatario non ne vedrà nulla.",

	"risposta":   "Il Suo messaggio è stato inviato.",
	"ripresa":    "Il Suo messaggio è stato inviato: la richiesta è di nuovo in lavorazione.",
	"preferenze": "La Sua scelta è stata salvata.",

	"ruolo":        "Il ruolo è stato aggiunto: vale da adesso.",
	"ruolo-finito": "Il ruolo è terminato; le richieste che aveva in carico sono libere.",
	"disattivata":  "La persona non può più accedere; le richieste che aveva in carico sono libere.",
	"rimessi":      "I messaggi sono stati rimessi in uscita.",
}
