// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/calendar"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/projections"
)

// pastQueueData is a queue of an entity as it stood at a moment.
type pastQueueData struct {
	Entity   catalog.EntityCode
	Queue    projections.QueueID
	Field    string // the moment as the field holds it
	Moment   string // as people read it; "": nothing was asked for
	Exact    string // for the addresses of tickets as they stood
	Day      string // for the dashboard's
	Entities []catalog.Entity
	Queues   []projections.Queue
	Standing projections.Standing
	From     int // the first that is shown, from 1
	Next     string
	Previous string
}

const pastQueueShown = 50

func (w *Web) pastQueuePage(v *visit) error {
	now := w.cases.Store.Past()
	d := pastQueueData{
		Entity: catalog.EntityCode(v.FormValue("ente")), Queue: cmp.Or(projections.QueueID(v.FormValue("coda")), projections.NewQueue),
		Field: cmp.Or(v.FormValue("momento"), now.In(calendar.Rome()).Format("2006-01-02T15:04")), Entities: w.cases.Catalog.Entities(now), Queues: projections.QueuesAsOf(),
	}
	show := func(status int, p *problem) error {
		return w.render(v, status, page{name: "coda-passata", title: "Coda nel passato", trail: auditTrail, problem: p, data: d})
	}
	if d.Entity == "" {
		return show(http.StatusOK, nil)
	}
	at, ok := parseMoment(d.Field)
	if _, known := w.cases.Catalog.Entity(d.Entity); !ok || !known {
		p := &problem{Status: http.StatusUnprocessableEntity, Title: "Non si può mostrare", Text: "Scelga un ente e un momento, con giorno e ora."}
		if !ok {
			p.Fields = []fieldProblem{{"momento", "Momento: non è una data con un’ora."}}
		}
		return show(p.Status, p)
	}
	if at.After(now) {
		at = now
	}
	d.Moment, d.Exact, d.Day = instant(at), at.Format(time.RFC3339Nano), at.In(calendar.Rome()).Format(time.DateOnly)
	d.Entities = w.cases.Catalog.Entities(at)
	n, _ := strconv.Atoi(v.FormValue("pagina"))
	n = max(n, 1) // what is no number is the first
	skip := (n - 1) * pastQueueShown
	var err error
	d.Standing, err = w.cases.Reader.QueueAsOf(v.Context(), v.caller.Viewer(), projections.AsOf{Entity: d.Entity, Queue: d.Queue, At: at, Skip: skip, Limit: pastQueueShown})
	if err != nil {
		return err
	}
	d.From = skip + 1
	if skip+pastQueueShown < d.Standing.Total {
		d.Next = d.address(d.Queue, n+1)
	}
	if n > 1 {
		d.Previous = d.address(d.Queue, n-1)
	}
	return show(http.StatusOK, nil)
}

// address of a page of one of the entity's queues at the same moment.
func (d pastQueueData) address(q projections.QueueID, n int) string {
	return "/revisione/coda?" + url.Values{"ente": {string(d.Entity)}, "coda": {string(q)}, "momento": {d.Exact}, "pagina": {strconv.Itoa(n)}}.Encode()
}

// To is the address of another queue, for the page.
func (d pastQueueData) To(q projections.QueueID) string { return d.address(q, 1) }
