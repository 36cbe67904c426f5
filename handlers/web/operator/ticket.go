// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (p *Pages) ticketRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /ticket/{id}", Access: ui.WithRole, Action: identity.ReadTicket, Handle: p.ticketPage},
		{Pattern: "POST /ticket/{id}", Access: ui.WithRole, Action: identity.UpdateTicket, MaxBody: ui.MaxUploadBody, Handle: p.updateTicket},
		{Pattern: "POST /ticket/{id}/bozza", Access: ui.WithRole, Action: identity.UpdateTicket, MaxBody: ui.MaxUploadBody, Handle: p.autosaveDraft},
		{Pattern: "POST /ticket/{id}/presenza", Access: ui.WithRole, Action: identity.UpdateTicket, Background: true, Handle: p.reportPresence},
		{Pattern: "POST /ticket/{id}/annulla", Access: ui.WithRole, Action: identity.UndoAct, Handle: p.undo},
		{Pattern: "GET /ticket/{id}/allegati/{file}", Access: ui.WithRole, Action: identity.ReadTicket, Handle: p.downloadAttachment},
		{Pattern: "GET /ticket/{id}/allegati/{file}/anteprima", Access: ui.WithRole, Action: identity.ReadTicket, Handle: p.previewPage},
	}
}

// ticketData is the ticket as its reader sees it, what they may do with it now, and the form of «Aggiorna» as it was typed.
type ticketData struct {
	app.TicketView
	Conversation   conversation
	Menu           updateMenu
	Form           updateForm
	DraftSavedAt   time.Time // when the form was kept as a draft; zero: it is not one
	Checks         *checklist
	ReadymadeTexts []readymadeText
	PresenceText   string // who else has the ticket open
	Conflicts      []conflict
	IsAuditor      bool        // the reader only looks
	CanTake        bool        // «Prendi in carico»
	UndoSeconds    int         // seconds in which the last act can still be withdrawn; 0: it cannot
	ClosedTicket   *ticketLink // the closed ticket that this one goes on from
	MainTicket     *ticketLink // the ticket that this one repeats
	SameCitizen    []lists.Item
}

// ticketLink names another ticket. Number is "" if the reader may not see it.
type ticketLink struct {
	ID     ticket.ID
	Number string
}

func (p *Pages) ticketPage(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	f, at, err := p.readDraft(r, t.ID)
	if err != nil {
		return err
	}
	return p.renderTicket(r, http.StatusOK, nil, ticketData{TicketView: t, Form: f, DraftSavedAt: at})
}

// readTicket is the ticket to those who work on it or audit it.
func (p *Pages) readTicket(r *ui.Request) (app.TicketView, error) {
	id, err := ticketID(r)
	if err != nil {
		return app.TicketView{}, err
	}
	return p.App.ViewTicket(r.Context(), r.Caller, id)
}

// ticketID is the one that the address names, for those who work on tickets or audit them. Citizens have pages of their own.
func ticketID(r *ui.Request) (ticket.ID, error) {
	if role := r.Caller.Actor.Role; !role.Operates() && role != person.Auditor {
		return "", &ticket.NotVisibleError{}
	}
	return ticket.ID(r.PathValue("id")), nil
}

// renderWithForm renders a ticket that was just read around a form as it was typed, which is kept as a draft: the page may be left.
func (p *Pages) renderWithForm(r *ui.Request, status int, problem *ui.Problem, t app.TicketView, f updateForm) (err error) {
	if f.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	d := ticketData{TicketView: t, Form: f}
	if f.hasContent() {
		if d.DraftSavedAt, err = p.storeDraft(r, t.ID, f); err != nil {
			return err
		}
	}
	return p.renderTicket(r, status, problem, d)
}

func (p *Pages) renderTicket(r *ui.Request, status int, problem *ui.Problem, d ticketData) (err error) {
	t := d.Ticket
	d.Conversation, d.IsAuditor, d.Checks = newConversation(t), r.Caller.Actor.Role == person.Auditor, newChecklist(d.TicketView, d.Form)
	if d.Form.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	d.Form.ExpectedVersion = t.Version
	if len(t.Moves) > 0 {
		if d.Menu, err = p.newUpdateMenu(r, d.TicketView, d.Form); err != nil {
			return err
		}
	}
	d.ReadymadeTexts = p.readymadeTexts(r, t)
	if d.PresenceText, err = p.presenceText(r, t.ID); err != nil {
		return err
	}
	d.CanTake = d.can(ticket.MoveTake)
	if t.UndoUntil != nil {
		d.UndoSeconds = max(0, int(t.UndoUntil.Sub(p.App.Store.Now())/time.Second))
	}
	if err := p.loadLinks(r, &d); err != nil {
		return err
	}
	if problem != nil {
		if d.Conflicts, err = p.describeConflicts(r, t, problem.Conflicts, d.Form); err != nil {
			return err
		}
	}
	at, err := eventstore.ParsePosition(t.Position)
	if err != nil {
		return err
	}
	return p.Render(r, status, ui.Page{Template: "ticket", Title: "Richiesta " + t.Number, Problem: problem, Data: d, Ticket: t.ID, Position: at})
}

// LostStatus is the status that the form was left with, where it is none of the menu's any more; "": there is none, or it still is.
func (d ticketData) LostStatus() string {
	wanted := d.Form.Status
	if wanted == "" || slices.ContainsFunc(d.Menu.Statuses, func(c option) bool { return c.Value == string(wanted) }) {
		return ""
	}
	switch wanted {
	case statusRedirect:
		return "Inoltro a un’altra ASR"
	case statusDuplicate, statusDiscard:
		return ticket.Solved.Label()
	}
	return wanted.Label()
}

// UndoneText says what the withdrawn note was that stands in the form again: the padlock is closed, and the status is not chosen.
func (d ticketData) UndoneText() string {
	audience, status, _ := strings.Cut(d.Form.Undone, "/")
	was, ok := map[string]string{string(ticketview.Public): "al cittadino", string(ticketview.Regional): "tra Regione e ASR, non al cittadino"}[audience]
	label := ticket.Status(status).Label()
	if !ok || !slices.ContainsFunc(d.Menu.Audiences, func(c option) bool { return c.Value == string(ticket.Internal) }) {
		return ""
	}
	if label == "" || status == string(d.Status) {
		return "La nota annullata era " + was + ": ora il lucchetto è chiuso, scelga di nuovo chi la legge."
	}
	return "La nota annullata era " + was + ", con lo stato «" + label + "»: ora il lucchetto è chiuso e lo stato invariato, li scelga di nuovo entrambi."
}

// CanDiscard and Repeats tell what of the form there is.
func (d ticketData) CanDiscard() bool       { return d.can(ticket.MoveDiscard) }
func (d ticketData) CanMarkDuplicate() bool { return d.can(ticket.MoveDuplicate) }

// QuickActions are the texts that one click sends.
func (d ticketData) QuickActions() (acts []readymadeText) {
	for _, r := range d.ReadymadeTexts {
		if r.Act {
			acts = append(acts, r)
		}
	}
	return acts
}

func (d ticketData) can(m ticket.Move) bool { return slices.Contains(d.Moves, m) }

// CanWrite tells whether there is anything at all to do on the page.
func (d ticketData) CanWrite() bool {
	return len(d.Menu.Audiences)+len(d.Menu.Operators) > 0 || len(d.Menu.Statuses) > 1
}

// LastHandover is the latest change of competence, for the banner over a trace; nil: there was none.
func (d ticketData) LastHandover() *ticketview.Handover {
	if len(d.Handovers) == 0 {
		return nil
	}
	return &d.Handovers[len(d.Handovers)-1]
}

// loadLinks looks up the tickets that this one points to, and what else the same citizen asks for.
func (p *Pages) loadLinks(r *ui.Request, d *ticketData) (err error) {
	if d.ClosedTicket, err = p.linkTo(r, d.Continues); err != nil {
		return err
	}
	if d.MainTicket, err = p.linkTo(r, d.DuplicateOf); err != nil {
		return err
	}
	same, err := p.App.ListTickets(r.Context(), r.Caller, lists.Filter{SameCitizenAs: d.ID, Limit: 5})
	d.SameCitizen = same.Items
	return err
}

func (p *Pages) linkTo(r *ui.Request, id ticket.ID) (*ticketLink, error) {
	if id == "" {
		return nil, nil
	}
	number, err := p.App.TicketNumber(r.Context(), r.Caller, id)
	if err != nil && ui.ProblemOf(err).Status == http.StatusNotFound {
		return &ticketLink{}, nil
	}
	return &ticketLink{ID: id, Number: number}, err
}
