// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

func (w *Pages) queueRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /code/{queue}", Access: ui.WithRole, Action: identity.ListTickets, Handle: w.queuePage},
		{Pattern: "POST /code/{queue}", Access: ui.WithRole, Action: identity.ListTickets, Handle: w.searchQueue},
	}
}

// queueData is one page of a queue, with what it was asked by and where its links lead.
type queueData struct {
	listFilters
	Name        string
	Page        lists.Page
	SortColumns map[string]sortColumn
	EmptyText   string // what an empty list says

	Self, First, Previous, Next, Unfiltered string // addresses; "" where there is no such page. All is without filters

	At    time.Time // that the list is of
	Now   time.Time // that ages are counted to
	Stale bool      // what happened lately may be missing

	Statuses    []ticket.Status
	Operators   []identity.Operator
	Entities    []catalog.Entity // to choose from; nil where all tickets are at one
	ShowsOrigin bool             // whose hand-over it was says something
	CanUpdate   bool             // the reader may change tickets

	Bulk bulkForm
}

// HasSelectable tells whether any of the page's tickets can be chosen: a trace is none of the reader's to change.
func (d queueData) HasSelectable() bool {
	return d.CanUpdate && slices.ContainsFunc(d.Page.Items, func(i lists.Item) bool { return !i.ReadOnly })
}

// FiltersByStatus tells whether there is a status to choose: some queues are of one.
func (d queueData) FiltersByStatus() bool {
	ofOne := []lists.QueueID{lists.InProgressQueue, lists.WaitingQueue, lists.SolvedQueue}
	return d.Status != "" || !slices.Contains(ofOne, d.Queue)
}

func (w *Pages) queuePage(v *ui.Request) error {
	d, err := w.loadQueue(v, w.readFilterQuery(v, v.URL.Query()))
	if err != nil {
		return err
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list", Queue: d.Queue, Position: d.Page.Position})
}

// searchQueue takes the form above a list: what is typed there travels in no address that can be read.
func (w *Pages) searchQueue(v *ui.Request) error {
	l := readFilterForm(v)
	if words := []rune(l.Q); len(words) > lists.MaxSearchLength { // no address would hold it
		l.Q = string(words[:lists.MaxSearchLength])
		return w.renderSearchTooLong(v, l)
	}
	to := w.listPath(v, l)
	if !v.Partial {
		return v.Redirect(to)
	}
	v.Writer.Header().Set("HX-Replace-Url", to)
	d, err := w.loadQueue(v, l)
	if err != nil {
		return err
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list"})
}

// renderSearchTooLong refuses a search that is too long, on the list of what is left of it.
func (w *Pages) renderSearchTooLong(v *ui.Request, l listFilters) error {
	d, err := w.loadQueue(v, l)
	if err != nil {
		return err
	}
	p := &ui.Problem{
		Status: http.StatusUnprocessableEntity, Title: "Ricerca troppo lunga",
		Text: fmt.Sprintf("Si cerca con al massimo %d caratteri: qui sotto sono rimasti i primi.", lists.MaxSearchLength),
	}
	return w.Render(v, p.Status, ui.Page{Template: "coda", Title: d.Name, Problem: p, Data: d, Queue: d.Queue, Position: d.Page.Position})
}

// loadQueue reads a page of a queue. It waits for what was recorded before it was asked for.
func (w *Pages) loadQueue(v *ui.Request, l listFilters) (queueData, error) {
	by := v.Caller.Actor
	name, ok := lists.QueueName(by.Role, l.Queue)
	if !ok || !by.Role.Operates() && !v.Caller.Viewer().IsAuditor() {
		return queueData{}, &ticket.NotVisibleError{}
	}
	d := queueData{
		listFilters: l, Name: name, SortColumns: w.sortColumns(v, l), Statuses: ticket.Statuses(), CanUpdate: identity.Allows(by.Role, identity.UpdateTicket),
		ShowsOrigin: by.Entity == catalog.Region, EmptyText: emptyQueueTexts[l.Queue], Now: w.App.Store.Now(), Self: w.listPath(v, l),
	}
	head, _, err := w.App.Store.Head(v.Context())
	if err == nil {
		d.Stale, err = w.App.Lists.Wait(v.Context(), head)
	}
	if err == nil {
		d.At = w.App.Store.Now()
		d.Page, err = w.App.ListTickets(v.Context(), v.Caller, l.filter(v))
	}
	if err == nil {
		d.Bulk.IdempotencyKey, err = app.NewID()
	}
	if err == nil && by.Entity != "" {
		d.Operators, err = w.Identity.ListOperators(v.Context(), by.Entity)
	}
	if err != nil {
		return d, err
	}
	if elsewhere := []lists.QueueID{lists.HandedOverQueue, lists.OverrideQueue}; by.Entity == "" || slices.Contains(elsewhere, l.Queue) {
		d.Entities = w.App.Catalog.Entities(d.Now)
	}
	if d.Page.TooManyByName() {
		delete(d.SortColumns, "richiedente")
	}
	if l.hasFilters() {
		d.Unfiltered, d.EmptyText = w.listPath(v, listFilters{Queue: l.Queue, Sort: l.Sort}), "Nessuna richiesta corrisponde a ciò che ha cercato."
	}
	pageLink := func(cursor string) string {
		l.cursor = cursor
		return w.listPath(v, l)
	}
	if d.Page.PreviousCursor != "" || l.cursor != "" {
		d.First = pageLink("")
	}
	if c := d.Page.PreviousCursor; c != "" {
		d.Previous = pageLink(c)
	}
	if c := d.Page.NextCursor; c != "" {
		d.Next = pageLink(c)
	}
	return d, nil
}

// emptyQueueTexts says of each queue what it means that nothing is in it.
var emptyQueueTexts = map[lists.QueueID]string{
	lists.NewQueue:        "Non ci sono richieste che aspettano qualcuno: sono tutte prese in carico.",
	lists.MyQueue:         "Non ha richieste in carico. Ne può prendere una dalla coda «Nuove».",
	lists.GroupQueue:      "Nessuna richiesta è affidata ai supervisori.",
	lists.InProgressQueue: "Nessuna richiesta è in lavorazione in questo momento.",
	lists.WaitingQueue:    "Nessun cittadino deve rispondere: non c’è nulla da aspettare.",
	lists.HandedOverQueue: "Nessuna richiesta inoltrata è ancora aperta presso altri.",
	lists.SolvedQueue:     "Nessuna richiesta risolta aspetta la chiusura automatica.",
	lists.OverrideQueue:   "Nessuna richiesta è stata inoltrata contro l’esito delle verifiche.",
	lists.AllQueue:        "Non c’è ancora nessuna richiesta.",
}
