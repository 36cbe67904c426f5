// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// revocation is the form that revokes the citizen's links, as typed.
type revocation struct {
	Reason string
	Send   bool
	Typed  bool // the form was sent and refused
	Error  string
}

// CanRevoke reports whether the page has the form that revokes the citizen's links.
func (d ticketData) CanRevoke() bool { return d.can(ticket.MoveRevokeLinks) }

// revokeLinks revokes the citizen's personal links and reply addresses. A refusal shows the form again with what was typed; the form
// «Aggiorna» keeps its draft.
func (p *Pages) revokeLinks(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	typed := revocation{Reason: r.FormValue("motivo-collegamenti"), Send: r.FormValue("invia") != "", Typed: true}
	_, err = p.App.RevokeLinks(r.Context(), r.Caller, t.ID, app.RevokeRequest{Reason: typed.Reason, Send: typed.Send}, app.Idempotency{Key: r.FormValue("chiave")})
	if err == nil {
		return r.Redirect("/ticket/" + string(t.ID) + "?fatto=collegamenti")
	}
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
		return err
	}
	for i, f := range problem.Fields {
		problem.Fields[i].Field, typed.Error = "motivo-collegamenti", f.Text
	}
	return p.renderWithDraft(r, problem.Status, problem, ticketData{TicketView: t, Revocation: typed})
}
