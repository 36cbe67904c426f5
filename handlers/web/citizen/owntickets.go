// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// The citizens' own pages. {link} is the id of a request, for who has logged in, or a personal link.
func (w *Pages) ownTicketRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /richieste", Access: ui.WithRole, Action: identity.ReplyToTicket, Handle: w.ownTicketsPage},
		{Pattern: "POST /richieste/preferenze", Access: ui.WithRole, Action: identity.ChoosePreferences, Handle: w.choosePreferences},
		{Pattern: "GET /richieste/{link}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, Handle: w.ownTicketPage},
		{Pattern: "POST /richieste/{link}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, MaxBody: ui.MaxUploadBody, Handle: w.reply},
		{Pattern: "GET /richieste/{link}/allegati/{file}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, Handle: w.downloadOwnAttachment},
	}
}

// ownTicketsData are the requests of a logged-in citizen: what waits for them stands on top.
type ownTicketsData struct {
	Waiting     []ownTicketItem
	Others      []ownTicketItem
	Next        string // cursor; empty on the last page
	IsLaterPage bool   // not the first page
	WantsMail   bool   // they are told of news by mail
}

type ownTicketItem struct {
	lists.Item
	CitizenStatus citizenStatus
}

func (w *Pages) ownTicketsPage(v *ui.Request) error {
	d := ownTicketsData{IsLaterPage: v.FormValue("da") != ""}
	all, err := w.App.ListTickets(v.Context(), v.Caller, lists.Filter{Cursor: v.FormValue("da"), Limit: 20})
	if err != nil {
		return err
	}
	d.Next = all.NextCursor
	for _, i := range all.Items {
		if item := (ownTicketItem{i, newCitizenStatus(i.Status, i.StatusLabel)}); i.Status != ticket.Waiting {
			d.Others = append(d.Others, item)
		}
	}
	if !d.IsLaterPage {
		asked, err := w.App.ListTickets(v.Context(), v.Caller, lists.Filter{Status: ticket.Waiting, Limit: 200})
		if err != nil {
			return err
		}
		for _, i := range asked.Items {
			d.Waiting = append(d.Waiting, ownTicketItem{i, newCitizenStatus(i.Status, i.StatusLabel)})
		}
	}
	if d.WantsMail, err = w.Identity.WantsMail(v.Context(), v.Session.Account); err != nil {
		return err
	}
	return w.Render(v, http.StatusOK, ui.Page{Template: "richieste", Title: "Le mie richieste", Data: d})
}

func (w *Pages) choosePreferences(v *ui.Request) error {
	if err := w.Identity.SetWantsMail(v.Context(), v.Session.Account, v.FormValue("avvisi") != ""); err != nil {
		return err
	}
	return v.Redirect("/richieste?fatto=preferenze")
}

// ownTicketID is the request that the path names.
func ownTicketID(v *ui.Request) ticket.ID {
	if v.Caller.Link != "" {
		return v.Caller.Link
	}
	return ticket.ID(v.PathValue("link"))
}

func (w *Pages) downloadOwnAttachment(v *ui.Request) error {
	f, content, err := w.App.ReadFile(v.Context(), v.Caller, ownTicketID(v), ticket.ID(v.PathValue("file")))
	if err != nil {
		return err
	}
	v.SendFile(f, content)
	return nil
}
