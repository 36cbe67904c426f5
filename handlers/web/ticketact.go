// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/playbook"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/projections"
)

// updateTicket does what the button means that the form was sent with. All of them send the whole form: what a button does not
// send is kept as the reader's draft, and stands there again afterwards.
func (w *Web) updateTicket(v *visit) error {
	f, err := readUpdate(v)
	if err != nil {
		return w.refusedOnTicket(v, err, f)
	}
	act, of, _ := strings.Cut(f.Act, ":")
	switch act {
	case "prendi":
		return w.part(v, f, f, casework.Update{Status: ticket.InProgress, Pinned: f.Version}, "presa")
	case "risposte":
		left := f
		left.Answers = nil
		return w.part(v, f, left, casework.Update{Answers: f.Answers, Pinned: f.Version}, "verifiche")
	case "esito":
		return w.carryOut(v, f, playbook.OutcomeID(of))
	case "usa", "chiedi":
		return w.fill(v, f, act, playbook.CheckID(of))
	case "testo":
		return w.readyText(v, f, v.FormValue("testo_pronto"), false)
	case "rapida":
		return w.readyText(v, f, of, true)
	case "svuota":
		if _, err := w.draft(v, updateForm{Key: f.Key}); err != nil {
			return err
		}
		return v.go303("/ticket/" + v.PathValue("id"))
	case "bozza":
		if _, err := w.draft(v, f); err != nil {
			return err
		}
		return v.go303("/ticket/" + v.PathValue("id") + "?fatto=bozza#aggiorna")
	}
	u, err := f.update()
	if err != nil {
		return w.refusedOnTicket(v, err, f)
	}
	return w.part(v, f, updateForm{Key: f.Key}, u, "aggiornata")
}

// part carries out a part of the form, or all of it, and keeps what is left.
func (w *Web) part(v *visit, f, left updateForm, u casework.Update, done string) error {
	if u.Pinned < 1 {
		return w.unseen(v, f)
	}
	id := ticket.ID(v.PathValue("id"))
	if _, err := w.cases.Update(v.Context(), v.caller, id, u, casework.Said{Key: string(f.Key), Body: f.body}); err != nil {
		return w.refusedOnTicket(v, err, f)
	}
	if _, err := w.keepDraft(v, id, left); err != nil {
		return err
	}
	return v.go303("/ticket/" + string(id) + "?fatto=" + done)
}

// unseen refuses a form that does not say which version of the ticket its writer saw: nobody else's act is overwritten by it.
func (w *Web) unseen(v *visit, f updateForm) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	p := &problem{
		Status: http.StatusUnprocessableEntity, Title: "Controlli prima di inviare",
		Text: "Il modulo non dice com’era la richiesta quando lo ha compilato. Ciò che ha scritto è ancora qui: guardi la richiesta com’è ora, e invii di nuovo.",
	}
	return w.showForm(v, p.Status, p, t, f)
}

// carryOut makes the answers and the status of what they come to one act; its note is the outcome's.
func (w *Web) carryOut(v *visit, f updateForm, wanted playbook.OutcomeID) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	if t.Run == nil || t.Run.Outcome == nil || t.Run.Outcome.ID != wanted {
		p := problemOf(eventstore.ErrConflict)
		return w.showForm(v, p.Status, p, t, f)
	}
	left := f
	left.Answers = nil
	return w.part(v, f, left, casework.Update{Status: t.Run.Outcome.Status, Answers: f.Answers, Pinned: f.Version}, "esito")
}

// fill puts a text of the playbook into the note: the question of a check to the citizen, or the outcome's note. Nothing is sent.
func (w *Web) fill(v *visit, f updateForm, what string, id playbook.CheckID) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	run := cmp.Or(t.Run, &projections.Playbook{})
	if o := run.Outcome; what == "usa" && o != nil {
		f.put(o.Note, o.Visibility, o.Status)
	}
	for _, c := range run.Checks {
		if what == "chiedi" && c.ID == id && c.Ask != "" {
			f.put(c.Ask, ticket.Public, ticket.Waiting)
		}
	}
	return w.showForm(v, http.StatusOK, nil, t, f)
}

// put adds a text to the note, and chooses what goes with it.
func (f *updateForm) put(text string, to ticket.Visibility, status ticket.Status) {
	if f.Text = strings.TrimSpace(f.Text); f.Text != "" && text != "" {
		f.Text += "\n\n"
	}
	f.Text += text
	if to != "" {
		f.Visibility = string(to)
	}
	if status != "" {
		f.Status = string(status)
	}
}

// refusedOnTicket says a refusal on the ticket's page, with all that was typed. What leaves no ticket to show is passed on.
func (w *Web) refusedOnTicket(v *visit, err error, f updateForm) error {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError || p.Status == http.StatusNotFound {
		return err
	}
	p.toChecks(f.Answers)
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	return w.showForm(v, p.Status, p, t, f)
}

// undo withdraws the reader's last act. What they had written comes back as their draft, behind a closed padlock.
func (w *Web) undo(v *visit) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	f, _, err := w.readDraft(v, t.ID)
	if err != nil {
		return err
	}
	if _, err := w.cases.Undo(v.Context(), v.caller, t.ID, casework.Said{Key: v.FormValue("chiave")}); err != nil {
		return w.refusedOnTicket(v, err, f)
	}
	for _, n := range t.Notes {
		if n.Held && n.By.ID == v.caller.Actor.ID {
			f.put(n.Text, ticket.Internal, "")
			f.Undone = string(n.Audience) + "/" + string(t.Status)
		}
	}
	if f.Key, err = desk.NewID(); err != nil {
		return err
	}
	if _, err := w.keepDraft(v, t.ID, f); err != nil {
		return err
	}
	return v.go303("/ticket/" + string(t.ID) + "?fatto=annullata")
}
