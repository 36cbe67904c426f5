// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"crypto/hmac"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// confirmationPath returns the address of a ticket's confirmation page. It holds a MAC, so that only the person who was redirected there
// knows it. The page confirms that the ticket was opened and shows no text of it.
func (p *Pages) confirmationPath(id ticket.ID) string {
	return "/assistenza/inviata/" + string(id) + "." + p.confirmationMAC(string(id))
}

// confirmationMAC returns the MAC that authorizes reading the confirmation of a ticket.
func (p *Pages) confirmationMAC(id string) string {
	return p.Identity.KeyedHash("opened-page", id)
}

// confirmationData holds the values of the confirmation page.
type confirmationData struct {
	ticketview.Ticket
	MaskedEmail     string // the requester's e-mail address, masked so that only its owner recognises it
	Verified        bool
	AtCounter       bool // an operator opened the ticket for a citizen
	IsOperatorsForm bool // the operators' own form (FAQ 2.2)
}

func (p *Pages) confirmationPage(r *ui.Request) error {
	id, mac, _ := strings.Cut(r.PathValue("opened"), ".")
	if !eventstore.IsID(id) || !hmac.Equal([]byte(mac), []byte(p.confirmationMAC(id))) {
		return &ticket.NotVisibleError{}
	}
	t, err := p.App.Ticket(r.Context(), app.LinkHolder(ticket.ID(id), r.Caller.From), ticket.ID(id), nil)
	if err != nil {
		return err
	}
	setNoIndex(r)
	return p.Render(r, http.StatusOK, ui.Page{Template: "inviata", Title: "Richiesta inviata", Breadcrumb: assistanceTrail, Data: confirmationData{
		Ticket: t, MaskedEmail: maskEmail(t.Requester.Email), Verified: t.Identity == ticket.Verified,
		AtCounter: r.Caller.Actor.Role.Operates() && t.Service.ID != string(ticket.OperatorsForm), IsOperatorsForm: t.Service.ID == string(ticket.OperatorsForm),
	}})
}

// maskEmail keeps the first character and the domain of an e-mail address: its owner recognises it and notices a wrong domain, and nobody
// else can write to it. It returns "" for a text that is not an address.
func maskEmail(address string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return ""
	}
	first := []rune(name)[0]
	return string(first) + "•••@" + domain
}

// setNoIndex tells search engines not to index a page whose address is a secret. The header Referrer-Policy hides it from other sites.
func setNoIndex(r *ui.Request) { r.Writer.Header().Set("X-Robots-Tag", "noindex, nofollow") }
