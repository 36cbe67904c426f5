// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// updateTicket does what the button means that the form was sent with. All of them send the whole form: what a button does not
// send is kept as the reader's draft, and stands there again afterwards.
func (p *Pages) updateTicket(r *ui.Request) error {
	f, err := readUpdate(r)
	if err != nil {
		return p.renderRefusal(r, err, f)
	}
	act, of, _ := strings.Cut(f.Act, ":")
	switch act {
	case "prendi":
		return p.updatePart(r, f, f, app.UpdateRequest{Changes: ticket.Changes{Status: ticket.InProgress}, ExpectedVersion: f.ExpectedVersion}, "presa")
	case "risposte":
		left := f
		left.Answers = nil
		return p.updatePart(r, f, left, app.UpdateRequest{Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "verifiche")
	case "esito":
		return p.carryOutOutcome(r, f, playbook.OutcomeID(of))
	case "usa", "chiedi":
		return p.fillNote(r, f, act, playbook.CheckID(of))
	case "testo":
		return p.useReadymadeText(r, f, r.FormValue("testo_pronto"), false)
	case "rapida":
		return p.useReadymadeText(r, f, of, true)
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

// updatePart carries out a part of the form, or all of it, and keeps what is left.
func (p *Pages) updatePart(r *ui.Request, f, left updateForm, u app.UpdateRequest, done string) error {
	if u.ExpectedVersion < 1 {
		return p.renderUnpinned(r, f)
	}
	id := ticket.ID(r.PathValue("id"))
	if _, err := p.App.Update(r.Context(), r.Caller, id, u, app.Idempotency{Key: string(f.IdempotencyKey), Body: f.body}); err != nil {
		return p.renderRefusal(r, err, f)
	}
	if _, err := p.storeDraft(r, id, left); err != nil {
		return err
	}
	return r.Redirect("/ticket/" + string(id) + "?fatto=" + done)
}

// renderUnpinned refuses a form that does not say which version of the ticket its writer saw: nobody else's act is overwritten by it.
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

// carryOutOutcome makes the answers and the status of what they come to one act; its note is the outcome's.
func (p *Pages) carryOutOutcome(r *ui.Request, f updateForm, wanted playbook.OutcomeID) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	if t.PlaybookRun == nil || t.PlaybookRun.Outcome == nil || t.PlaybookRun.Outcome.ID != wanted {
		problem := ui.ProblemOf(eventstore.ErrConflict)
		return p.renderWithForm(r, problem.Status, problem, t, f)
	}
	left := f
	left.Answers = nil
	return p.updatePart(r, f, left, app.UpdateRequest{Changes: ticket.Changes{Status: t.PlaybookRun.Outcome.Status}, Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "esito")
}

// fillNote puts a text of the playbook into the note: the question of a check to the citizen, or the outcome's note. Nothing is sent.
func (p *Pages) fillNote(r *ui.Request, f updateForm, what string, id playbook.CheckID) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	run := cmp.Or(t.PlaybookRun, &ticketview.Playbook{})
	if o := run.Outcome; what == "usa" && o != nil {
		f.addText(o.Note, o.Visibility, o.Status)
	}
	for _, c := range run.Checks {
		if what == "chiedi" && c.ID == id && c.Ask != "" {
			f.addText(c.Ask, ticket.Public, ticket.Waiting)
		}
	}
	return p.renderWithForm(r, http.StatusOK, nil, t, f)
}

// addText adds a text to the note, and chooses what goes with it.
func (f *updateForm) addText(text string, to ticket.Visibility, status ticket.Status) {
	if f.Text = strings.TrimSpace(f.Text); f.Text != "" && text != "" {
		f.Text += "\n\n"
	}
	f.Text += text
	if to != "" {
		f.Visibility = string(to)
	}
	if status != "" {
		f.Status = status
	}
}

// renderRefusal says a refusal on the ticket's page, with all that was typed. What leaves no ticket to show is passed on.
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

// undo withdraws the reader's last act. What they had written comes back as their draft, behind a closed padlock.
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
