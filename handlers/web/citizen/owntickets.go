// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// ownTicketRoutes returns the routes of a citizen's own tickets. {link} is the id of a ticket for a logged-in citizen, or the token of a
// personal link.
func (p *Pages) ownTicketRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /richieste", Access: ui.WithRole, Action: policy.ReplyToTicket, Handle: p.ownTicketsPage},
		{Pattern: "POST /richieste/preferenze", Access: ui.WithRole, Action: policy.ChoosePreferences, Handle: p.choosePreferences},
		{Pattern: "GET /richieste/{link}", Access: ui.TicketHolder, Action: policy.ReplyToTicket, Handle: p.ownTicketPage},
		{Pattern: "POST /richieste/{link}", Access: ui.TicketHolder, Action: policy.ReplyToTicket, MaxBody: ui.MaxUploadBody, Handle: p.reply},
		{Pattern: "GET /richieste/{link}/allegati/{file}", Access: ui.TicketHolder, Action: policy.ReplyToTicket, Handle: p.downloadOwnAttachment},
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

func (p *Pages) ownTicketsPage(r *ui.Request) error {
	d := ownTicketsData{IsLaterPage: r.FormValue("da") != ""}
	all, err := p.App.ListTickets(r.Context(), r.Caller, lists.Filter{Cursor: r.FormValue("da"), Limit: 20})
	if err != nil {
		return err
	}
	d.Next = all.NextCursor
	for _, i := range all.Items {
		if item := (ownTicketItem{i, newCitizenStatus(i.Status, i.StatusLabel)}); i.Status != ticket.StatusWaiting {
			d.Others = append(d.Others, item)
		}
	}
	if !d.IsLaterPage {
		waiting, err := p.App.ListTickets(r.Context(), r.Caller, lists.Filter{Status: ticket.StatusWaiting, Limit: 200})
		if err != nil {
			return err
		}
		for _, i := range waiting.Items {
			d.Waiting = append(d.Waiting, ownTicketItem{i, newCitizenStatus(i.Status, i.StatusLabel)})
		}
	}
	if d.WantsMail, err = p.Identity.WantsMail(r.Context(), r.Session.Account); err != nil {
		return err
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "richieste", Title: "Le mie richieste", Data: d})
}

func (p *Pages) choosePreferences(r *ui.Request) error {
	if err := p.Identity.SetWantsMail(r.Context(), r.Session.Account, r.FormValue("avvisi") != ""); err != nil {
		return err
	}
	return r.Redirect("/richieste?fatto=preferenze")
}

// ownTicketID returns the id of the ticket that the path names, by id or by personal link.
func ownTicketID(r *ui.Request) ticket.ID {
	if r.Caller.Link != "" {
		return r.Caller.Link
	}
	return ticket.ID(r.PathValue("link"))
}

func (p *Pages) downloadOwnAttachment(r *ui.Request) error {
	return p.SendToFile(r, ownTicketID(r), ticket.ID(r.PathValue("file")))
}
