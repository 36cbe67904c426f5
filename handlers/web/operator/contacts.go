// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// contactsForm is the form that corrects the citizen's contacts, as typed.
type contactsForm struct {
	Email, Phone, Reason string
	Open                 bool // it is shown unfolded: it was refused
}

// contactsFields holds the names of the form's inputs by the names in refusals. Those of the form «Aggiorna» have other names.
var contactsFields = map[string]string{"email": "recapito-email", "phone": "recapito-telefono", "reason": "recapito-motivo"}

// correctContacts corrects the citizen's e-mail address or telephone number.
func (p *Pages) correctContacts(r *ui.Request) error {
	f := contactsForm{Email: r.FormValue("email"), Phone: r.FormValue("telefono"), Reason: r.FormValue("motivo"), Open: true}
	id := ticket.ID(r.PathValue("id"))
	in := app.ContactsRequest{Email: &f.Email, Phone: &f.Phone, Reason: f.Reason}
	_, err := p.App.CorrectContacts(r.Context(), r.Caller, id, in, app.Idempotency{Key: r.FormValue("chiave"), Body: r.IdempotencyBody(nil)})
	if err != nil {
		return p.renderContactsRefusal(r, err, f)
	}
	return r.Redirect("/ticket/" + string(id) + "?fatto=recapiti")
}

// informCitizen records that the citizen was told.
func (p *Pages) informCitizen(r *ui.Request) error {
	id := ticket.ID(r.PathValue("id"))
	in := app.InformRequest{How: ticket.InformWay(r.FormValue("come"))}
	_, err := p.App.InformCitizen(r.Context(), r.Caller, id, in, app.Idempotency{Key: r.FormValue("chiave"), Body: r.IdempotencyBody(nil)})
	if err != nil {
		return p.renderContactsRefusal(r, err, contactsForm{})
	}
	return r.Redirect("/ticket/" + string(id) + "?fatto=comunicato")
}

// renderContactsRefusal shows the ticket's page with the refusal, the form as typed and the reader's draft.
func (p *Pages) renderContactsRefusal(r *ui.Request, err error, c contactsForm) error {
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError || problem.Status == http.StatusNotFound {
		return err
	}
	for i, f := range problem.Fields {
		if name := contactsFields[f.Field]; name != "" {
			problem.Fields[i].Field = name
		}
	}
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	return p.renderWithDraft(r, problem.Status, problem, ticketData{TicketView: t, Contacts: c})
}

// CanCorrectContacts reports whether the reader can correct the citizen's contacts.
func (d ticketData) CanCorrectContacts() bool { return d.can(ticket.MoveCorrectContacts) }

// CanInform reports whether the reader can record that the citizen was told.
func (d ticketData) CanInform() bool { return d.can(ticket.MoveInformCitizen) }
