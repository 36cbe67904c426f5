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
func (w *Pages) updateTicket(v *ui.Request) error {
	f, err := readUpdate(v)
	if err != nil {
		return w.renderRefusal(v, err, f)
	}
	act, of, _ := strings.Cut(f.Act, ":")
	switch act {
	case "prendi":
		return w.updatePart(v, f, f, app.UpdateRequest{Changes: ticket.Changes{Status: ticket.InProgress}, ExpectedVersion: f.ExpectedVersion}, "presa")
	case "risposte":
		left := f
		left.Answers = nil
		return w.updatePart(v, f, left, app.UpdateRequest{Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "verifiche")
	case "esito":
		return w.carryOutOutcome(v, f, playbook.OutcomeID(of))
	case "usa", "chiedi":
		return w.fillNote(v, f, act, playbook.CheckID(of))
	case "testo":
		return w.useReadymadeText(v, f, v.FormValue("testo_pronto"), false)
	case "rapida":
		return w.useReadymadeText(v, f, of, true)
	case "svuota":
		if _, err := w.storeVisibleDraft(v, updateForm{IdempotencyKey: f.IdempotencyKey}); err != nil {
			return err
		}
		return v.Redirect("/ticket/" + v.PathValue("id"))
	case "bozza":
		if _, err := w.storeVisibleDraft(v, f); err != nil {
			return err
		}
		return v.Redirect("/ticket/" + v.PathValue("id") + "?fatto=bozza#aggiorna")
	}
	u, err := f.toUpdate()
	if err != nil {
		return w.renderRefusal(v, err, f)
	}
	return w.updatePart(v, f, updateForm{IdempotencyKey: f.IdempotencyKey}, u, "aggiornata")
}

// updatePart carries out a part of the form, or all of it, and keeps what is left.
func (w *Pages) updatePart(v *ui.Request, f, left updateForm, u app.UpdateRequest, done string) error {
	if u.ExpectedVersion < 1 {
		return w.renderUnpinned(v, f)
	}
	id := ticket.ID(v.PathValue("id"))
	if _, err := w.App.Update(v.Context(), v.Caller, id, u, app.Idempotency{Key: string(f.IdempotencyKey), Body: f.body}); err != nil {
		return w.renderRefusal(v, err, f)
	}
	if _, err := w.storeDraft(v, id, left); err != nil {
		return err
	}
	return v.Redirect("/ticket/" + string(id) + "?fatto=" + done)
}

// renderUnpinned refuses a form that does not say which version of the ticket its writer saw: nobody else's act is overwritten by it.
func (w *Pages) renderUnpinned(v *ui.Request, f updateForm) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	p := &ui.Problem{
		Status: http.StatusUnprocessableEntity, Title: "Controlli prima di inviare",
		Text: "Il modulo non dice com’era la richiesta quando lo ha compilato. Ciò che ha scritto è ancora qui: guardi la richiesta com’è ora, e invii di nuovo.",
	}
	return w.renderWithForm(v, p.Status, p, t, f)
}

// carryOutOutcome makes the answers and the status of what they come to one act; its note is the outcome's.
func (w *Pages) carryOutOutcome(v *ui.Request, f updateForm, wanted playbook.OutcomeID) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	if t.PlaybookRun == nil || t.PlaybookRun.Outcome == nil || t.PlaybookRun.Outcome.ID != wanted {
		p := ui.ProblemOf(eventstore.ErrConflict)
		return w.renderWithForm(v, p.Status, p, t, f)
	}
	left := f
	left.Answers = nil
	return w.updatePart(v, f, left, app.UpdateRequest{Changes: ticket.Changes{Status: t.PlaybookRun.Outcome.Status}, Answers: f.Answers, ExpectedVersion: f.ExpectedVersion}, "esito")
}

// fillNote puts a text of the playbook into the note: the question of a check to the citizen, or the outcome's note. Nothing is sent.
func (w *Pages) fillNote(v *ui.Request, f updateForm, what string, id playbook.CheckID) error {
	t, err := w.readTicket(v)
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
	return w.renderWithForm(v, http.StatusOK, nil, t, f)
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
func (w *Pages) renderRefusal(v *ui.Request, err error, f updateForm) error {
	p := ui.ProblemOf(err)
	if p.Status >= http.StatusInternalServerError || p.Status == http.StatusNotFound {
		return err
	}
	moveToChecks(p, f.Answers)
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	return w.renderWithForm(v, p.Status, p, t, f)
}

// undo withdraws the reader's last act. What they had written comes back as their draft, behind a closed padlock.
func (w *Pages) undo(v *ui.Request) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	f, _, err := w.readDraft(v, t.ID)
	if err != nil {
		return err
	}
	if _, err := w.App.Undo(v.Context(), v.Caller, t.ID, app.Idempotency{Key: v.FormValue("chiave")}); err != nil {
		return w.renderRefusal(v, err, f)
	}
	for _, n := range t.Notes {
		if n.Held && n.By.ID == v.Caller.Actor.ID {
			f.addText(n.Text, ticket.Internal, "")
			f.Undone = string(n.Audience) + "/" + string(t.Status)
		}
	}
	if f.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	if _, err := w.storeDraft(v, t.ID, f); err != nil {
		return err
	}
	return v.Redirect("/ticket/" + string(t.ID) + "?fatto=annullata")
}
