// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// assistanceRoutes returns the routes of the assistance forms, which need no login.
func (p *Pages) assistanceRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /assistenza", Access: ui.Anyone, Handle: p.assistancePage},
		{Pattern: "GET /assistenza/{service}", Access: ui.Anyone, Handle: p.assistanceFormPage},
		{Pattern: "POST /assistenza/{service}", Access: ui.Anyone, Limit: p.Middleware.Form, MaxBody: ui.MaxUploadBody, Handle: p.submitAssistance},
		{Pattern: "GET /informativa", Access: ui.Anyone, Handle: p.statementPage},
		{Pattern: "POST /assistenza/controllo", Access: ui.Anyone, Handle: p.checkIdentifier},
		{Pattern: "GET /assistenza/inviata/{opened}", Access: ui.Anyone, Handle: p.confirmationPage},
	}
}

// assistanceTrail is the breadcrumb of the assistance forms.
var assistanceTrail = []ui.Crumb{{Name: "Inizio", Path: "/"}, {Name: "Assistenza", Path: "/assistenza"}}

// assistancePage lists the services that a person can ask for help with, and the operators' own form.
func (p *Pages) assistancePage(r *ui.Request) error {
	var services []catalog.Service
	for _, s := range p.App.Catalog.Services() {
		if s.ID != ticket.OperatorsForm {
			services = append(services, s)
		}
	}
	operators, _ := p.App.Catalog.Service(ticket.OperatorsForm)
	return p.Render(r, http.StatusOK, ui.Page{Template: "assistenza", Title: "Assistenza", Breadcrumb: assistanceTrail[:1], Data: struct {
		Services  []catalog.Service
		Operators catalog.Service
		AtCounter bool // an operator opens a ticket for a citizen
	}{services, operators, p.openingCaller(r).Actor.Role.Operates()}})
}

// openingCaller returns the caller that opens a ticket. A caller in a role that may not open tickets opens as an anonymous requester.
func (*Pages) openingCaller(r *ui.Request) app.Caller {
	caller := r.Caller
	if !policy.May(caller.Actor, policy.OpenTicket) {
		caller.Actor = person.Actor{Role: person.Anonymous}
	}
	return caller
}

// newAssistanceForm returns the empty form of the service in the path, with a new idempotency key. An unknown service is a
// ticket.NotVisibleError.
func (p *Pages) newAssistanceForm(r *ui.Request) (f assistanceForm, err error) {
	known := false
	if f.Service, known = p.App.Catalog.Service(catalog.ServiceID(r.PathValue("service"))); !known {
		return f, &ticket.NotVisibleError{}
	}
	for _, e := range p.App.Catalog.Entities(p.App.Store.Now()) {
		if e.Code != catalog.Region {
			f.Entities = append(f.Entities, e)
		}
	}
	f.AtCounter = p.openingCaller(r).Actor.Role.Operates()
	f.values = url.Values{}
	if f.IdempotencyKey, err = app.NewID(); err != nil {
		return f, err
	}
	p.renewFormToken(r, &f)
	return f, nil
}

func (p *Pages) renderAssistanceForm(r *ui.Request, status int, f assistanceForm) (err error) {
	if status < http.StatusInternalServerError { // the database may be unavailable
		if f.Statement, err = p.findStatement(r, f.Value("ente"), 0); err != nil {
			return err
		}
	}
	page := ui.Page{Template: "modulo", Title: f.Service.Label, Breadcrumb: assistanceTrail, Problem: f.problem, Data: f}
	if f.IsOperatorsForm() {
		page.Template, page.Title = "modulo-operatori", "Nuova richiesta di assistenza"
	}
	return p.Render(r, status, page)
}

func (p *Pages) assistanceFormPage(r *ui.Request) error {
	f, err := p.newAssistanceForm(r)
	if err != nil {
		return err
	}
	if err := p.prefill(r, &f); err != nil {
		return err
	}
	f.values.Set("tipologia", r.FormValue("tipologia")) // a link can preselect the problem
	return p.renderAssistanceForm(r, http.StatusOK, f)
}

// prefill fills in known values: for an operator the operator's own health authority; for a logged-in citizen the requester's data of
// their newest ticket, unless it was erased.
func (p *Pages) prefill(r *ui.Request, f *assistanceForm) error {
	if f.AtCounter {
		f.values.Set("ente", string(r.Caller.Actor.Entity))
	}
	if r.Session.Actor.Role != person.Citizen {
		return nil
	}
	last, err := p.App.ListTickets(r.Context(), r.Caller, lists.Filter{Sort: lists.NewestFirst, Limit: 1})
	if err != nil || len(last.Items) == 0 || last.Items[0].Erased {
		return err
	}
	t, err := p.App.Ticket(r.Context(), r.Caller, last.Items[0].ID, nil)
	if err != nil {
		return err
	}
	f.Prefilled = true
	for input, known := range map[string]string{
		"nome": t.Requester.GivenName, "cognome": t.Requester.FamilyName, "codice_fiscale": t.Requester.TaxCode, "email": t.Requester.Email,
		"telefono": t.Requester.Phone, "per": string(t.Requester.Role), "interessato": t.Concerns, "ente": string(t.ChosenEntity),
	} {
		f.values.Set(input, known)
	}
	return nil
}

// submitAssistance opens a ticket and redirects to its confirmation. A refused form is shown again with what was typed and all errors.
func (p *Pages) submitAssistance(r *ui.Request) error {
	files, uploadErr := r.ParseUpload()
	f, err := p.newAssistanceForm(r)
	if err != nil {
		return err
	}
	f.values = r.Form
	if r.SessionExpired {
		f.problem = sessionExpiredProblem()
		f.problem.Text += filesLostNote(r, files)
		return p.renderAssistanceForm(r, f.problem.Status, f)
	}
	o, err := p.openTicket(r, f, files, uploadErr)
	if err == nil {
		return r.Redirect(p.confirmationPath(ticket.ID(o.Stream)))
	}
	refused := false
	if f.problem, refused = f.problemFor(err, files); !refused {
		f.problem = ui.ProblemOf(err)
		switch {
		case errors.Is(err, eventstore.ErrKeyReused):
			f.problem = alreadySentProblem()
		case eventstore.IsUnavailable(err):
			r.Session = identity.Session{} // the page's frame would query the database that is unavailable
		case !errors.As(err, new(*http.MaxBytesError)) && f.problem.Status != http.StatusTooManyRequests && f.problem.Status != http.StatusForbidden:
			return err
		}
	}
	f.problem.Text += filesLostNote(r, files)
	return p.renderAssistanceForm(r, f.problem.Status, f)
}

// sessionExpiredProblem refuses a form whose session ended while it was filled in. Sent without a session the ticket would belong to no
// account, and would not be listed among the citizen's own tickets.
func sessionExpiredProblem() *ui.Problem {
	return &ui.Problem{
		Status: http.StatusUnauthorized, Title: "La sessione è finita mentre scriveva",
		Text: "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui: se lo invia adesso, la richiesta parte senza accesso e non comparirà tra le Sue. " +
			"Altrimenti acceda di nuovo in un’altra scheda, poi torni qui e invii.",
	}
}

// openTicket validates the form by its own rules and those of the domain together, so that all errors show at once, and opens the ticket.
func (p *Pages) openTicket(r *ui.Request, f assistanceForm, files []attachment.FileUpload, uploadErr error) (app.CommandResult, error) {
	if uploadErr != nil {
		return app.CommandResult{}, uploadErr
	}
	caller, request := p.openingCaller(r), f.toRequest(files)
	if fieldErrors := f.validate(); fieldErrors != nil {
		var invalid *ticket.InvalidError
		if err := p.App.ValidateOpen(r.Context(), caller, request); errors.As(err, &invalid) {
			fieldErrors = append(fieldErrors, invalid.Fields...)
		} else if err != nil {
			return app.CommandResult{}, err
		}
		return app.CommandResult{}, &ticket.InvalidError{Fields: fieldErrors}
	}
	if caller.Actor.Role == person.Anonymous {
		if err := p.checkForm(r); err != nil {
			return app.CommandResult{}, err
		}
	}
	return p.App.Open(r.Context(), caller, request, app.Idempotency{Key: r.FormValue("chiave"), Body: r.IdempotencyBody(files)})
}

// filesLostNote returns a sentence for an error message: the files must be chosen again. It is empty without files, and where upload.js
// has kept the files (input «tenuti»).
func filesLostNote(r *ui.Request, files []attachment.FileUpload) string {
	if len(files) == 0 || r.FormValue("tenuti") != "" {
		return ""
	}
	return " Gli allegati invece vanno scelti di nuovo."
}

// alreadySentProblem refuses a form that was changed and sent again with the idempotency key of a form that had arrived.
func alreadySentProblem() *ui.Problem {
	return &ui.Problem{
		Status: http.StatusConflict, Title: "Il primo invio era già arrivato",
		Text: "Lo abbiamo ricevuto com’era prima delle ultime modifiche. Ciò che ha scritto è ancora qui: se le modifiche servono, invii di nuovo e ci arriverà anche questo.",
	}
}
