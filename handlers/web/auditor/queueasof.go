// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// queueAsOfData holds a queue of an entity at a moment.
type queueAsOfData struct {
	Entity      catalog.EntityCode
	Queue       lists.QueueID
	FieldValue  string // the moment in the form's input
	Moment      string // for people; "": no queue was requested
	MomentParam string // the moment in links to tickets
	Day         string // the moment's day in links to the dashboard
	Entities    []catalog.Entity
	Queues      []lists.Queue
	Snapshot    lists.AsOfPage
	From        int // number of the first row on this page, from 1
	Next        string
	Previous    string
}

const queueAsOfPageSize = 50

func (p *Pages) queueAsOfPage(r *ui.Request) error {
	now := p.App.Store.SettledTime(r.Context())
	d := queueAsOfData{
		Entity: catalog.EntityCode(r.FormValue("ente")), Queue: cmp.Or(lists.QueueID(r.FormValue("coda")), lists.NewQueue),
		FieldValue: cmp.Or(r.FormValue("momento"), now.In(calendar.Rome()).Format("2006-01-02T15:04")), Entities: p.entitiesFor(r, now), Queues: lists.AsOfQueues(),
	}
	show := func(status int, problem *ui.Problem) error {
		return p.Render(r, status, ui.Page{Template: "coda-passata", Title: "Coda nel passato", Breadcrumb: auditTrail, Problem: problem, Data: d})
	}
	if d.Entity == "" {
		return show(http.StatusOK, nil)
	}
	at, ok := parseMoment(d.FieldValue)
	if _, known := p.App.Catalog.Entity(d.Entity); !ok || !known {
		problem := &ui.Problem{Status: http.StatusUnprocessableEntity, Title: "Non si può mostrare", Text: "Scelga un ente e un momento, con giorno e ora."}
		if !ok {
			problem.Fields = []ui.FieldProblem{{Field: "momento", Text: "Momento: non è una data con un’ora."}}
		}
		return show(problem.Status, problem)
	}
	if at.After(now) {
		at = now
	}
	d.Moment, d.MomentParam, d.Day = formatInstant(at), at.Format(time.RFC3339Nano), at.In(calendar.Rome()).Format(time.DateOnly)
	d.Entities = p.entitiesFor(r, at)
	n, _ := strconv.Atoi(r.FormValue("pagina"))
	n = max(n, 1) // a text that is not a number shows the first page
	skip := (n - 1) * queueAsOfPageSize
	var err error
	d.Snapshot, err = p.App.Looks.QueueAsOf(r.Context(), r.Caller, lists.AsOfQuery{Entity: d.Entity, Queue: d.Queue, At: at, Skip: skip, Limit: queueAsOfPageSize})
	if err != nil {
		return err
	}
	d.From = skip + 1
	if skip+queueAsOfPageSize < d.Snapshot.Total {
		d.Next = d.path(d.Queue, n+1)
	}
	if n > 1 {
		d.Previous = d.path(d.Queue, n-1)
	}
	return show(http.StatusOK, nil)
}

// entitiesFor returns the entities at a moment whose work the reader examines.
func (p *Pages) entitiesFor(r *ui.Request, at time.Time) []catalog.Entity {
	all := p.App.Catalog.Entities(at)
	if r.Caller.Viewer().ReadsEverything() {
		return all
	}
	return slices.DeleteFunc(all, func(e catalog.Entity) bool { return e.Code != r.Caller.Actor.Entity })
}

// path returns the address of page n of one of the entity's queues at the same moment.
func (d queueAsOfData) path(q lists.QueueID, n int) string {
	return "/revisione/coda?" + url.Values{"ente": {string(d.Entity)}, "coda": {string(q)}, "momento": {d.MomentParam}, "pagina": {strconv.Itoa(n)}}.Encode()
}

// QueuePath returns the address of the first page of another queue, for the template.
func (d queueAsOfData) QueuePath(q lists.QueueID) string { return d.path(q, 1) }
