// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

//go:embed templates
var templates embed.FS

// pages are the templates by name, each with the frame around it.
type pages map[string]*template.Template

// parse reads templates/*.html: frame.html stands around every page, parts/*.html are shared.
func (w *Web) parse() (pages, error) {
	shared, err := template.New("frame.html").Funcs(w.functions()).ParseFS(templates, "templates/frame.html", "templates/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	all := pages{}
	files, err := fs.Glob(templates, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	for _, file := range files {
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(templates, file)
		}
		if err != nil {
			return nil, fmt.Errorf("web: templates: %w", err)
		}
		all[strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return all, nil
}

// page is what a template is filled with: its own data, and what the frame says around it.
type page struct {
	name    string
	title   string
	trail   []crumb  // where the page stands, between home and itself
	problem *problem // what was refused; nil: nothing
	data    any
	part    string              // of the page, that htmx asks for; "": the whole
	queue   projections.QueueID // that the page belongs to; "": none
	ticket  ticket.ID           // that it shows to who works on it; "": none
	at      eventstore.Position // that the page is of, for the stream to go on from; zero: it begins now
}

// crumb is a step of the breadcrumb.
type crumb struct{ Name, Path string }

// frame is what frame.html and the page see.
type frame struct {
	Title     string
	Trail     []crumb
	Problem   *problem
	Done      string // what was just done, in a sentence
	Path      string
	RequestID string
	Reader    *reader // nil: nobody has logged in
	Queues    []projections.Queue
	Queue     projections.QueueID // that the page belongs to
	Unread    int                 // notices
	At        string              // position that the page is of
	Ticket    ticket.ID           // that it shows; "": none
	Data      any
}

// reader is who is logged in, as the header says it.
type reader struct {
	Name, Role, Place string // Place: the entity's short name; empty for roles that are held at none
	Operates          bool
	Supervises        bool
	Audits            bool
	Administers       bool
	Citizen           bool
	Home              string
	Chosen            bool // a role is
	Follows           bool // the stream of changes
	Notified          bool // has notices
}

// render answers with a page, or with the part of it that htmx asks for.
func (w *Web) render(v *visit, status int, p page) error {
	f := frame{
		Title: p.title, Trail: p.trail, Problem: p.problem, Done: done[v.URL.Query().Get("fatto")], Path: v.URL.RequestURI(),
		RequestID: entrance.RequestID(v.Context()), Queue: p.queue, Ticket: p.ticket, Data: p.data,
	}
	if p.at.N > 0 {
		f.At = p.at.String()
	}
	name := p.part
	if name == "" || !v.partial {
		name = "frame.html"
		if err := w.furnish(v, &f); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := w.pages[p.name].ExecuteTemplate(&b, name, f); err != nil {
		return fmt.Errorf("page %s: %w", p.name, err)
	}
	v.rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.rw.WriteHeader(status)
	_, _ = b.WriteTo(v.rw) // the browser may have gone
	return nil
}

// furnish fills in what the frame says of who is logged in. Operators see their queues on every page.
func (w *Web) furnish(v *visit, f *frame) (err error) {
	if v.session.Account == "" {
		return nil
	}
	by := v.session.Actor
	f.Reader = &reader{
		Name: v.session.Name, Role: roles[by.Role], Operates: by.Role.Operates(), Supervises: by.Role.Supervises(),
		Audits: by.Role == person.Auditor, Administers: by.Role == person.Administrator, Citizen: by.Role == person.Citizen,
		Home: home(by.Role), Chosen: by.Role != "", Follows: identity.Allows(by.Role, identity.FollowChanges),
		Notified: identity.Allows(by.Role, identity.ReadNotices),
	}
	if e, ok := w.cases.Catalog.Entity(by.Entity); ok {
		f.Reader.Place = e.Short
	}
	if f.Reader.Operates || f.Reader.Audits {
		if f.Queues, _, err = w.cases.Reader.Queues(v.Context(), v.caller.Viewer()); err != nil {
			return err
		}
	}
	if f.Reader.Notified {
		f.Unread, err = w.Notices.Unread(v.Context(), by)
	}
	return err
}

// done says what was just done, by the word that the address carries after it.
var done = map[string]string{
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

func escape(s string) string { return url.QueryEscape(s) }

// door is how the pages speak where no page of their own does.
func (w *Web) door(mux *http.ServeMux) entrance.Door {
	plain := func(rw http.ResponseWriter, r *http.Request, p *problem) {
		v := &visit{Request: r, rw: rw}
		if err := w.render(v, p.Status, page{name: "errore", title: p.Title, problem: p}); err != nil {
			http.Error(rw, p.Title, p.Status)
		}
	}
	return entrance.Door{
		Mux: mux, Secure: w.secure, Streams: []string{streamRoute, exportRoute}, Limit: answerWithin,
		Broke:   func(rw http.ResponseWriter, r *http.Request, err error) { plain(rw, r, problemOf(err)) },
		Nowhere: func(rw http.ResponseWriter, r *http.Request, _ string) { plain(rw, r, nowhere()) },
	}
}
