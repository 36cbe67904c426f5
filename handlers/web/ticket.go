// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) ticketRoutes() []route {
	return []route{
		{pattern: "GET /ticket/{id}", by: placed, action: identity.ReadTicket, serve: w.ticketPage},
		{pattern: "POST /ticket/{id}", by: placed, action: identity.UpdateTicket, body: uploadBody, serve: w.updateTicket},
		{pattern: "POST /ticket/{id}/bozza", by: placed, action: identity.UpdateTicket, body: uploadBody, serve: w.saveDraft},
		{pattern: "POST /ticket/{id}/presenza", by: placed, action: identity.UpdateTicket, unasked: true, serve: w.presences},
		{pattern: "POST /ticket/{id}/annulla", by: placed, action: identity.UndoAct, serve: w.undo},
		{pattern: "GET /ticket/{id}/allegati/{file}", by: placed, action: identity.ReadTicket, serve: w.attachment},
		{pattern: "GET /ticket/{id}/allegati/{file}/anteprima", by: placed, action: identity.ReadTicket, serve: w.preview},
	}
}

// ticketData is the ticket as its reader sees it, what they may do with it now, and the form of «Aggiorna» as it was typed.
type ticketData struct {
	casework.Whole
	Talk      talk
	Menu      menu
	Form      updateForm
	Drafted   time.Time // when the form was kept as a draft; zero: it is not one
	Checks    *checklist
	Ready     []ready
	Present   string // who else has the ticket open
	Conflicts []conflict
	Audits    bool  // the reader only looks
	Takes     bool  // «Prendi in carico»
	UndoLeft  int   // seconds in which the last act can still be withdrawn; 0: it cannot
	Continued *link // the closed ticket that this one goes on from
	Repeated  *link // the ticket that this one repeats
	Others    []projections.Item
}

// link names another ticket. Number is "" if the reader may not see it.
type link struct {
	ID     ticket.ID
	Number string
}

func (w *Web) ticketPage(v *visit) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	f, at, err := w.readDraft(v, t.ID)
	if err != nil {
		return err
	}
	return w.showOf(v, http.StatusOK, nil, ticketData{Whole: t, Form: f, Drafted: at})
}

// readTicket is the ticket to those who work on it or audit it.
func (w *Web) readTicket(v *visit) (casework.Whole, error) {
	id, err := v.ticket()
	if err != nil {
		return casework.Whole{}, err
	}
	return w.cases.Whole(v.Context(), v.caller, id)
}

// ticket is the one that the address names, for those who work on tickets or audit them. Citizens have pages of their own.
func (v *visit) ticket() (ticket.ID, error) {
	if role := v.caller.Actor.Role; !role.Operates() && role != person.Auditor {
		return "", &ticket.NotYoursError{}
	}
	return ticket.ID(v.PathValue("id")), nil
}

// showForm renders a ticket that was just read around a form as it was typed, which is kept as a draft: the page may be left.
func (w *Web) showForm(v *visit, status int, p *problem, t casework.Whole, f updateForm) (err error) {
	if f.Key, err = desk.NewID(); err != nil {
		return err
	}
	d := ticketData{Whole: t, Form: f}
	if f.typed() {
		if d.Drafted, err = w.keepDraft(v, t.ID, f); err != nil {
			return err
		}
	}
	return w.showOf(v, status, p, d)
}

func (w *Web) showOf(v *visit, status int, p *problem, d ticketData) (err error) {
	t := d.Ticket
	d.Talk, d.Audits, d.Checks = talkOf(t), v.caller.Actor.Role == person.Auditor, checklistOf(d.Whole, d.Form)
	if d.Form.Key, err = desk.NewID(); err != nil {
		return err
	}
	d.Form.Version = t.Version
	if len(t.Moves) > 0 {
		if d.Menu, err = w.menuOf(v, d.Whole, d.Form); err != nil {
			return err
		}
	}
	d.Ready = w.ready(v, t)
	if d.Present, err = w.present(v, t.ID); err != nil {
		return err
	}
	d.Takes = d.may(ticket.MoveTake)
	if t.UndoUntil != nil {
		d.UndoLeft = max(0, int(t.UndoUntil.Sub(w.cases.Store.Now())/time.Second))
	}
	if err := w.linked(v, &d); err != nil {
		return err
	}
	if p != nil {
		if d.Conflicts, err = w.conflicts(v, t, p.Conflicts, d.Form); err != nil {
			return err
		}
	}
	at, err := eventstore.ParsePosition(t.Position)
	if err != nil {
		return err
	}
	return w.render(v, status, page{name: "ticket", title: "Richiesta " + t.Number, problem: p, data: d, ticket: t.ID, at: at})
}

// Lost is the status that the form was left with, where it is none of the menu's any more; "": there is none, or it still is.
func (d ticketData) Lost() string {
	wanted := d.Form.Status
	if wanted == "" || slices.ContainsFunc(d.Menu.Statuses, func(c choice) bool { return c.Value == wanted }) {
		return ""
	}
	switch wanted {
	case toASR:
		return "Inoltro a un’altra ASR"
	case asRepeated, asDiscard:
		return ticket.Solved.Label()
	}
	return ticket.Status(wanted).Label()
}

// Undone says what the withdrawn note was that stands in the form again: the padlock is closed, and the status is not chosen.
func (d ticketData) Undone() string {
	audience, status, _ := strings.Cut(d.Form.Undone, "/")
	was, ok := map[string]string{string(projections.Public): "al cittadino", string(projections.Regional): "tra Regione e ASR, non al cittadino"}[audience]
	label := ticket.Status(status).Label()
	if !ok || !slices.ContainsFunc(d.Menu.Audiences, func(c choice) bool { return c.Value == string(ticket.Internal) }) {
		return ""
	}
	if label == "" || status == string(d.Status) {
		return "La nota annullata era " + was + ": ora il lucchetto è chiuso, scelga di nuovo chi la legge."
	}
	return "La nota annullata era " + was + ", con lo stato «" + label + "»: ora il lucchetto è chiuso e lo stato invariato, li scelga di nuovo entrambi."
}

// Scraps and Repeats tell what of the form there is.
func (d ticketData) Scraps() bool  { return d.may(ticket.MoveDiscard) }
func (d ticketData) Repeats() bool { return d.may(ticket.MoveDuplicate) }

// Acts are the texts that one click sends.
func (d ticketData) Acts() (acts []ready) {
	for _, r := range d.Ready {
		if r.Act {
			acts = append(acts, r)
		}
	}
	return acts
}

func (d ticketData) may(m ticket.Move) bool { return slices.Contains(d.Moves, m) }

// Writes tells whether there is anything at all to do on the page.
func (d ticketData) Writes() bool {
	return len(d.Menu.Audiences)+len(d.Menu.Operators) > 0 || len(d.Menu.Statuses) > 1
}

// Was is the latest change of competence, for the banner over a trace; nil: there was none.
func (d ticketData) Was() *projections.Handover {
	if len(d.Handovers) == 0 {
		return nil
	}
	return &d.Handovers[len(d.Handovers)-1]
}

// linked looks up the tickets that this one points to, and what else the same citizen asks for.
func (w *Web) linked(v *visit, d *ticketData) (err error) {
	if d.Continued, err = w.link(v, d.Continues); err != nil {
		return err
	}
	if d.Repeated, err = w.link(v, d.DuplicateOf); err != nil {
		return err
	}
	same, err := w.cases.Tickets(v.Context(), v.caller, projections.Filter{SameAs: d.ID, Limit: 5})
	d.Others = same.Items
	return err
}

func (w *Web) link(v *visit, id ticket.ID) (*link, error) {
	if id == "" {
		return nil, nil
	}
	number, err := w.cases.Number(v.Context(), v.caller, id)
	if err != nil && problemOf(err).Status == http.StatusNotFound {
		return &link{}, nil
	}
	return &link{ID: id, Number: number}, err
}
