// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

func (p *Pages) queueRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /code/{queue}", Access: ui.WithRole, Action: policy.SearchTickets, Handle: p.queuePage},
		{Pattern: "POST /code/{queue}", Access: ui.WithRole, Action: policy.SearchTickets, Handle: p.searchQueue},
	}
}

// queueData is the data of one page of a queue: list filters, tickets, and the addresses of its links.
type queueData struct {
	listFilters
	Name        string
	Page        lists.Page
	SortColumns map[string]sortColumn
	EmptyText   string // text to show if the list is empty

	Self, First, Previous, Next, Unfiltered string // addresses; "": there is no such page. Unfiltered is the queue without conditions

	At    time.Time // at which the list was read
	Now   time.Time // up to which ages are counted
	Stale bool      // the latest changes may be missing

	Statuses        []ticket.Status
	Representations []ui.Label // options of the filter
	Operators       []identity.Operator
	Entities        []catalog.Entity // options of the filter; nil: all tickets are of one entity
	ShowsOrigin     bool             // the list shows which ASR handed a ticket over
	CanUpdate       bool             // the reader's role may change tickets

	Bulk bulkForm
}

// HasSelectable reports whether the reader can select a ticket of the page. The reader cannot change a trace.
func (d queueData) HasSelectable() bool {
	return d.CanUpdate && slices.ContainsFunc(d.Page.Items, func(i lists.Item) bool { return !i.ReadOnly })
}

// FiltersByStatus reports whether the page has a filter by status. Queues with tickets of one status do not need it.
func (d queueData) FiltersByStatus() bool {
	singleStatus := []lists.QueueID{lists.InProgressQueue, lists.WaitingQueue, lists.SolvedQueue}
	return d.Status != "" || !slices.Contains(singleStatus, d.Queue)
}

// queuePage shows a queue with the list filters of its address.
func (p *Pages) queuePage(r *ui.Request) error {
	d, err := p.loadQueue(r, p.readFilterQuery(r, r.URL.Query()))
	if err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list", Queue: d.Queue, Queues: d.Page.Queues, Position: d.Page.Position})
}

// searchQueue handles the form above a list. The form is a POST so that the search is in no readable address; searchQueue redirects to
// the address with the search encrypted, or sends the list if htmx requests it.
func (p *Pages) searchQueue(r *ui.Request) error {
	l := readFilterForm(r)
	if search := []rune(l.Q); len(search) > lists.MaxSearchLength { // it would not fit into an address
		l.Q = string(search[:lists.MaxSearchLength])
		return p.renderSearchTooLong(r, l)
	}
	path := p.listPath(r, l)
	if !r.Partial {
		return r.Redirect(path)
	}
	r.Writer.Header().Set("HX-Replace-Url", path)
	d, err := p.loadQueue(r, l)
	if err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "coda", Title: d.Name, Data: d, Part: "list"})
}

// renderSearchTooLong shows the list for the shortened search, with the error message that the search was too long.
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

// loadQueue reads a page of a queue. It waits until the lists have processed the head of the log, so that readers see their own changes;
// if that takes too long, the page is marked as stale. Error: *ticket.NotVisibleError for a queue that the role does not have.
func (p *Pages) loadQueue(r *ui.Request, l listFilters) (queueData, error) {
	actor := r.Caller.Actor
	name, ok := lists.QueueName(actor.Role, l.Queue)
	if !ok {
		return queueData{}, &ticket.NotVisibleError{}
	}
	d := queueData{
		listFilters: l, Name: name, SortColumns: p.sortColumns(r, l), Statuses: ticket.Statuses(), Representations: representationLabels(), CanUpdate: policy.May(actor, policy.UpdateTicket),
		ShowsOrigin: actor.Entity == catalog.Region, EmptyText: emptyQueueTexts[l.Queue], Now: p.App.Store.Now(), Self: p.listPath(r, l),
	}
	head, _, err := p.App.Store.Head(r.Context())
	if err == nil {
		d.Stale, err = p.App.Lists.Wait(r.Context(), head)
	}
	if err == nil {
		d.At = p.App.Store.Now()
		list := p.App.ListTickets
		if r.Partial {
			list = p.App.ListTicketsWhileTyping
		}
		d.Page, err = list(r.Context(), r.Caller, l.filter(r))
	}
	if err == nil {
		d.Bulk.IdempotencyKey, err = app.NewID()
	}
	if err == nil && actor.Entity != "" {
		d.Operators, err = p.Identity.ListOperators(r.Context(), actor.Entity)
	}
	if err != nil {
		return d, err
	}
	if otherEntities := []lists.QueueID{lists.HandedOverQueue, lists.OverrideQueue, lists.AllQueue}; actor.Entity == "" || slices.Contains(otherEntities, l.Queue) {
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

// emptyQueueTexts holds, for each queue, the text to show if it is empty.
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
