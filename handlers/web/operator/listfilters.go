// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"cmp"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// listFilters is what a list is asked by. All of it stands in the list's address, so that a reload, the way back and a
// bookmark lead to the same place; what was typed, and the cursor, which holds a name where names are the order, stand
// there sealed.
type listFilters struct {
	Queue    lists.QueueID
	Q        string
	Status   ticket.Status
	Assignee string // an account's id, Me, ticketview.Supervisors or lists.NoAssignee
	Entity   catalog.EntityCode
	Sort     lists.Sort
	cursor   string
}

// meChoice is the reader, in the choice of operators.
const meChoice = "io"

// readFilterQuery reads what an address asks for.
func (p *Pages) readFilterQuery(r *ui.Request, query url.Values) listFilters {
	return listFilters{
		Queue: lists.QueueID(r.PathValue("queue")), Q: p.decryptParam(r, query.Get("cerca")), Status: ticket.Status(query.Get("stato")),
		Assignee: query.Get("operatore"), Entity: catalog.EntityCode(query.Get("ente")), Sort: lists.Sort(query.Get("ordine")),
		cursor: p.decryptParam(r, query.Get("da")),
	}.withDefaultSort()
}

// readFilterForm reads what the form above the list asks for.
func readFilterForm(r *ui.Request) listFilters {
	return listFilters{
		Queue: lists.QueueID(r.PathValue("queue")), Q: r.PostFormValue("q"), Status: ticket.Status(r.PostFormValue("stato")),
		Assignee: r.PostFormValue("operatore"), Entity: catalog.EntityCode(r.PostFormValue("ente")), Sort: lists.Sort(r.PostFormValue("ordine")),
	}.withDefaultSort()
}

func (l listFilters) withDefaultSort() listFilters {
	l.Sort = cmp.Or(l.Sort, defaultSort(l.Queue))
	return l
}

// defaultSort is the order of a queue that nobody ordered: who has waited longest for somebody to begin comes first.
func defaultSort(q lists.QueueID) lists.Sort {
	if q == lists.NewQueue || q == lists.GroupQueue {
		return lists.OldestFirst
	}
	return lists.RecentFirst
}

// listPath is the list's address.
func (p *Pages) listPath(r *ui.Request, l listFilters) string {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("cerca", p.encryptParam(r, l.Q))
	set("stato", string(l.Status))
	set("operatore", l.Assignee)
	set("ente", string(l.Entity))
	if l.Sort != defaultSort(l.Queue) {
		set("ordine", string(l.Sort))
	}
	set("da", p.encryptParam(r, l.cursor))
	path := "/code/" + url.PathEscape(string(l.Queue))
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// filter is the listing as the read models know it.
func (l listFilters) filter(r *ui.Request) lists.Filter {
	f := lists.Filter{Queue: l.Queue, Q: l.Q, Status: l.Status, Assignee: l.Assignee, Entity: l.Entity, Sort: l.Sort, Cursor: l.cursor}
	if f.Assignee == meChoice {
		f.Assignee = r.Caller.Actor.ID
	}
	return f
}

// hasFilters tells whether anything but the queue is asked for.
func (l listFilters) hasFilters() bool {
	return l.Q != "" || l.Status != "" || l.Assignee != "" || l.Entity != ""
}

// sortColumn is the head of a column that orders the list: which way it does so now, and where another click leads.
type sortColumn struct {
	ID, Name, Path string
	Order          string // as aria-sort says it; "" where another column orders
}

// sortColumns are the columns that order a list, by their names in the template.
func (p *Pages) sortColumns(r *ui.Request, l listFilters) map[string]sortColumn {
	all := map[string]sortColumn{}
	for _, c := range []struct {
		id, name string
		up, down lists.Sort
		first    lists.Sort
	}{
		{"numero", "Numero", lists.ByNumber, lists.ByNumberDown, lists.ByNumberDown},
		{"richiedente", "Richiedente", lists.ByRequester, lists.ByRequesterDown, lists.ByRequester},
		{"aperta", "Aperta da", lists.NewestFirst, lists.OldestFirst, lists.OldestFirst},
		{"aggiornata", "Aggiornata", lists.LeastRecentFirst, lists.RecentFirst, lists.RecentFirst},
	} {
		h, next := sortColumn{ID: c.id, Name: c.name}, l
		next.cursor = ""
		switch l.Sort {
		case c.up:
			h.Order, next.Sort = "ascending", c.down
		case c.down:
			h.Order, next.Sort = "descending", c.up
		default:
			next.Sort = c.first
		}
		h.Path = p.listPath(r, next)
		all[c.id] = h
	}
	return all
}
