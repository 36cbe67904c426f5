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

// ownTicketRoutes returns the routes of a citizen's own tickets. {link} is the id of a ticket for a logged-in citizen, or the token of a
// personal link.
func (w *Pages) ownTicketRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /richieste", Access: ui.WithRole, Action: identity.ReplyToTicket, Handle: w.ownTicketsPage},
		{Pattern: "POST /richieste/preferenze", Access: ui.WithRole, Action: identity.ChoosePreferences, Handle: w.choosePreferences},
		{Pattern: "GET /richieste/{link}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, Handle: w.ownTicketPage},
		{Pattern: "POST /richieste/{link}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, MaxBody: ui.MaxUploadBody, Handle: w.reply},
		{Pattern: "GET /richieste/{link}/allegati/{file}", Access: ui.TicketHolder, Action: identity.ReplyToTicket, Handle: w.downloadOwnAttachment},
	}
}

// ownTicketsData holds the tickets of a logged-in citizen. The tickets that wait for the citizen's reply are listed first.
type ownTicketsData struct {
	Waiting     []ownTicketItem
	Others      []ownTicketItem
	Next        string // cursor; empty on the last page
	IsLaterPage bool   // the page is not the first one
	WantsMail   bool   // the citizen gets notifications by e-mail
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
		waiting, err := w.App.ListTickets(v.Context(), v.Caller, lists.Filter{Status: ticket.Waiting, Limit: 200})
		if err != nil {
			return err
		}
		for _, i := range waiting.Items {
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

// ownTicketID returns the id of the ticket that the path names, by id or by personal link.
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
