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

// listFilters holds the conditions of a list. The list's address contains all of them, so that a reload, the back button and a bookmark
// lead to the same page. The address contains the search and the cursor encrypted, because a search is a name or a tax code and a cursor
// contains a name if the list is sorted by name.
type listFilters struct {
	Queue       lists.QueueID
	Q           string
	Status      ticket.Status
	Assignee    string // an account's id, meChoice, ticket.Supervisors or lists.NoAssignee; "": any
	Entity      catalog.EntityCode
	Represented ticket.Representation
	Sort        lists.Sort
	cursor      string
}

// meChoice is the value for the reader in a menu of operators.
const meChoice = "io"

// readFilterQuery reads the list filters from an address.
func (p *Pages) readFilterQuery(r *ui.Request, query url.Values) listFilters {
	return listFilters{
		Queue: lists.QueueID(r.PathValue("queue")), Q: p.decryptParam(r, query.Get("cerca")), Status: ticket.Status(query.Get("stato")),
		Assignee: query.Get("operatore"), Entity: catalog.EntityCode(query.Get("ente")), Represented: ticket.Representation(query.Get("rappresentanza")),
		Sort:   lists.Sort(query.Get("ordine")),
		cursor: p.decryptParam(r, query.Get("da")),
	}.withDefaultSort()
}

// readFilterForm reads the list filters from the form above the list.
func readFilterForm(r *ui.Request) listFilters {
	return listFilters{
		Queue: lists.QueueID(r.PathValue("queue")), Q: r.PostFormValue("q"), Status: ticket.Status(r.PostFormValue("stato")),
		Assignee: r.PostFormValue("operatore"), Entity: catalog.EntityCode(r.PostFormValue("ente")), Represented: ticket.Representation(r.PostFormValue("rappresentanza")),
		Sort: lists.Sort(r.PostFormValue("ordine")),
	}.withDefaultSort()
}

// withDefaultSort returns the list filters with the queue's default order if they have none.
func (l listFilters) withDefaultSort() listFilters {
	l.Sort = cmp.Or(l.Sort, defaultSort(l.Queue))
	return l
}

// defaultSort returns the order of a queue if the reader chose none. Where tickets wait to be taken, the oldest comes first.
func defaultSort(q lists.QueueID) lists.Sort {
	if q == lists.NewQueue || q == lists.GroupQueue {
		return lists.OldestFirst
	}
	return lists.RecentFirst
}

// listPath returns the address of the list.
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
	set("rappresentanza", string(l.Represented))
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

// filter returns the list filters in the form of the read model.
func (l listFilters) filter(r *ui.Request) lists.Filter {
	f := lists.Filter{Queue: l.Queue, Q: l.Q, Status: l.Status, Assignee: l.Assignee, Entity: l.Entity, Representation: l.Represented, Sort: l.Sort, Cursor: l.cursor}
	if f.Assignee == meChoice {
		f.Assignee = r.Caller.Actor.ID
	}
	return f
}

// hasFilters reports whether there is a condition besides the queue.
func (l listFilters) hasFilters() bool {
	return l.Q != "" || l.Status != "" || l.Assignee != "" || l.Entity != "" || l.Represented != ""
}

// sortColumn is the head of a column by which the list can be sorted. Path is the address of the list with the order that a click chooses.
type sortColumn struct {
	ID, Name, Path string
	Order          string // the value of aria-sort; "": the list is sorted by another column
}

// sortColumns returns the columns by which a list can be sorted, by their names in the template.
func (p *Pages) sortColumns(r *ui.Request, l listFilters) map[string]sortColumn {
	columns := map[string]sortColumn{}
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
		columns[c.id] = h
	}
	return columns
}
