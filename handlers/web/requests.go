// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

// The citizens' own pages. {link} is the id of a request, for who has logged in, or a personal link.
func (w *Web) requestRoutes() []route {
	return []route{
		{pattern: "GET /richieste", by: placed, action: identity.ReplyToTicket, serve: w.requestsPage},
		{pattern: "POST /richieste/preferenze", by: placed, action: identity.ChoosePreferences, serve: w.choosePreferences},
		{pattern: "GET /richieste/{link}", by: holder, action: identity.ReplyToTicket, serve: w.requestPage},
		{pattern: "POST /richieste/{link}", by: holder, action: identity.ReplyToTicket, body: uploadBody, serve: w.reply},
		{pattern: "GET /richieste/{link}/allegati/{file}", by: holder, action: identity.ReplyToTicket, serve: w.requestFile},
	}
}

// requestsData are the requests of a logged-in citizen: what waits for them stands on top.
type requestsData struct {
	Waiting []requestItem
	Others  []requestItem
	Next    string // cursor; empty on the last page
	Later   bool   // not the first page
	Mail    bool   // they are told of news by mail
}

type requestItem struct {
	projections.Item
	Stands standing
}

func (w *Web) requestsPage(v *visit) error {
	d := requestsData{Later: v.FormValue("da") != ""}
	all, err := w.cases.Tickets(v.Context(), v.caller, projections.Filter{Cursor: v.FormValue("da"), Limit: 20})
	if err != nil {
		return err
	}
	d.Next = all.NextCursor
	for _, i := range all.Items {
		if item := (requestItem{i, stands(i.Status, i.StatusLabel)}); i.Status != ticket.Waiting {
			d.Others = append(d.Others, item)
		}
	}
	if !d.Later {
		asked, err := w.cases.Tickets(v.Context(), v.caller, projections.Filter{Status: ticket.Waiting, Limit: 200})
		if err != nil {
			return err
		}
		for _, i := range asked.Items {
			d.Waiting = append(d.Waiting, requestItem{i, stands(i.Status, i.StatusLabel)})
		}
	}
	if d.Mail, err = w.identity.WantsMail(v.Context(), v.session.Account); err != nil {
		return err
	}
	return w.render(v, http.StatusOK, page{name: "richieste", title: "Le mie richieste", data: d})
}

func (w *Web) choosePreferences(v *visit) error {
	if err := w.identity.SetWantsMail(v.Context(), v.session.Account, v.FormValue("avvisi") != ""); err != nil {
		return err
	}
	return v.go303("/richieste?fatto=preferenze")
}

// asked is the request that the path names.
func (v *visit) asked() ticket.ID {
	if v.caller.Link != "" {
		return v.caller.Link
	}
	return ticket.ID(v.PathValue("link"))
}

func (w *Web) requestFile(v *visit) error {
	f, content, err := w.cases.File(v.Context(), v.caller, v.asked(), ticket.ID(v.PathValue("file")))
	if err != nil {
		return err
	}
	v.send(f, content)
	return nil
}
