// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) queueRoutes() []route {
	return []route{
		{pattern: "GET /code/{queue}", by: placed, action: identity.ListTickets, serve: w.queuePage},
	}
}

// queueData is one page of a queue, with what it was asked by.
type queueData struct {
	Queue    projections.QueueID
	Name     string
	Filter   projections.Filter
	Page     projections.Page
	Statuses []ticket.Status
}

func (w *Web) queuePage(v *visit) error {
	queues, _, err := w.cases.Reader.Queues(v.Context(), v.caller.Viewer())
	if err != nil {
		return err
	}
	d := queueData{Queue: projections.QueueID(v.PathValue("queue")), Statuses: ticket.Statuses()}
	for _, q := range queues {
		if q.ID == d.Queue {
			d.Name = q.Name
		}
	}
	if d.Name == "" {
		return &ticket.NotYoursError{}
	}
	d.Filter = projections.Filter{
		Queue: d.Queue, Q: v.FormValue("q"), Status: ticket.Status(v.FormValue("stato")), Sort: projections.Sort(v.FormValue("ordine")), Cursor: v.FormValue("da"),
	}
	if d.Page, err = w.cases.Tickets(v.Context(), v.caller, d.Filter); err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "coda", title: d.Name, data: d})
}
