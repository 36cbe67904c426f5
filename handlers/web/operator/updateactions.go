// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// updateTicket carries out the action of the pressed button. Every button sends the whole form; fields that the button's action does not
// use are stored as the reader's draft, and the page shows them again afterwards.
func (p *Pages) updateTicket(r *ui.Request) error {
	f, err := readUpdate(r)
	if err != nil {
		return p.renderRefusal(r, err, f)
	}
	action, argument, _ := strings.Cut(f.Act, ":")
	switch action {
	case "prendi":
		if argument == "attesa" { // the ticket goes on waiting for the citizen
			self := r.Caller.Actor.ID
			return p.updatePart(r, f, f, app.UpdateRequest{Assignee: &self, ExpectedVersion: f.ExpectedVersion}, "presa")
		}
		return p.updatePart(r, f, f, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: ticket.StatusInProgress}, ExpectedVersion: f.ExpectedVersion}, "presa")
	case "risposte":
		rest := f
		rest.Answers = nil
		return p.updatePart(r, f, rest, app.UpdateRequest{Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "verifiche")
	case "esito":
		return p.carryOutOutcome(r, f, playbook.OutcomeID(argument))
	case "usa", "chiedi":
		return p.fillNote(r, f, action, playbook.CheckID(argument))
	case "testo":
		return p.useReadymadeText(r, f, r.FormValue("testo_pronto"), false)
	case "rapida":
		return p.useReadymadeText(r, f, argument, true)
	case "svuota":
		if _, err := p.storeVisibleDraft(r, updateForm{IdempotencyKey: f.IdempotencyKey}); err != nil {
			return err
		}
		return r.Redirect("/ticket/" + r.PathValue("id"))
	case "bozza":
		if _, err := p.storeVisibleDraft(r, f); err != nil {
			return err
		}
		return r.Redirect("/ticket/" + r.PathValue("id") + "?fatto=bozza#aggiorna")
	}
	u, err := f.toUpdate()
	if err != nil {
		return p.renderRefusal(r, err, f)
	}
	return p.updatePart(r, f, updateForm{IdempotencyKey: f.IdempotencyKey}, u, "aggiornata")
}

// updatePart sends update u, which is a part of form f or all of it, stores the rest as a draft, and redirects to the ticket. confirmation
// is the value of the parameter «fatto».
func (p *Pages) updatePart(r *ui.Request, f, rest updateForm, u app.UpdateRequest, confirmation string) error {
	if u.ExpectedVersion < 1 {
		return p.renderUnpinned(r, f)
	}
	id := ticket.ID(r.PathValue("id"))
	o, err := p.App.Update(r.Context(), r.Caller, id, u, app.Idempotency{Key: string(f.IdempotencyKey), Body: f.body})
	if err != nil {
		return p.renderRefusal(r, err, f)
	}
	if !o.State.Allows(r.Caller.Actor, policy.ReadTicket) { // handed over or given to somebody else, with restricted access
		return r.Redirect("/code/" + string(lists.AllQueue) + "?fatto=ceduta")
	}
	if _, err := p.storeDraft(r, id, rest); err != nil {
		return err
	}
	return r.Redirect("/ticket/" + string(id) + "?fatto=" + confirmation)
}

// renderUnpinned refuses a form without the seen version of the ticket, because it could overwrite the changes of another person.
func (p *Pages) renderUnpinned(r *ui.Request, f updateForm) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	problem := &ui.Problem{
		Status: http.StatusUnprocessableEntity, Title: "Controlli prima di inviare",
		Text: "Il modulo non dice com’era la richiesta quando lo ha compilato. Ciò che ha scritto è ancora qui: guardi la richiesta com’è ora, e invii di nuovo.",
	}
	return p.renderWithForm(r, problem.Status, problem, t, f)
}

// carryOutOutcome sends the answers of the form and the status of the outcome in one update, whose note is the outcome's. It refuses an
// outcome that is no longer the ticket's.
func (p *Pages) carryOutOutcome(r *ui.Request, f updateForm, id playbook.OutcomeID) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	if t.PlaybookRun == nil || t.PlaybookRun.Outcome == nil || t.PlaybookRun.Outcome.ID != id {
		problem := ui.ProblemOf(eventstore.ErrConflict)
		return p.renderWithForm(r, problem.Status, problem, t, f)
	}
	rest := f
	rest.Answers = nil
	return p.updatePart(r, f, rest, app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: t.PlaybookRun.Outcome.Status}, Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "esito")
}

// fillNote adds a text of the playbook to the note, without sending it: the outcome's note for action «usa», the question of check id to
// the citizen for action «chiedi».
func (p *Pages) fillNote(r *ui.Request, f updateForm, action string, id playbook.CheckID) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	run := cmp.Or(t.PlaybookRun, &ticketview.Playbook{})
	if o := run.Outcome; action == "usa" && o != nil {
		f.addText(o.Note, o.Visibility, o.Status)
	}
	for _, c := range run.Checks {
		if action == "chiedi" && c.ID == id && c.Ask != "" {
			f.addText(c.Ask, ticket.Public, ticket.StatusWaiting)
		}
	}
	return p.renderWithForm(r, http.StatusOK, nil, t, f)
}

// addText appends a text to the note and sets visibility and status, if they are not empty.
func (f *updateForm) addText(text string, visibility ticket.Visibility, status ticket.Status) {
	if f.Text = strings.TrimSpace(f.Text); f.Text != "" && text != "" {
		f.Text += "\n\n"
	}
	f.Text += text
	if visibility != "" {
		f.Visibility = string(visibility)
	}
	if status != "" {
		f.Status = status
	}
}

// renderRefusal shows the ticket's page with the error message for err and the form as typed. It returns err itself if that is an internal
// error or the reader may not see the ticket.
func (p *Pages) renderRefusal(r *ui.Request, err error, f updateForm) error {
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
		return err
	}
	moveToChecks(problem, f.Answers)
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	return p.renderWithForm(r, problem.Status, problem, t, f)
}

// undo undoes the reader's last update. The text of its note becomes the reader's draft again, with the padlock closed: as an internal
// note.
func (p *Pages) undo(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	f, _, err := p.readDraft(r, t.ID)
	if err != nil {
		return err
	}
	if _, err := p.App.Undo(r.Context(), r.Caller, t.ID, app.Idempotency{Key: r.FormValue("chiave")}); err != nil {
		return p.renderRefusal(r, err, f)
	}
	for _, n := range t.Notes {
		if n.Held && n.By.ID == r.Caller.Actor.ID {
			f.addText(n.Text, ticket.Internal, "")
			f.Undone = string(n.Audience) + "/" + string(t.Status)
		}
	}
	if f.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	if _, err := p.storeDraft(r, t.ID, f); err != nil {
		return err
	}
	return r.Redirect("/ticket/" + string(t.ID) + "?fatto=annullata")
}
