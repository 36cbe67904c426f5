// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"mime"
	"net/http"
	"strconv"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// formBody is the most that a form weighs: five attachments of 1 MB, and everything else.
const formBody = ticket.MaxAttachments*ticket.MaxAttachmentSize + 128<<10

func (w *Web) ticketRoutes() []route {
	return []route{
		{pattern: "GET /ticket/{id}", by: placed, action: identity.ReadTicket, serve: w.ticketPage},
		{pattern: "POST /ticket/{id}", by: placed, action: identity.UpdateTicket, body: formBody, serve: w.updateTicket},
		{pattern: "POST /ticket/{id}/annulla", by: placed, action: identity.UndoAct, serve: w.undo},
		{pattern: "GET /ticket/{id}/allegati/{file}", by: placed, action: identity.ReadTicket, serve: w.attachment},
	}
}

// ticketData is the ticket as the operator sees it, and the form of «Aggiorna» as it was typed.
type ticketData struct {
	projections.Ticket
	Checks    *projections.Playbook
	Operators []identity.Operator
	Form      updateForm
}

// updateForm is «Aggiorna» as typed (FAQ 2.3–2.6): what is refused comes back with it.
type updateForm struct {
	Text, Visibility, Status, Assignee, Entity, Reason string
	Version                                            int
	Key                                                ticket.ID // of this form: sent twice it counts once
}

func (w *Web) ticketPage(v *visit) error {
	return w.showTicket(v, http.StatusOK, nil, updateForm{Visibility: string(ticket.Internal)})
}

// showTicket renders the ticket as it is now, around a form as it was typed.
func (w *Web) showTicket(v *visit, status int, p *problem, f updateForm) error {
	id := ticket.ID(v.PathValue("id"))
	t, err := w.cases.Ticket(v.Context(), v.caller, id, nil)
	if err != nil {
		return err
	}
	d := ticketData{Ticket: t, Form: f}
	if checks, _, ok, err := w.cases.Checks(v.Context(), v.caller, id, nil); err != nil {
		return err
	} else if ok {
		d.Checks = &checks
	}
	if d.Operators, err = w.identity.Operators(v.Context(), v.caller.Actor.Entity); err != nil {
		return err
	}
	d.Form.Version = t.Version
	if d.Form.Key, err = desk.NewID(); err != nil {
		return err
	}
	return w.render(v, status, page{name: "ticket", title: "Richiesta " + t.Number, problem: p, data: d})
}

func (w *Web) updateTicket(v *visit) error {
	f := updateForm{
		Text: v.FormValue("testo"), Visibility: v.FormValue("visibilita"), Status: v.FormValue("stato"), Assignee: v.FormValue("operatore"),
		Entity: v.FormValue("ente"), Reason: v.FormValue("motivo"),
	}
	u := casework.Update{Status: ticket.Status(f.Status), Entity: catalog.EntityCode(f.Entity), Reason: f.Reason}
	u.Pinned, _ = strconv.Atoi(v.FormValue("versione")) // what is no number was not seen
	if f.Text != "" {
		u.Note = &casework.Note{Text: f.Text, Visibility: ticket.Visibility(f.Visibility)}
	}
	if v.Form.Has("operatore") && f.Assignee != v.FormValue("operatore_prima") {
		u.Assignee = &f.Assignee
	}
	id := ticket.ID(v.PathValue("id"))
	_, err := w.cases.Update(v.Context(), v.caller, id, u, casework.Said{Key: v.FormValue("chiave")})
	if err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError || p.Status == http.StatusNotFound {
			return err
		}
		return w.showTicket(v, p.Status, p, f)
	}
	return v.go303("/ticket/" + string(id) + "?fatto=aggiornata")
}

func (w *Web) undo(v *visit) error {
	id := ticket.ID(v.PathValue("id"))
	if _, err := w.cases.Undo(v.Context(), v.caller, id, casework.Said{Key: v.FormValue("chiave")}); err != nil {
		p := problemOf(err)
		if p.Status >= http.StatusInternalServerError || p.Status == http.StatusNotFound {
			return err
		}
		return w.showTicket(v, p.Status, p, updateForm{Visibility: string(ticket.Internal)})
	}
	return v.go303("/ticket/" + string(id) + "?fatto=annullata")
}

// attachment sends a file as one to be kept, never to be run: whoever sent it is not us.
func (w *Web) attachment(v *visit) error {
	f, content, err := w.cases.File(v.Context(), v.caller, ticket.ID(v.PathValue("id")), ticket.ID(v.PathValue("file")))
	if err != nil {
		return err
	}
	h := v.rw.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = v.rw.Write(content) // the browser may have gone
	return nil
}
