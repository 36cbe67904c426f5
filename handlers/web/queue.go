// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) queueRoutes() []route {
	return []route{
		{pattern: "GET /code/{queue}", by: placed, action: identity.ListTickets, serve: w.queuePage},
		{pattern: "POST /code/{queue}", by: placed, action: identity.ListTickets, serve: w.searchQueue},
	}
}

// queueData is one page of a queue, with what it was asked by and where its links lead.
type queueData struct {
	listing
	Name  string
	Page  projections.Page
	Heads map[string]head
	Empty string // what an empty list says

	Here, First, Previous, Next, All string // addresses; "" where there is no such page. All is without filters

	At    time.Time // that the list is of
	Now   time.Time // that ages are counted to
	Stale bool      // what happened lately may be missing

	Statuses  []ticket.Status
	Operators []identity.Operator
	Entities  []catalog.Entity // to choose from; nil where all tickets are at one
	HandedBy  bool             // whose hand-over it was says something
	Works     bool             // the reader may change tickets

	Together together
}

// Chooses tells whether any of the page's tickets can be chosen: a trace is none of the reader's to change.
func (d queueData) Chooses() bool {
	return d.Works && slices.ContainsFunc(d.Page.Items, func(i projections.Item) bool { return !i.ReadOnly })
}

// ByStatus tells whether there is a status to choose: some queues are of one.
func (d queueData) ByStatus() bool {
	ofOne := []projections.QueueID{projections.InProgressQueue, projections.WaitingQueue, projections.SolvedQueue}
	return d.Status != "" || !slices.Contains(ofOne, d.Queue)
}

func (w *Web) queuePage(v *visit) error {
	d, err := w.queue(v, w.address(v, v.URL.Query()))
	if err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "coda", title: d.Name, data: d, part: "list", queue: d.Queue, at: d.Page.Position})
}

// searchQueue takes the form above a list: what is typed there travels in no address that can be read.
func (w *Web) searchQueue(v *visit) error {
	l := typed(v)
	if words := []rune(l.Q); len(words) > projections.MaxWords { // no address would hold it
		l.Q = string(words[:projections.MaxWords])
		return w.searchLess(v, l)
	}
	to := w.path(v, l)
	if !v.partial {
		return v.go303(to)
	}
	v.rw.Header().Set("HX-Replace-Url", to)
	d, err := w.queue(v, l)
	if err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "coda", title: d.Name, data: d, part: "list"})
}

// searchLess refuses a search that is too long, on the list of what is left of it.
func (w *Web) searchLess(v *visit, l listing) error {
	d, err := w.queue(v, l)
	if err != nil {
		return err
	}
	p := &problem{
		Status: http.StatusUnprocessableEntity, Title: "Ricerca troppo lunga",
		Text: fmt.Sprintf("Si cerca con al massimo %d caratteri: qui sotto sono rimasti i primi.", projections.MaxWords),
	}
	return w.render(v, p.Status, page{name: "coda", title: d.Name, problem: p, data: d, queue: d.Queue, at: d.Page.Position})
}

// queue reads a page of a queue. It waits for what was recorded before it was asked for.
func (w *Web) queue(v *visit, l listing) (queueData, error) {
	by := v.caller.Actor
	name, ok := projections.QueueName(by.Role, l.Queue)
	if !ok || !by.Role.Operates() && !v.caller.Viewer().Audits() {
		return queueData{}, &ticket.NotYoursError{}
	}
	d := queueData{
		listing: l, Name: name, Heads: w.heads(v, l), Statuses: ticket.Statuses(), Works: identity.Allows(by.Role, identity.UpdateTicket),
		HandedBy: by.Entity == catalog.Region, Empty: empty[l.Queue], Now: w.cases.Store.Now(), Here: w.path(v, l),
	}
	head, _, err := w.cases.Store.Head(v.Context())
	if err == nil {
		d.Stale, err = w.cases.Reader.Wait(v.Context(), head)
	}
	if err == nil {
		d.At = w.cases.Store.Now()
		d.Page, err = w.cases.Tickets(v.Context(), v.caller, l.filter(v))
	}
	if err == nil {
		d.Together.Key, err = desk.NewID()
	}
	if err == nil && by.Entity != "" {
		d.Operators, err = w.identity.Operators(v.Context(), by.Entity)
	}
	if err != nil {
		return d, err
	}
	if elsewhere := []projections.QueueID{projections.HandedOverQueue, projections.OverrideQueue}; by.Entity == "" || slices.Contains(elsewhere, l.Queue) {
		d.Entities = w.cases.Catalog.Entities(d.Now)
	}
	if d.Page.TooManyByName() {
		delete(d.Heads, "richiedente")
	}
	if l.narrowed() {
		d.All, d.Empty = w.path(v, listing{Queue: l.Queue, Sort: l.Sort}), "Nessuna richiesta corrisponde a ciò che ha cercato."
	}
	beside := func(cursor string) string {
		l.cursor = cursor
		return w.path(v, l)
	}
	if d.Page.PreviousCursor != "" || l.cursor != "" {
		d.First = beside("")
	}
	if c := d.Page.PreviousCursor; c != "" {
		d.Previous = beside(c)
	}
	if c := d.Page.NextCursor; c != "" {
		d.Next = beside(c)
	}
	return d, nil
}

// empty says of each queue what it means that nothing is in it.
var empty = map[projections.QueueID]string{
	projections.NewQueue:        "Non ci sono richieste che aspettano qualcuno: sono tutte prese in carico.",
	projections.Mine:            "Non ha richieste in carico. Ne può prendere una dalla coda «Nuove».",
	projections.GroupQueue:      "Nessuna richiesta è affidata ai supervisori.",
	projections.InProgressQueue: "Nessuna richiesta è in lavorazione in questo momento.",
	projections.WaitingQueue:    "Nessun cittadino deve rispondere: non c’è nulla da aspettare.",
	projections.HandedOverQueue: "Nessuna richiesta inoltrata è ancora aperta presso altri.",
	projections.SolvedQueue:     "Nessuna richiesta risolta aspetta la chiusura automatica.",
	projections.OverrideQueue:   "Nessuna richiesta è stata inoltrata contro l’esito delle verifiche.",
	projections.AllQueue:        "Non c’è ancora nessuna richiesta.",
}
