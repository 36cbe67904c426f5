// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (w *Pages) bulkRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "POST /code/{queue}/insieme", Access: ui.WithRole, Action: identity.UpdateTicket, Handle: w.updateSelected},
		{Pattern: "POST /code/{queue}/insieme/annulla", Access: ui.WithRole, Action: identity.UndoAct, Handle: w.undoSelected},
	}
}

// maxBulk is how many tickets are changed by one click: as many as a page shows.
const maxBulk = 50

// bulkForm is what is to be done to the tickets that were chosen on a list, as typed.
type bulkForm struct {
	Selected       map[ticket.ID]bool // also when the row has another version since
	Assignee       string             // "": as it is
	Status         ticket.Status      // "": as it is
	Text           string             // for the citizens
	IdempotencyKey ticket.ID          // of this form: sent twice it counts once
}

// selectedRow is one row that was chosen, in the version that was seen.
type selectedRow struct {
	ID      ticket.ID
	Version int
	Number  string
}

// bulkResult is what became of one of them.
type bulkResult struct {
	ID      ticket.ID
	Number  string
	Refused string // why not; "": it is done
}

// bulkResultData is what became of them all.
type bulkResultData struct {
	Queue          lists.QueueID
	Back           string // the list that they were chosen on
	Action         string
	Text           string
	Done, Refused  []bulkResult
	CanUndo        bool // what was done can still be taken back
	Undone         bool // this took it back; Text is what had been written
	IdempotencyKey ticket.ID
}

func readSelection(v *ui.Request) (all []selectedRow) {
	for _, box := range v.PostForm["scelta"] {
		part := strings.SplitN(box, " ", 3)
		if len(part) != 3 {
			continue
		}
		version, err := strconv.Atoi(part[1])
		if err == nil {
			all = append(all, selectedRow{ticket.ID(part[0]), version, part[2]})
		}
	}
	return all
}

// returnPath is the list's address, for the way back from its results.
func returnPath(v *ui.Request) string {
	queue := "/code/" + v.PathValue("queue")
	if to := ui.LocalPath(v.PostFormValue("ritorno"), queue); to == queue || strings.HasPrefix(to, queue+"?") {
		return to
	}
	return queue
}

// updateSelected carries one act out on every ticket that was chosen, each for itself: one result a ticket, and what is
// refused for one is done for the others.
func (w *Pages) updateSelected(v *ui.Request) error {
	t := bulkForm{
		Selected: map[ticket.ID]bool{}, Assignee: v.PostFormValue("assegna"), Status: ticket.Status(v.PostFormValue("diventa")), Text: strings.TrimSpace(v.PostFormValue("testo")),
	}
	all := readSelection(v)
	for _, row := range all {
		t.Selected[row.ID] = true
	}
	if p := t.validate(all); p != nil {
		return w.renderSelectionAgain(v, p, t)
	}
	d := bulkResultData{Back: returnPath(v), Action: t.describe(), Text: t.Text, CanUndo: t.Text != ""}
	for _, c := range all {
		u := app.UpdateRequest{Changes: ticket.Changes{Status: t.Status}, ExpectedVersion: c.Version}
		switch t.Assignee {
		case "":
		case meChoice:
			u.Assignee = &v.Caller.Actor.ID
		case lists.NoAssignee:
			u.Assignee = new(string)
		default:
			u.Assignee = &t.Assignee
		}
		if t.Text != "" {
			u.Note = &app.NoteRequest{Text: t.Text, Visibility: ticket.Public}
		}
		_, err := w.App.Update(v.Context(), v.Caller, c.ID, u, app.Idempotency{Key: v.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, w.refusalText(v, err))
	}
	return w.renderBulkResult(v, d)
}

// undoSelected takes back what updateTogether did, as long as its notes are held.
func (w *Pages) undoSelected(v *ui.Request) error {
	d := bulkResultData{Back: returnPath(v), Action: "Annullamento dell’ultima azione", Text: strings.TrimSpace(v.FormValue("testo")), Undone: true}
	for _, c := range readSelection(v) {
		_, err := w.App.Undo(v.Context(), v.Caller, c.ID, app.Idempotency{Key: v.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, w.refusalText(v, err))
	}
	return w.renderBulkResult(v, d)
}

func (d *bulkResultData) add(c selectedRow, refused string) {
	r := bulkResult{c.ID, c.Number, refused}
	if refused == "" {
		d.Done = append(d.Done, r)
	} else {
		d.Refused = append(d.Refused, r)
	}
}

// validate is what keeps anything from being tried.
func (t bulkForm) validate(all []selectedRow) *ui.Problem {
	p := &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Non è stato modificato nulla"}
	asks := t.Status == ticket.Waiting || t.Status == ticket.Solved
	switch {
	case len(all) == 0 || slices.ContainsFunc(all, func(r selectedRow) bool { return r.Version < 1 }):
		p.Text = "Scelga almeno una richiesta dell’elenco."
	case len(all) > maxBulk:
		p.Text = "Si possono modificare insieme al massimo " + strconv.Itoa(maxBulk) + " richieste."
	case t.Assignee == "" && t.Status == "":
		p.Text = "Scelga l’operatore o lo stato da dare alle richieste scelte."
	case asks && t.Text == "":
		p.Text = "Scriva la nota per i cittadini: lo stato «" + t.Status.Label() + "» la richiede."
	case !asks && t.Text != "":
		p.Text = "La nota per i cittadini si invia con lo stato «" + ticket.Waiting.Label() + "» o «" + ticket.Solved.Label() + "»: scelga lo stato, o tolga la nota."
	default:
		return nil
	}
	return p
}

// describe what was asked for.
func (t bulkForm) describe() string {
	var parts []string
	switch t.Assignee {
	case "":
	case meChoice:
		parts = append(parts, "assegnare a me")
	case lists.NoAssignee:
		parts = append(parts, "togliere l’operatore")
	case ticketview.Supervisors:
		parts = append(parts, "affidare ai supervisori")
	default:
		parts = append(parts, "assegnare a un collega")
	}
	if t.Status != "" {
		parts = append(parts, "stato «"+t.Status.Label()+"»")
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// refusalText is a refusal in a sentence; "" for none.
func (w *Pages) refusalText(v *ui.Request, err error) string {
	if err == nil {
		return ""
	}
	p := ui.ProblemOf(err)
	if p.Status == http.StatusInternalServerError {
		w.Log.LogAttrs(v.Context(), slog.LevelError, "one of many failed", slog.String("request_id", middleware.RequestID(v.Context())), slog.Any("error", err))
	}
	if p.Status == http.StatusNotFound {
		return "La richiesta non c’è, o non è tra quelle che può vedere."
	}
	if len(p.Fields) == 0 {
		return p.Title + ": " + p.Text
	}
	var texts []string
	for _, f := range p.Fields {
		texts = append(texts, f.Text)
	}
	return strings.Join(texts, " ")
}

// renderBulkResult shows them at once: every command has a key, so that a reload does nothing a second time.
func (w *Pages) renderBulkResult(v *ui.Request, d bulkResultData) (err error) {
	d.Queue = lists.QueueID(v.PathValue("queue"))
	d.CanUndo = d.CanUndo && len(d.Done) > 0
	if d.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	name, ok := lists.QueueName(v.Caller.Actor.Role, d.Queue)
	if !ok {
		return &ticket.NotVisibleError{}
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "insieme", Title: "Esito", Breadcrumb: []ui.Crumb{{Name: name, Path: d.Back}}, Data: d, Queue: d.Queue})
}

// renderSelectionAgain shows the list again with what was chosen and typed, and what is missing.
func (w *Pages) renderSelectionAgain(v *ui.Request, p *ui.Problem, t bulkForm) error {
	_, asked, _ := strings.Cut(returnPath(v), "?")
	query, _ := url.ParseQuery(asked) // as far as it can be read, as of any address
	d, err := w.loadQueue(v, w.readFilterQuery(v, query))
	if err != nil {
		return err
	}
	t.IdempotencyKey = d.Bulk.IdempotencyKey
	d.Bulk = t
	return w.Render(v, p.Status, ui.Page{Template: "coda", Title: d.Name, Problem: p, Data: d, Queue: d.Queue, Position: d.Page.Position})
}
