// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// accessChange is the form that restricts the access to a ticket or lifts the restriction, as typed.
type accessChange struct {
	Reason string
	Typed  bool // the form was sent and refused
	Error  string
}

// CanRestrict and CanLiftRestriction report which form for the access the page has.
func (d ticketData) CanRestrict() bool { return d.can(ticket.MoveRestrictAccess) }

func (d ticketData) CanLiftRestriction() bool { return d.can(ticket.MoveLiftRestriction) }

// changeAccess restricts the access to a ticket or lifts the restriction. A refusal shows the form again with what was typed; the form «Aggiorna»
// keeps its draft.
func (p *Pages) changeAccess(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	typed := accessChange{Reason: r.FormValue("motivo-accesso"), Typed: true}
	change := app.RestrictionRequest{Restricted: r.FormValue("ristretto") == "1", Reason: typed.Reason}
	_, err = p.App.ChangeRestriction(r.Context(), r.Caller, t.ID, change, app.Idempotency{Key: r.FormValue("chiave")})
	if err == nil {
		done := "accesso-aperto"
		if change.Restricted {
			done = "accesso-ristretto"
		}
		return r.Redirect("/ticket/" + string(t.ID) + "?fatto=" + done)
	}
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
		return err
	}
	for i, f := range problem.Fields {
		problem.Fields[i].Field, typed.Error = "motivo-accesso", f.Text
	}
	return p.renderWithDraft(r, problem.Status, problem, ticketData{TicketView: t, Access: typed})
}
