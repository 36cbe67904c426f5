// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/hmac"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/projections"
)

// openedAt is the address of the confirmation of a ticket: only who was sent there knows it. It shows that the request
// has arrived, and none of what was written.
func (w *Web) openedAt(id ticket.ID) string {
	return "/assistenza/inviata/" + string(id) + "." + w.openedMark(string(id))
}

func (w *Web) openedMark(id string) string { return w.identity.KeyedHash("opened-page", id) }

// openedData is what the confirmation says.
type openedData struct {
	projections.Ticket
	Mail     string // the address of the form, as far as its owner recognises it
	Verified bool
	AtDesk   bool // an operator has opened it for a citizen
	Operator bool // the operators' own form (FAQ 2.2)
}

func (w *Web) openedPage(v *visit) error {
	id, mark, _ := strings.Cut(v.PathValue("opened"), ".")
	if !eventstore.IsID(id) || !hmac.Equal([]byte(mark), []byte(w.openedMark(id))) {
		return &ticket.NotYoursError{}
	}
	t, err := w.cases.Ticket(v.Context(), casework.Holder(ticket.ID(id), v.caller.From), ticket.ID(id), nil)
	if err != nil {
		return err
	}
	v.unlisted()
	return w.render(v, http.StatusOK, page{name: "inviata", title: "Richiesta inviata", trail: helpTrail, data: openedData{
		Ticket: t, Mail: recognisable(t.Requester.Email), Verified: t.Identity == ticket.Verified,
		AtDesk: v.caller.Actor.Role.Operates() && t.Service.ID != string(ticket.OperatorsForm), Operator: t.Service.ID == string(ticket.OperatorsForm),
	}})
}

// recognisable is an address that its owner recognises, and notices a mistake in, and nobody else can write to.
func recognisable(address string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return ""
	}
	first := []rune(name)[0]
	return string(first) + "•••@" + domain
}

// unlisted keeps a page whose address is a secret out of search engines. Referrer-Policy keeps it from other sites.
func (v *visit) unlisted() { v.rw.Header().Set("X-Robots-Tag", "noindex, nofollow") }
