// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections"
)

// listing is what a list is asked by. All of it stands in the list's address, so that a reload, the way back and a
// bookmark lead to the same place; what was typed, and the cursor, which holds a name where names are the order, stand
// there sealed.
type listing struct {
	Queue    projections.QueueID
	Q        string
	Status   ticket.Status
	Assignee string // an account's id, Me, projections.Supervisors or projections.Nobody
	Entity   catalog.EntityCode
	Sort     projections.Sort
	cursor   string
}

// me is the reader, in the choice of operators.
const me = "io"

// address reads what an address asks for.
func (w *Web) address(v *visit, query url.Values) listing {
	return listing{
		Queue: projections.QueueID(v.PathValue("queue")), Q: w.unsealed(v, query.Get("cerca")), Status: ticket.Status(query.Get("stato")),
		Assignee: query.Get("operatore"), Entity: catalog.EntityCode(query.Get("ente")), Sort: projections.Sort(query.Get("ordine")),
		cursor: w.unsealed(v, query.Get("da")),
	}.ordered()
}

// typed reads what the form above the list asks for.
func typed(v *visit) listing {
	return listing{
		Queue: projections.QueueID(v.PathValue("queue")), Q: v.PostFormValue("q"), Status: ticket.Status(v.PostFormValue("stato")),
		Assignee: v.PostFormValue("operatore"), Entity: catalog.EntityCode(v.PostFormValue("ente")), Sort: projections.Sort(v.PostFormValue("ordine")),
	}.ordered()
}

func (l listing) ordered() listing {
	l.Sort = cmp.Or(l.Sort, usual(l.Queue))
	return l
}

// usual is the order of a queue that nobody ordered: who has waited longest for somebody to begin comes first.
func usual(q projections.QueueID) projections.Sort {
	if q == projections.NewQueue || q == projections.GroupQueue {
		return projections.OldestFirst
	}
	return projections.RecentFirst
}

// path is the list's address.
func (w *Web) path(v *visit, l listing) string {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("cerca", w.sealed(v, l.Q))
	set("stato", string(l.Status))
	set("operatore", l.Assignee)
	set("ente", string(l.Entity))
	if l.Sort != usual(l.Queue) {
		set("ordine", string(l.Sort))
	}
	set("da", w.sealed(v, l.cursor))
	path := "/code/" + url.PathEscape(string(l.Queue))
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// filter is the listing as the read models know it.
func (l listing) filter(v *visit) projections.Filter {
	f := projections.Filter{Queue: l.Queue, Q: l.Q, Status: l.Status, Assignee: l.Assignee, Entity: l.Entity, Sort: l.Sort, Cursor: l.cursor}
	if f.Assignee == me {
		f.Assignee = v.caller.Actor.ID
	}
	return f
}

// narrowed tells whether anything but the queue is asked for.
func (l listing) narrowed() bool {
	return l.Q != "" || l.Status != "" || l.Assignee != "" || l.Entity != ""
}

// head is the head of a column that orders the list: which way it does so now, and where another click leads.
type head struct {
	ID, Name, Path string
	Order          string // as aria-sort says it; "" where another column orders
}

// heads are the columns that order a list, by their names in the template.
func (w *Web) heads(v *visit, l listing) map[string]head {
	all := map[string]head{}
	for _, c := range []struct {
		id, name string
		up, down projections.Sort
		first    projections.Sort
	}{
		{"numero", "Numero", projections.ByNumber, projections.ByNumberDown, projections.ByNumberDown},
		{"richiedente", "Richiedente", projections.ByRequester, projections.ByRequesterDown, projections.ByRequester},
		{"aperta", "Aperta da", projections.NewestFirst, projections.OldestFirst, projections.OldestFirst},
		{"aggiornata", "Aggiornata", projections.StaleFirst, projections.RecentFirst, projections.RecentFirst},
	} {
		h, next := head{ID: c.id, Name: c.name}, l
		next.cursor = ""
		switch l.Sort {
		case c.up:
			h.Order, next.Sort = "ascending", c.down
		case c.down:
			h.Order, next.Sort = "descending", c.up
		default:
			next.Sort = c.first
		}
		h.Path = w.path(v, next)
		all[c.id] = h
	}
	return all
}
