// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/attachment"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/lists"
)

// assistanceRoutes returns the routes of the assistance forms, which need no login.
func (w *Pages) assistanceRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET /assistenza", Access: ui.Anyone, Handle: w.assistancePage},
		{Pattern: "GET /assistenza/{service}", Access: ui.Anyone, Handle: w.assistanceFormPage},
		{Pattern: "POST /assistenza/{service}", Access: ui.Anyone, Limit: w.Middleware.Form, MaxBody: ui.MaxUploadBody, Handle: w.submitAssistance},
		{Pattern: "POST /assistenza/controllo", Access: ui.Anyone, Handle: w.checkIdentifier},
		{Pattern: "GET /assistenza/inviata/{opened}", Access: ui.Anyone, Handle: w.confirmationPage},
	}
}

// assistanceTrail is the breadcrumb of the assistance forms.
var assistanceTrail = []ui.Crumb{{Name: "Inizio", Path: "/"}, {Name: "Assistenza", Path: "/assistenza"}}

// assistancePage lists the services that a person can ask for help with, and the operators' own form.
func (w *Pages) assistancePage(v *ui.Request) error {
	var services []catalog.Service
	for _, s := range w.App.Catalog.Services() {
		if s.ID != ticket.OperatorsForm {
			services = append(services, s)
		}
	}
	operators, _ := w.App.Catalog.Service(ticket.OperatorsForm)
	return w.Render(v, http.StatusOK, ui.Page{Template: "assistenza", Title: "Assistenza", Breadcrumb: assistanceTrail[:1], Data: struct {
		Services  []catalog.Service
		Operators catalog.Service
		AtCounter bool // an operator opens a ticket for a citizen
	}{services, operators, w.openingCaller(v).Actor.Role.Operates()}})
}

// openingCaller returns the caller that opens a ticket. A caller in a role that may not open tickets opens as an anonymous requester.
func (*Pages) openingCaller(v *ui.Request) app.Caller {
	caller := v.Caller
	if !identity.Allows(caller.Actor.Role, identity.OpenTicket) {
		caller.Actor = person.Actor{Role: person.Anonymous}
	}
	return caller
}

// newAssistanceForm returns the empty form of the service in the path, with a new idempotency key. An unknown service is a
// ticket.NotVisibleError.
func (w *Pages) newAssistanceForm(v *ui.Request) (f assistanceForm, err error) {
	known := false
	if f.Service, known = w.App.Catalog.Service(catalog.ServiceID(v.PathValue("service"))); !known {
		return f, &ticket.NotVisibleError{}
	}
	for _, e := range w.App.Catalog.Entities(w.App.Store.Now()) {
		if e.Code != catalog.Region {
			f.Entities = append(f.Entities, e)
		}
	}
	f.AtCounter = w.openingCaller(v).Actor.Role.Operates()
	f.values = url.Values{}
	f.IdempotencyKey, err = app.NewID()
	return f, err
}

func (w *Pages) renderAssistanceForm(v *ui.Request, status int, f assistanceForm) error {
	p := ui.Page{Template: "modulo", Title: f.Service.Label, Breadcrumb: assistanceTrail, Problem: f.problem, Data: f}
	if f.IsOperatorsForm() {
		p.Template, p.Title = "modulo-operatori", "Nuova richiesta di assistenza"
	}
	return w.Render(v, status, p)
}

func (w *Pages) assistanceFormPage(v *ui.Request) error {
	f, err := w.newAssistanceForm(v)
	if err != nil {
		return err
	}
	if err := w.prefill(v, &f); err != nil {
		return err
	}
	f.values.Set("tipologia", v.FormValue("tipologia")) // a link can preselect the problem
	return w.renderAssistanceForm(v, http.StatusOK, f)
}

// prefill fills in known values: for an operator the operator's own health authority; for a logged-in citizen the requester's data of
// their newest ticket, unless it was erased.
func (w *Pages) prefill(v *ui.Request, f *assistanceForm) error {
	if f.AtCounter {
		f.values.Set("ente", string(v.Caller.Actor.Entity))
	}
	if v.Session.Actor.Role != person.Citizen {
		return nil
	}
	last, err := w.App.ListTickets(v.Context(), v.Caller, lists.Filter{Sort: lists.NewestFirst, Limit: 1})
	if err != nil || len(last.Items) == 0 || last.Items[0].Erased {
		return err
	}
	t, err := w.App.Ticket(v.Context(), v.Caller, last.Items[0].ID, nil)
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
func (w *Pages) submitAssistance(v *ui.Request) error {
	files, uploadErr := v.ParseUpload()
	f, err := w.newAssistanceForm(v)
	if err != nil {
		return err
	}
	f.values = v.Form
	if v.SessionExpired {
		f.problem = sessionExpiredProblem()
		f.problem.Text += filesLostNote(v, files)
		return w.renderAssistanceForm(v, f.problem.Status, f)
	}
	o, err := w.openTicket(v, f, files, uploadErr)
	if err == nil {
		return v.Redirect(w.confirmationPath(ticket.ID(o.Stream)))
	}
	refused := false
	if f.problem, refused = f.problemFor(err, files); !refused {
		f.problem = ui.ProblemOf(err)
		switch {
		case errors.Is(err, eventstore.ErrKeyReused):
			f.problem = alreadySentProblem()
		case eventstore.IsUnavailable(err):
			v.Session = identity.Session{} // the page's frame would query the database that is unavailable
		case !errors.As(err, new(*http.MaxBytesError)):
			return err
		}
	}
	f.problem.Text += filesLostNote(v, files)
	return w.renderAssistanceForm(v, f.problem.Status, f)
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
func (w *Pages) openTicket(v *ui.Request, f assistanceForm, files []attachment.FileUpload, uploadErr error) (app.Outcome, error) {
	if uploadErr != nil {
		return app.Outcome{}, uploadErr
	}
	caller, request := w.openingCaller(v), f.toRequest(files)
	if fieldErrors := f.validate(); fieldErrors != nil {
		var invalid *ticket.InvalidError
		if err := w.App.ValidateOpen(v.Context(), caller, request); errors.As(err, &invalid) {
			fieldErrors = append(fieldErrors, invalid.Fields...)
		} else if err != nil {
			return app.Outcome{}, err
		}
		return app.Outcome{}, &ticket.InvalidError{Fields: fieldErrors}
	}
	return w.App.Open(v.Context(), caller, request, app.Idempotency{Key: v.FormValue("chiave"), Body: v.IdempotencyBody(files)})
}

// filesLostNote returns a sentence for an error message: the files must be chosen again. It is empty without files, and where upload.js
// has kept the files (input «tenuti»).
func filesLostNote(v *ui.Request, files []attachment.FileUpload) string {
	if len(files) == 0 || v.FormValue("tenuti") != "" {
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
