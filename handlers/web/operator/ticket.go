// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (p *Pages) ticketRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /ticket/{id}", Access: ui.WithRole, Action: policy.OpenTicketPage, Handle: p.ticketPage},
		{Pattern: "POST /ticket/{id}", Access: ui.WithRole, Action: policy.UpdateTicket, MaxBody: ui.MaxUploadBody, Handle: p.updateTicket},
		{Pattern: "POST /ticket/{id}/bozza", Access: ui.WithRole, Action: policy.KeepDraft, MaxBody: ui.MaxUploadBody, Handle: p.autosaveDraft},
		{Pattern: "POST /ticket/{id}/presenza", Access: ui.WithRole, Action: policy.ShowPresence, Background: true, Handle: p.reportPresence},
		{Pattern: "POST /ticket/{id}/collegamenti", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.revokeLinks},
		{Pattern: "POST /ticket/{id}/accesso", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.changeAccess},
		{Pattern: "POST /ticket/{id}/annulla", Access: ui.WithRole, Action: policy.UndoAct, Handle: p.undo},
		{Pattern: "POST /ticket/{id}/recapiti", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.correctContacts},
		{Pattern: "POST /ticket/{id}/rappresentanza", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.checkRepresentation},
		{Pattern: "POST /ticket/{id}/comunicato", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.informCitizen},
		{Pattern: "GET /ticket/{id}/allegati/{file}", Access: ui.WithRole, Action: policy.OpenTicketPage, Handle: p.downloadAttachment},
		{Pattern: "GET /ticket/{id}/allegati/{file}/anteprima", Access: ui.WithRole, Action: policy.OpenTicketPage, Handle: p.previewPage},
	}
}

// ticketData is the data of a ticket's page: the ticket view, the possible changes, and the form «Aggiorna» as typed.
type ticketData struct {
	app.TicketView
	Conversation   conversation
	Menu           updateMenu
	Form           updateForm
	DraftSavedAt   time.Time // time at which the form was stored as a draft; zero: it is no draft
	Checks         *checklist
	ReadymadeTexts []readymadeText
	PresenceText   string // as presenceText
	Conflicts      []conflict
	Contacts       contactsForm
	IsAuditor      bool        // the reader is an auditor, who cannot change tickets
	TakeAction     string      // the action of the button «Prendi in carico»; "": the page has no such button
	UndoSeconds    int         // seconds in which the reader can still undo the last update; 0: not possible
	ClosedTicket   *ticketLink // the closed ticket that this one continues; nil: none
	MainTicket     *ticketLink // the ticket that this one is a duplicate of; nil: none
	Revocation     revocation
	Access         accessChange
	Check          representationForm
}

// ticketLink is a link to another ticket. Its fields are "" if the reader may not see that ticket.
type ticketLink struct {
	ID     ticket.ID
	Number string
}

// ticketPage shows a ticket, with the reader's draft in the form.
func (p *Pages) ticketPage(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	return p.renderWithDraft(r, http.StatusOK, nil, ticketData{TicketView: t})
}

// renderWithDraft renders the ticket's page with the reader's draft in the form «Aggiorna».
func (p *Pages) renderWithDraft(r *ui.Request, status int, problem *ui.Problem, d ticketData) (err error) {
	if d.Form, d.DraftSavedAt, err = p.readDraft(r, d.ID); err != nil {
		return err
	}
	if d.Form.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	return p.renderTicket(r, status, problem, d)
}

// readTicket reads the ticket in the path for an operator or auditor, and records the access.
func (p *Pages) readTicket(r *ui.Request) (app.TicketView, error) {
	return p.App.ViewTicket(r.Context(), r.Caller, ticketID(r))
}

// ticketID returns the ticket id in the path.
func ticketID(r *ui.Request) ticket.ID { return ticket.ID(r.PathValue("id")) }

// renderWithForm renders ticket view t with the form as typed and stores the form as a draft, so that the reader can leave the page.
// Callers pass the ticket view that they have read, so that one request records one access.
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

// renderTicket fills in the rest of d, whose form has its key, and renders the ticket's page.
func (p *Pages) renderTicket(r *ui.Request, status int, problem *ui.Problem, d ticketData) (err error) {
	t := d.Ticket
	d.Conversation, d.IsAuditor, d.Checks = newConversation(t), r.Caller.Actor.Role.Audits(), newChecklist(d.TicketView, d.Form)
	if d.Checks != nil {
		d.Checks.AwaitsTaking = p.awaitsTaking(d.TicketView)
	}
	d.Form.ExpectedVersion = t.Version
	if len(t.Moves) > 0 {
		if d.Menu, err = p.newUpdateMenu(r, d.TicketView, d.Form); err != nil {
			return err
		}
	}
	if !d.Contacts.Open {
		d.Contacts = contactsForm{Email: t.Requester.Email, Phone: t.Requester.Phone}
	}
	d.ReadymadeTexts = p.readymadeTexts(r, t)
	if d.PresenceText, err = p.presenceText(r, t.ID); err != nil {
		return err
	}
	if d.can(ticket.MoveTake) {
		d.TakeAction = "prendi"
	} else if t.Status == ticket.StatusWaiting && t.Assignee == nil && d.can(ticket.MoveAssign) {
		d.TakeAction = "prendi:attesa"
	}
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

// LostStatus returns the label of the form's status if that status is no longer possible, otherwise "".
func (d ticketData) LostStatus() string {
	status := d.Form.Status
	if status == "" || slices.ContainsFunc(d.Menu.Statuses, func(c option) bool { return c.Value == string(status) }) {
		return ""
	}
	switch status {
	case statusRedirect:
		return "Inoltro a un’altra ASR"
	case statusDuplicate, statusDiscard:
		return ticket.StatusResolved.Label()
	}
	return status.Label()
}

// UndoneText returns a warning for a form with the text of an undone note: it names the readers and the status that the note had. The
// form has the padlock closed and no status, so the reader has to choose both again. It returns "" if there is no such note.
func (d ticketData) UndoneText() string {
	audience, status, _ := strings.Cut(d.Form.Undone, "/")
	readers, ok := map[string]string{string(ticketview.AudienceCitizen): "al cittadino", string(ticketview.AudienceRegional): "tra Regione e ASR, non al cittadino"}[audience]
	label := ticket.Status(status).Label()
	if !ok || !slices.ContainsFunc(d.Menu.Audiences, func(c option) bool { return c.Value == string(ticket.Internal) }) {
		return ""
	}
	if label == "" || status == string(d.Status) {
		return "La nota annullata era " + readers + ": ora il lucchetto è chiuso, scelga di nuovo chi la legge."
	}
	return "La nota annullata era " + readers + ", con lo stato «" + label + "»: ora il lucchetto è chiuso e lo stato invariato, li scelga di nuovo entrambi."
}

// CanDiscard reports whether the reader can discard the ticket.
func (d ticketData) CanDiscard() bool { return d.can(ticket.MoveDiscard) }

// CanMarkDuplicate reports whether the reader can mark the ticket as a duplicate.
func (d ticketData) CanMarkDuplicate() bool { return d.can(ticket.MoveDuplicate) }

// QuickActions returns the ready-made texts that one click sends.
func (d ticketData) QuickActions() (actions []readymadeText) {
	for _, r := range d.ReadymadeTexts {
		if r.Act {
			actions = append(actions, r)
		}
	}
	return actions
}

func (d ticketData) can(m ticket.Move) bool { return slices.Contains(d.Moves, m) }

// CanWrite reports whether the form «Aggiorna» has anything to choose or write.
func (d ticketData) CanWrite() bool {
	return len(d.Menu.Audiences)+len(d.Menu.Operators) > 0 || len(d.Menu.Statuses) > 1
}

// LastHandover returns the latest hand-over, for the banner of a trace; nil if there was none.
func (d ticketData) LastHandover() *ticketview.Handover {
	if len(d.Handovers) == 0 {
		return nil
	}
	return &d.Handovers[len(d.Handovers)-1]
}

// loadLinks reads the linked tickets.
func (p *Pages) loadLinks(r *ui.Request, d *ticketData) (err error) {
	if d.ClosedTicket, err = p.linkTo(r, d.Continues); err != nil {
		return err
	}
	d.MainTicket, err = p.linkTo(r, d.DuplicateOf)
	return err
}

// linkTo returns the link to a ticket: nil for "", and an empty link if the reader may not see the ticket.
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
