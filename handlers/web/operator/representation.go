// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/representation"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// representationForm is the form of the check whether the requester may act for another person, as typed.
type representationForm struct {
	app.RepresentationRequest
	Open bool // it is shown unfolded: it was refused
}

// HasFile reports whether an attachment was chosen.
func (f representationForm) HasFile(id ticket.ID) bool { return slices.Contains(f.Attachments, id) }

// Kinds returns the kinds of representation for the menu.
func (representationForm) Kinds() (all []ui.Label) {
	for _, k := range representation.Kinds() {
		all = append(all, ui.Label{Value: string(k), Text: ticketview.RepresentationKindLabel(k)})
	}
	return all
}

// representationLabels returns the options of the filter of lists. The requester's right to act concerns tickets that name another person alone.
func representationLabels() (all []ui.Label) {
	for _, r := range representation.States() {
		all = append(all, ui.Label{Value: string(r), Text: ticketview.RepresentationLabel(r)})
	}
	return all
}

// representationFields holds the names of the form's inputs by the names in refusals. Those of the form «Aggiorna» have other names.
var representationFields = map[string]string{
	"kind": "rapp-tipo", "attachments": "rapp-allegati", "seen": "rapp-visto", "act": "rapp-atto", "act_date": "rapp-data", "until": "rapp-fino", "reason": "rapp-motivo",
}

// CanCheckRepresentation reports whether the page has the form of the check.
func (d ticketData) CanCheckRepresentation() bool { return d.can(ticket.MoveCheckRepresentation) }

// RepresentationKind returns the Italian label of the kind that was checked.
func (d ticketData) RepresentationKind() string {
	return ticketview.RepresentationKindLabel(d.Representation.Kind)
}

// EvidenceFiles returns the attachments that are the evidence of the latest check.
func (d ticketData) EvidenceFiles() (files []ticketview.File) {
	for _, f := range d.Files() {
		if slices.Contains(d.Representation.Files, f.ID) {
			files = append(files, f)
		}
	}
	return files
}

// checkRepresentation records a check. A refusal shows the form again with what was typed; the form «Aggiorna» keeps its draft.
func (p *Pages) checkRepresentation(r *ui.Request) error {
	f := representationForm{Open: true, RepresentationRequest: app.RepresentationRequest{
		Outcome: r.FormValue("esito"), Kind: ticket.RepresentationKind(r.FormValue("tipo")),
		Seen: r.FormValue("visto"), Act: r.FormValue("atto"), Date: r.FormValue("data"), Until: r.FormValue("fino"), Reason: r.FormValue("motivo"),
	}}
	for _, id := range r.Form["allegato"] {
		f.Attachments = append(f.Attachments, ticket.ID(id))
	}
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	_, err = p.App.CheckRepresentation(r.Context(), r.Caller, t.ID, f.RepresentationRequest, app.Idempotency{Key: r.FormValue("chiave"), Body: r.IdempotencyBody(nil)})
	if err == nil {
		return r.Redirect("/ticket/" + string(t.ID) + "?fatto=rappresentanza")
	}
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
		return err
	}
	for i, field := range problem.Fields {
		name, _, _ := strings.Cut(field.Field, "[")
		if input := representationFields[name]; input != "" {
			problem.Fields[i].Field = input
		}
	}
	return p.renderWithDraft(r, problem.Status, problem, ticketData{TicketView: t, Check: f})
}
