// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/attachment"
	"github.com/sol-assistenza/sol/handlers/casework"
	"github.com/sol-assistenza/sol/handlers/desk"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) assistanceRoutes() []route {
	return []route{
		{pattern: "GET /assistenza", by: anybody, serve: w.helpPage},
		{pattern: "GET /assistenza/{service}", by: anybody, serve: w.helpFormPage},
		{pattern: "POST /assistenza/{service}", by: anybody, limit: w.Entrance.Form, body: uploadBody, serve: w.askForHelp},
		{pattern: "POST /assistenza/controllo", by: anybody, serve: w.checkTyped},
		{pattern: "GET /assistenza/inviata/{opened}", by: anybody, serve: w.openedPage},
	}
}

var helpTrail = []crumb{{"Inizio", "/"}, {"Assistenza", "/assistenza"}}

// helpPage lets choose what help is needed for.
func (w *Web) helpPage(v *visit) error {
	var services []catalog.Service
	for _, s := range w.cases.Catalog.Services() {
		if s.ID != ticket.OperatorsForm {
			services = append(services, s)
		}
	}
	operators, _ := w.cases.Catalog.Service(ticket.OperatorsForm)
	return w.render(v, http.StatusOK, page{name: "assistenza", title: "Assistenza", trail: helpTrail[:1], data: struct {
		Services  []catalog.Service
		Operators catalog.Service
		AtDesk    bool // an operator opens for a citizen
	}{services, operators, w.asker(v).Actor.Role.Operates()}})
}

// asker is who asks for help. Whoever works here in a role that opens no tickets is anybody.
func (*Web) asker(v *visit) casework.Caller {
	by := v.caller
	if !identity.Allows(by.Actor.Role, identity.OpenTicket) {
		by.Actor = person.Actor{Role: person.Anonymous}
	}
	return by
}

// helpForm is the empty form of the service in the path.
func (w *Web) helpForm(v *visit) (f helpForm, err error) {
	known := false
	if f.Service, known = w.cases.Catalog.Service(catalog.ServiceID(v.PathValue("service"))); !known {
		return f, &ticket.NotYoursError{}
	}
	for _, e := range w.cases.Catalog.Entities(w.cases.Store.Now()) {
		if e.Code != catalog.Region {
			f.Entities = append(f.Entities, e)
		}
	}
	f.AtDesk = w.asker(v).Actor.Role.Operates()
	f.typed = url.Values{}
	f.Key, err = desk.NewID()
	return f, err
}

func (w *Web) showHelpForm(v *visit, status int, f helpForm) error {
	p := page{name: "modulo", title: f.Service.Label, trail: helpTrail, problem: f.problem, data: f}
	if f.Operators() {
		p.name, p.title = "modulo-operatori", "Nuova richiesta di assistenza"
	}
	return w.render(v, status, p)
}

func (w *Web) helpFormPage(v *visit) error {
	f, err := w.helpForm(v)
	if err != nil {
		return err
	}
	if err := w.fillIn(v, &f); err != nil {
		return err
	}
	f.typed.Set("tipologia", v.FormValue("tipologia")) // the problem was chosen on the page before
	return w.showHelpForm(v, http.StatusOK, f)
}

// fillIn puts in what is known: what a logged-in citizen wrote the last time, or the health authority at whose desk a
// citizen asks.
func (w *Web) fillIn(v *visit, f *helpForm) error {
	if f.AtDesk {
		f.typed.Set("ente", string(v.caller.Actor.Entity))
	}
	if v.session.Actor.Role != person.Citizen {
		return nil
	}
	last, err := w.cases.Tickets(v.Context(), v.caller, projections.Filter{Sort: projections.NewestFirst, Limit: 1})
	if err != nil || len(last.Items) == 0 || last.Items[0].Erased {
		return err
	}
	t, err := w.cases.Ticket(v.Context(), v.caller, last.Items[0].ID, nil)
	if err != nil {
		return err
	}
	f.Known = true
	for input, known := range map[string]string{
		"nome": t.Requester.GivenName, "cognome": t.Requester.FamilyName, "codice_fiscale": t.Requester.TaxCode, "email": t.Requester.Email,
		"telefono": t.Requester.Phone, "per": string(t.Requester.Role), "interessato": t.Concerns, "ente": string(t.Chosen),
	} {
		f.typed.Set(input, known)
	}
	return nil
}

// askForHelp opens a ticket, or shows the form again as it was typed with everything that is wrong with it.
func (w *Web) askForHelp(v *visit) error {
	files, broken := v.upload()
	f, err := w.helpForm(v)
	if err != nil {
		return err
	}
	f.typed = v.Form
	if v.ended {
		f.problem = endedMeanwhile()
		f.problem.Text += v.chooseAgain(files)
		return w.showHelpForm(v, f.problem.Status, f)
	}
	o, err := w.opening(v, f, files, broken)
	if err == nil {
		return v.go303(w.openedAt(ticket.ID(o.Stream)))
	}
	refused := false
	if f.problem, refused = f.refused(err, files); !refused {
		f.problem = problemOf(err)
		switch {
		case errors.Is(err, eventstore.ErrKeyReused):
			f.problem = sentBefore()
		case eventstore.Away(err):
			v.session = identity.Session{} // the frame would ask the same database
		case !errors.As(err, new(*http.MaxBytesError)):
			return err
		}
	}
	f.problem.Text += v.chooseAgain(files)
	return w.showHelpForm(v, f.problem.Status, f)
}

// endedMeanwhile holds back a form whose writer was logged in when they began: sent without, it would be nobody's in particular,
// and never show among their requests.
func endedMeanwhile() *problem {
	return &problem{
		Status: http.StatusUnauthorized, Title: "La sessione è finita mentre scriveva",
		Text: "Non abbiamo ancora inviato nulla. Ciò che ha scritto è ancora qui: se lo invia adesso, la richiesta parte senza accesso e non comparirà tra le Sue. " +
			"Altrimenti acceda di nuovo in un’altra scheda, poi torni qui e invii.",
	}
}

func (w *Web) opening(v *visit, f helpForm, files []attachment.File, broken error) (desk.Outcome, error) {
	if broken != nil {
		return desk.Outcome{}, broken
	}
	by, request := w.asker(v), f.request(files)
	if wrong := f.asked(); wrong != nil {
		var invalid *ticket.InvalidError
		if err := w.cases.Refusal(v.Context(), by, request); errors.As(err, &invalid) {
			wrong = append(wrong, invalid.Fields...)
		} else if err != nil {
			return desk.Outcome{}, err
		}
		return desk.Outcome{}, &ticket.InvalidError{Fields: wrong}
	}
	return w.cases.Open(v.Context(), by, request, casework.Said{Key: v.FormValue("chiave"), Body: v.sent(files)})
}
