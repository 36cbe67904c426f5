// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/agreements"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// agreementRoutes returns the routes of the agreements of entities (law 300/1970, article 4).
func (p *Pages) agreementRoutes() []ui.Route {
	route := func(method, path string, handle func(*ui.Request) error) ui.Route {
		return ui.Route{Pattern: method + " /amministrazione/accordi" + path, Access: ui.WithRole, Action: policy.Administer, Handle: handle}
	}
	return []ui.Route{route("GET", "", p.agreementsPage), route("POST", "", p.recordAgreement), route("POST", "/fine", p.endAgreement)}
}

// useNames holds the Italian names of what agreements allow.
var useNames = map[agreement.Use]string{
	agreement.UnusualReading:   "Segnalazione delle letture insolite al responsabile della protezione dei dati",
	agreement.FiguresPerPerson: "Cifre per persona nel cruscotto",
}

type agreementsData struct {
	Current  []agreementRow
	History  []agreementRow // the newest first
	Entities []catalog.Entity
	Uses     []agreementUse
	Typed    agreement.Record // as typed
	TypedEnd agreement.End    // as typed
}

type agreementUse struct {
	ID   agreement.Use
	Name string
}

type agreementRow struct {
	Entity              catalog.EntityCode
	EntityName          string
	Use                 agreement.Use
	UseName             string
	Ended               bool
	Reference, SignedOn string
	Who                 string
	At                  time.Time
	IsTyped             bool // the form that ends it was sent and refused
}

func (p *Pages) agreementsPage(r *ui.Request) error {
	return p.renderAgreements(r, http.StatusOK, nil, agreement.Record{}, agreement.End{})
}

func (p *Pages) renderAgreements(r *ui.Request, status int, problem *ui.Problem, typed agreement.Record, end agreement.End) error {
	d := agreementsData{Entities: p.App.Catalog.Entities(p.App.Store.Now()), Typed: typed, TypedEnd: end}
	for _, u := range agreement.Uses() {
		d.Uses = append(d.Uses, agreementUse{u, useNames[u]})
	}
	list, err := p.App.Agreements.List(r.Context())
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range list.History {
		ids = append(ids, c.By)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return err
	}
	row := func(a agreements.Agreement) agreementRow {
		return agreementRow{
			Entity: a.Entity, EntityName: p.EntityName(a.Entity), Use: a.Use, UseName: useNames[a.Use], Reference: a.Reference, SignedOn: ui.FormatDate(a.SignedOn),
			Who: nameOf(names, a.By), At: a.At,
		}
	}
	for _, a := range list.Items {
		current := row(a)
		current.IsTyped = end.Entity == a.Entity && end.Use == a.Use
		d.Current = append(d.Current, current)
	}
	for _, c := range list.History {
		change := row(c.Agreement)
		change.Ended = c.Kind == agreement.Ended
		d.History = append(d.History, change)
	}
	return p.Render(r, status, ui.Page{Template: "accordi", Title: "Accordi", Breadcrumb: adminTrail, Problem: problem, Data: d})
}

func (p *Pages) recordAgreement(r *ui.Request) error {
	c := agreement.Record{
		Entity: catalog.EntityCode(r.FormValue("ente")), Use: agreement.Use(r.FormValue("uso")), Reference: r.FormValue("riferimento"), SignedOn: r.FormValue("giorno"),
	}
	if err := p.App.Agreements.Record(r.Context(), r.Session.Actor, c); err != nil {
		return p.refuseAgreement(r, err, c, agreement.End{})
	}
	p.logAdministration(r, "agreement recorded", "")
	return r.Redirect("/amministrazione/accordi?fatto=accordo")
}

func (p *Pages) endAgreement(r *ui.Request) error {
	c := agreement.End{Entity: catalog.EntityCode(r.FormValue("ente")), Use: agreement.Use(r.FormValue("uso")), Reference: r.FormValue("riferimento")}
	if err := p.App.Agreements.End(r.Context(), r.Session.Actor, c); err != nil {
		return p.refuseAgreement(r, err, agreement.Record{}, c)
	}
	p.logAdministration(r, "agreement ended", "")
	return r.Redirect("/amministrazione/accordi?fatto=accordo-fine")
}

// refuseAgreement shows the page with the error message of a refused command and what was typed.
func (p *Pages) refuseAgreement(r *ui.Request, err error, typed agreement.Record, end agreement.End) error {
	problem := ui.ProblemOf(err)
	if problem.Status >= http.StatusInternalServerError {
		return err
	}
	for n := range problem.Fields {
		if end.Entity != "" { // the form that ends an agreement has one field
			problem.Fields[n].Field = "fine"
		}
	}
	return p.renderAgreements(r, problem.Status, problem, typed, end)
}
