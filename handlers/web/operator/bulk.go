// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

func (p *Pages) bulkRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "POST /code/{queue}/insieme", Access: ui.WithRole, Action: policy.UpdateTicket, Handle: p.updateSelected},
		{Pattern: "POST /code/{queue}/insieme/annulla", Access: ui.WithRole, Action: policy.UndoAct, Handle: p.undoSelected},
	}
}

// maxBulk is the maximum number of tickets that one click changes: the number that a page of a list shows.
const maxBulk = 50

// bulkForm is the form for the selected tickets of a list, as typed.
type bulkForm struct {
	Selected       map[ticket.ID]bool // also if the ticket has a newer version than the row
	Assignee       string             // as listFilters.Assignee; "": unchanged
	Status         ticket.Status      // "": unchanged
	Text           string             // the public note for the citizens
	IdempotencyKey ticket.ID          // of this form, which has an effect once although it is sent twice
}

// selectedRow is one selected row. Version is the seen version of its ticket.
type selectedRow struct {
	ID      ticket.ID
	Version int
	Number  string
}

// bulkResult is the result for one ticket.
type bulkResult struct {
	ID      ticket.ID
	Number  string
	Refused string // the error message; "": the ticket was changed
}

// bulkResultData is the data of the page with the results.
type bulkResultData struct {
	Queue          lists.QueueID
	Back           string // path of the list on which the tickets were selected
	Action         string
	Text           string
	Done, Refused  []bulkResult
	CanUndo        bool // the changes can still be undone
	Undone         bool // the results are those of an undo; Text is the note that was withdrawn
	IdempotencyKey ticket.ID
}

// readSelection reads the selected rows, each as "id version number", and ignores values of another form.
func readSelection(r *ui.Request) (rows []selectedRow) {
	for _, box := range r.PostForm["scelta"] {
		part := strings.SplitN(box, " ", 3)
		if len(part) != 3 {
			continue
		}
		version, err := strconv.Atoi(part[1])
		if err == nil {
			rows = append(rows, selectedRow{ticket.ID(part[0]), version, part[2]})
		}
	}
	return rows
}

// returnPath returns the address of the list to go back to: the field «ritorno» if it is an address of this queue, otherwise the queue's.
func returnPath(r *ui.Request) string {
	queue := "/code/" + r.PathValue("queue")
	if to := ui.LocalPath(r.PostFormValue("ritorno"), queue); to == queue || strings.HasPrefix(to, queue+"?") {
		return to
	}
	return queue
}

// updateSelected makes the same change to every selected ticket, each with a command of its own. Each ticket has its own result: a
// refusal for one ticket does not stop the changes to the others.
func (p *Pages) updateSelected(r *ui.Request) error {
	t := bulkForm{
		Selected: map[ticket.ID]bool{}, Assignee: r.PostFormValue("assegna"), Status: ticket.Status(r.PostFormValue("diventa")), Text: strings.TrimSpace(r.PostFormValue("testo")),
	}
	rows := readSelection(r)
	for _, row := range rows {
		t.Selected[row.ID] = true
	}
	if problem := t.validate(rows); problem != nil {
		return p.renderSelectionAgain(r, problem, t)
	}
	d := bulkResultData{Back: returnPath(r), Action: t.describe(), Text: t.Text, CanUndo: t.Text != ""}
	for _, row := range rows {
		u := app.UpdateRequest{UpdateFields: ticket.UpdateFields{Status: t.Status}, ExpectedVersion: row.Version}
		switch t.Assignee {
		case "":
		case meChoice:
			u.Assignee = &r.Caller.Actor.ID
		case lists.NoAssignee:
			u.Assignee = new(string)
		default:
			u.Assignee = &t.Assignee
		}
		if t.Text != "" {
			u.Note = &app.NoteRequest{Text: t.Text, Visibility: ticket.Public}
		}
		_, err := p.App.Update(r.Context(), r.Caller, row.ID, u, app.Idempotency{Key: r.PostFormValue("chiave") + " " + string(row.ID)})
		d.add(row, p.refusalText(r, err))
	}
	return p.renderBulkResult(r, d)
}

// undoSelected undoes what updateSelected did. That is possible while the notes are held.
func (p *Pages) undoSelected(r *ui.Request) error {
	d := bulkResultData{Back: returnPath(r), Action: "Annullamento dell’ultima azione", Text: strings.TrimSpace(r.FormValue("testo")), Undone: true}
	for _, row := range readSelection(r) {
		_, err := p.App.Undo(r.Context(), r.Caller, row.ID, app.Idempotency{Key: r.PostFormValue("chiave") + " " + string(row.ID)})
		d.add(row, p.refusalText(r, err))
	}
	return p.renderBulkResult(r, d)
}

// add adds the result for a ticket. refused is the error message, or "".
func (d *bulkResultData) add(row selectedRow, refused string) {
	r := bulkResult{row.ID, row.Number, refused}
	if refused == "" {
		d.Done = append(d.Done, r)
	} else {
		d.Refused = append(d.Refused, r)
	}
}

// validate returns the error message for a form that must not change any ticket, or nil.
func (t bulkForm) validate(rows []selectedRow) *ui.Problem {
	problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Non è stato modificato nulla"}
	needsNote := t.Status == ticket.StatusWaiting || t.Status == ticket.StatusResolved
	switch {
	case len(rows) == 0 || slices.ContainsFunc(rows, func(r selectedRow) bool { return r.Version < 1 }):
		problem.Text = "Scelga almeno una richiesta dell’elenco."
	case len(rows) > maxBulk:
		problem.Text = "Si possono modificare insieme al massimo " + strconv.Itoa(maxBulk) + " richieste."
	case t.Assignee == "" && t.Status == "":
		problem.Text = "Scelga l’operatore o lo stato da dare alle richieste scelte."
	case needsNote && t.Text == "":
		problem.Text = "Scriva la nota per i cittadini: lo stato «" + t.Status.Label() + "» la richiede."
	case !needsNote && t.Text != "":
		problem.Text = "La nota per i cittadini si invia con lo stato «" + ticket.StatusWaiting.Label() + "» o «" + ticket.StatusResolved.Label() + "»: scelga lo stato, o tolga la nota."
	default:
		return nil
	}
	return problem
}

// describe returns the change in words, for the page with the results.
func (t bulkForm) describe() string {
	var parts []string
	switch t.Assignee {
	case "":
	case meChoice:
		parts = append(parts, "assegnare a me")
	case lists.NoAssignee:
		parts = append(parts, "togliere l’operatore")
	case ticket.Supervisors:
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

// refusalText returns the error message for err in one line, or "" for nil. It logs an internal error.
func (p *Pages) refusalText(r *ui.Request, err error) string {
	if err == nil {
		return ""
	}
	problem := ui.ProblemOf(err)
	if problem.Status == http.StatusInternalServerError {
		middleware.LogFailure(r.Context(), p.Log, "change to one of several tickets failed", err)
	}
	if problem.Status == http.StatusNotFound {
		return "La richiesta non c’è, o non è tra quelle che può vedere."
	}
	if len(problem.Fields) == 0 {
		return problem.Title + ": " + problem.Text
	}
	var texts []string
	for _, f := range problem.Fields {
		texts = append(texts, f.Text)
	}
	return strings.Join(texts, " ")
}

// renderBulkResult answers a POST with the results instead of a redirect. A reload changes nothing, because every command has a key.
func (p *Pages) renderBulkResult(r *ui.Request, d bulkResultData) (err error) {
	d.Queue = lists.QueueID(r.PathValue("queue"))
	d.CanUndo = d.CanUndo && len(d.Done) > 0
	if d.IdempotencyKey, err = app.NewID(); err != nil {
		return err
	}
	name, ok := lists.QueueName(r.Caller.Actor.Role, d.Queue)
	if !ok {
		return &ticket.NotVisibleError{}
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "insieme", Title: "Esito", Breadcrumb: []ui.Crumb{{Name: name, Path: d.Back}}, Data: d, Queue: d.Queue})
}

// renderSelectionAgain shows the list with the selection and the form as typed, and the error message.
func (p *Pages) renderSelectionAgain(r *ui.Request, problem *ui.Problem, t bulkForm) error {
	_, rawQuery, _ := strings.Cut(returnPath(r), "?")
	query, _ := url.ParseQuery(rawQuery) // on an error it has the valid parameters, as http.Request.URL.Query
	d, err := p.loadQueue(r, p.readFilterQuery(r, query))
	if err != nil {
		return err
	}
	t.IdempotencyKey = d.Bulk.IdempotencyKey
	d.Bulk = t
	return p.Render(r, problem.Status, ui.Page{Template: "coda", Title: d.Name, Problem: problem, Data: d, Queue: d.Queue, Position: d.Page.Position})
}
