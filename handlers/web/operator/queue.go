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

func (p *Pages) queueRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /code/{queue}", Access: ui.WithRole, Action: identity.ListTickets, Handle: p.queuePage},
		{Pattern: "POST /code/{queue}", Access: ui.WithRole, Action: identity.ListTickets, Handle: p.searchQueue},
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

func (p *Pages) queuePage(r *ui.Request) error {
	d, err := p.loadQueue(r, p.readFilterQuery(r, r.URL.Query()))
	if err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list", Queue: d.Queue, Position: d.Page.Position})
}

// searchQueue takes the form above a list: what is typed there travels in no address that can be read.
func (p *Pages) searchQueue(r *ui.Request) error {
	l := readFilterForm(r)
	if words := []rune(l.Q); len(words) > lists.MaxSearchLength { // no address would hold it
		l.Q = string(words[:lists.MaxSearchLength])
		return p.renderSearchTooLong(r, l)
	}
	to := p.listPath(r, l)
	if !r.Partial {
		return r.Redirect(to)
	}
	r.Writer.Header().Set("HX-Replace-Url", to)
	d, err := p.loadQueue(r, l)
	if err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list"})
}

// renderSearchTooLong refuses a search that is too long, on the list of what is left of it.
func (p *Pages) renderSearchTooLong(r *ui.Request, l listFilters) error {
	d, err := p.loadQueue(r, l)
	if err != nil {
		return err
	}
	problem := &ui.Problem{
		Status: http.StatusUnprocessableEntity, Title: "Ricerca troppo lunga",
		Text: fmt.Sprintf("Si cerca con al massimo %d caratteri: qui sotto sono rimasti i primi.", lists.MaxSearchLength),
	}
	return p.Render(r, problem.Status, ui.Page{Template: "coda", Title: d.Name, Problem: problem, Data: d, Queue: d.Queue, Position: d.Page.Position})
}

// loadQueue reads a page of a queue. It waits for what was recorded before it was asked for.
func (p *Pages) loadQueue(r *ui.Request, l listFilters) (queueData, error) {
	by := r.Caller.Actor
	name, ok := lists.QueueName(by.Role, l.Queue)
	if !ok || !by.Role.Operates() && !r.Caller.Viewer().IsAuditor() {
		return queueData{}, &ticket.NotVisibleError{}
	}
	d := queueData{
		listFilters: l, Name: name, SortColumns: p.sortColumns(r, l), Statuses: ticket.Statuses(), CanUpdate: identity.Allows(by.Role, identity.UpdateTicket),
		ShowsOrigin: by.Entity == catalog.Region, EmptyText: emptyQueueTexts[l.Queue], Now: p.App.Store.Now(), Self: p.listPath(r, l),
	}
	head, _, err := p.App.Store.Head(r.Context())
	if err == nil {
		d.Stale, err = p.App.Lists.Wait(r.Context(), head)
	}
	if err == nil {
		d.At = p.App.Store.Now()
		d.Page, err = p.App.ListTickets(r.Context(), r.Caller, l.filter(r))
	}
	if err == nil {
		d.Bulk.IdempotencyKey, err = app.NewID()
	}
	if err == nil && by.Entity != "" {
		d.Operators, err = p.Identity.ListOperators(r.Context(), by.Entity)
	}
	if err != nil {
		return d, err
	}
	if elsewhere := []lists.QueueID{lists.HandedOverQueue, lists.OverrideQueue}; by.Entity == "" || slices.Contains(elsewhere, l.Queue) {
		d.Entities = p.App.Catalog.Entities(d.Now)
	}
	if d.Page.TooManyByName() {
		delete(d.SortColumns, "richiedente")
	}
	if l.hasFilters() {
		d.Unfiltered, d.EmptyText = p.listPath(r, listFilters{Queue: l.Queue, Sort: l.Sort}), "Nessuna richiesta corrisponde a ciò che ha cercato."
	}
	pageLink := func(cursor string) string {
		l.cursor = cursor
		return p.listPath(r, l)
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
