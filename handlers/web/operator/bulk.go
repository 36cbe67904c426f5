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

func (p *Pages) bulkRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "POST /code/{queue}/insieme", Access: ui.WithRole, Action: identity.UpdateTicket, Handle: p.updateSelected},
		{Pattern: "POST /code/{queue}/insieme/annulla", Access: ui.WithRole, Action: identity.UndoAct, Handle: p.undoSelected},
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

func readSelection(r *ui.Request) (all []selectedRow) {
	for _, box := range r.PostForm["scelta"] {
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
func returnPath(r *ui.Request) string {
	queue := "/code/" + r.PathValue("queue")
	if to := ui.LocalPath(r.PostFormValue("ritorno"), queue); to == queue || strings.HasPrefix(to, queue+"?") {
		return to
	}
	return queue
}

// updateSelected carries one act out on every ticket that was chosen, each for itself: one result a ticket, and what is
// refused for one is done for the others.
func (p *Pages) updateSelected(r *ui.Request) error {
	t := bulkForm{
		Selected: map[ticket.ID]bool{}, Assignee: r.PostFormValue("assegna"), Status: ticket.Status(r.PostFormValue("diventa")), Text: strings.TrimSpace(r.PostFormValue("testo")),
	}
	all := readSelection(r)
	for _, row := range all {
		t.Selected[row.ID] = true
	}
	if problem := t.validate(all); problem != nil {
		return p.renderSelectionAgain(r, problem, t)
	}
	d := bulkResultData{Back: returnPath(r), Action: t.describe(), Text: t.Text, CanUndo: t.Text != ""}
	for _, c := range all {
		u := app.UpdateRequest{Changes: ticket.Changes{Status: t.Status}, ExpectedVersion: c.Version}
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
		_, err := p.App.Update(r.Context(), r.Caller, c.ID, u, app.Idempotency{Key: r.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, p.refusalText(r, err))
	}
	return p.renderBulkResult(r, d)
}

// undoSelected takes back what updateTogether did, as long as its notes are held.
func (p *Pages) undoSelected(r *ui.Request) error {
	d := bulkResultData{Back: returnPath(r), Action: "Annullamento dell’ultima azione", Text: strings.TrimSpace(r.FormValue("testo")), Undone: true}
	for _, c := range readSelection(r) {
		_, err := p.App.Undo(r.Context(), r.Caller, c.ID, app.Idempotency{Key: r.PostFormValue("chiave") + " " + string(c.ID)})
		d.add(c, p.refusalText(r, err))
	}
	return p.renderBulkResult(r, d)
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
	problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Non è stato modificato nulla"}
	asks := t.Status == ticket.Waiting || t.Status == ticket.Solved
	switch {
	case len(all) == 0 || slices.ContainsFunc(all, func(r selectedRow) bool { return r.Version < 1 }):
		problem.Text = "Scelga almeno una richiesta dell’elenco."
	case len(all) > maxBulk:
		problem.Text = "Si possono modificare insieme al massimo " + strconv.Itoa(maxBulk) + " richieste."
	case t.Assignee == "" && t.Status == "":
		problem.Text = "Scelga l’operatore o lo stato da dare alle richieste scelte."
	case asks && t.Text == "":
		problem.Text = "Scriva la nota per i cittadini: lo stato «" + t.Status.Label() + "» la richiede."
	case !asks && t.Text != "":
		problem.Text = "La nota per i cittadini si invia con lo stato «" + ticket.Waiting.Label() + "» o «" + ticket.Solved.Label() + "»: scelga lo stato, o tolga la nota."
	default:
		return nil
	}
	return problem
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
func (p *Pages) refusalText(r *ui.Request, err error) string {
	if err == nil {
		return ""
	}
	problem := ui.ProblemOf(err)
	if problem.Status == http.StatusInternalServerError {
		p.Log.LogAttrs(r.Context(), slog.LevelError, "one of many failed", slog.String("request_id", middleware.RequestID(r.Context())), slog.Any("error", err))
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

// renderBulkResult shows them at once: every command has a key, so that a reload does nothing a second time.
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

// renderSelectionAgain shows the list again with what was chosen and typed, and what is missing.
func (p *Pages) renderSelectionAgain(r *ui.Request, problem *ui.Problem, t bulkForm) error {
	_, asked, _ := strings.Cut(returnPath(r), "?")
	query, _ := url.ParseQuery(asked) // as far as it can be read, as of any address
	d, err := p.loadQueue(r, p.readFilterQuery(r, query))
	if err != nil {
		return err
	}
	t.IdempotencyKey = d.Bulk.IdempotencyKey
	d.Bulk = t
	return p.Render(r, problem.Status, ui.Page{Template: "coda", Title: d.Name, Problem: problem, Data: d, Queue: d.Queue, Position: d.Page.Position})
}
