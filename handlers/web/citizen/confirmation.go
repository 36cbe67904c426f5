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

// confirmationPath is the address of the confirmation of a ticket: only who was sent there knows it. It shows that the request
// has arrived, and none of what was written.
func (w *Pages) confirmationPath(id ticket.ID) string {
	return "/assistenza/inviata/" + string(id) + "." + w.confirmationMAC(string(id))
}

func (w *Pages) confirmationMAC(id string) string {
	return w.Identity.KeyedHash("opened-page", id)
}

// confirmationData is what the confirmation says.
type confirmationData struct {
	ticketview.Ticket
	MaskedEmail     string // the address of the form, as far as its owner recognises it
	Verified        bool
	AtCounter       bool // an operator has opened it for a citizen
	IsOperatorsForm bool // the operators' own form (FAQ 2.2)
}

func (w *Pages) confirmationPage(v *ui.Request) error {
	id, mark, _ := strings.Cut(v.PathValue("opened"), ".")
	if !eventstore.IsID(id) || !hmac.Equal([]byte(mark), []byte(w.confirmationMAC(id))) {
		return &ticket.NotVisibleError{}
	}
	t, err := w.App.Ticket(v.Context(), app.LinkHolder(ticket.ID(id), v.Caller.From), ticket.ID(id), nil)
	if err != nil {
		return err
	}
	setNoIndex(v)
	return w.Render(v, http.StatusOK, ui.Page{Template: "inviata", Title: "Richiesta inviata", Breadcrumb: assistanceTrail, Data: confirmationData{
		Ticket: t, MaskedEmail: maskEmail(t.Requester.Email), Verified: t.Identity == ticket.Verified,
		AtCounter: v.Caller.Actor.Role.Operates() && t.Service.ID != string(ticket.OperatorsForm), IsOperatorsForm: t.Service.ID == string(ticket.OperatorsForm),
	}})
}

// maskEmail is an address that its owner recognises, and notices a mistake in, and nobody else can write to.
func maskEmail(address string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return ""
	}
	first := []rune(name)[0]
	return string(first) + "•••@" + domain
}

// setNoIndex keeps a page whose address is a secret out of search engines. Referrer-Policy keeps it from other sites.
func setNoIndex(v *ui.Request) { v.Writer.Header().Set("X-Robots-Tag", "noindex, nofollow") }
