// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/privacystatement"
	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// statementRoutes returns the routes of the privacy statements of entities (GDPR, article 13).
func (p *Pages) statementRoutes() []ui.Route {
	const path = " /amministrazione/informative"
	return []ui.Route{
		{Pattern: "GET" + path, Access: ui.WithRole, Action: policy.Administer, Handle: p.statementsPage},
		{Pattern: "POST" + path, Access: ui.WithRole, Action: policy.Administer, Handle: p.publishStatement},
	}
}

type statementsData struct {
	Entities   []catalog.Entity
	Statements []statementRow // those of one entity after each other, the newest first
	Typed      privacystatement.Publish
}

type statementRow struct {
	privacystatements.Statement
	Who string
}

// statementsPage lists the statements, with the form for a new version. The parameter «ente» chooses the entity, whose text in force the form holds.
func (p *Pages) statementsPage(r *ui.Request) error {
	typed := privacystatement.Publish{Entity: catalog.EntityCode(r.FormValue("ente"))}
	current, _, err := p.App.Statements.Find(r.Context(), typed.Entity, 0)
	if err != nil {
		return err
	}
	typed.Text = current.Text
	return p.renderStatements(r, http.StatusOK, nil, typed)
}

func (p *Pages) renderStatements(r *ui.Request, status int, problem *ui.Problem, typed privacystatement.Publish) error {
	d := statementsData{Entities: p.App.Catalog.Entities(p.App.Store.Now()), Typed: typed}
	all, err := p.App.Statements.List(r.Context())
	if err != nil {
		return err
	}
	var ids []string
	for _, n := range all {
		ids = append(ids, n.By)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return err
	}
	for _, n := range all {
		d.Statements = append(d.Statements, statementRow{n, nameOf(names, n.By)})
	}
	return p.Render(r, status, ui.Page{Template: "informative", Title: "Informative privacy", Breadcrumb: adminTrail, Problem: problem, Data: d})
}

func (p *Pages) publishStatement(r *ui.Request) error {
	c := privacystatement.Publish{Entity: catalog.EntityCode(r.FormValue("ente")), Text: r.FormValue("testo")}
	if err := p.App.Statements.Publish(r.Context(), r.Session.Actor, c); err != nil {
		problem := ui.ProblemOf(err)
		if problem.Status >= http.StatusInternalServerError {
			return err
		}
		for i, f := range problem.Fields {
			problem.Fields[i].Field = map[string]string{"entity": "ente", "text": "testo"}[f.Field]
		}
		return p.renderStatements(r, problem.Status, problem, c)
	}
	p.logAdministration(r, "privacy statement published", "")
	return r.Redirect("/amministrazione/informative?fatto=informativa")
}
