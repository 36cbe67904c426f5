// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

const unusualPath = "/revisione/letture-insolite"

// unusualRoutes returns the routes of the findings of unusual reading, for data protection officers.
func (p *Pages) unusualRoutes() []ui.Route {
	return []ui.Route{
		{Pattern: "GET " + unusualPath, Access: ui.WithRole, Action: policy.ReadUnusual, Handle: p.unusualPage},
		{Pattern: "POST " + unusualPath + "/{finding}", Access: ui.WithRole, Action: policy.ReadUnusual, Handle: p.examine},
	}
}

type unusualData struct {
	Rules       []unusual.Rule
	Agreed      []string // names of the entities with an agreement whose findings the reader may see
	Rows        []unusualRow
	Examined    bool  // the page lists those that were examined
	Older       int64 // id before which the next page begins; 0: there is none
	IsLaterPage bool
	Typed       examination
	TypedIsLost bool // the finding of the refused form is not on the page
}

type unusualRow struct {
	ID                               int64
	Day, Rule, Who, EntityName, Link string
	Count                            int
	Text, ExaminedBy                 string // of one that was examined
	ExaminedAt                       time.Time
	IsErased                         bool
	IsTyped                          bool // the form was sent and refused
}

// examination is the form that marks a finding as examined, as typed.
type examination struct {
	ID   int64
	Text string
}

const unusualPageSize = 50

func (p *Pages) unusualPage(r *ui.Request) error {
	return p.renderUnusual(r, http.StatusOK, nil, examination{})
}

// examine marks a finding as examined. A refusal shows the page again with what was typed.
func (p *Pages) examine(r *ui.Request) error {
	id, _ := strconv.ParseInt(r.PathValue("finding"), 10, 64) // 0, which no finding has
	typed := examination{id, r.FormValue("esito")}
	err := answers.New(p.App).Examine(r.Context(), r.Caller, id, typed.Text)
	if err == nil {
		return r.Redirect(unusualPath + "?fatto=esaminata")
	}
	problem := ui.ProblemOf(err)
	if problem.Status != http.StatusUnprocessableEntity && problem.Status != http.StatusConflict {
		return err
	}
	for n := range problem.Fields {
		problem.Fields[n].Field, problem.Fields[n].Text = "esito", strings.Replace(problem.Fields[n].Text, "Testo:", "Esito:", 1)
	}
	return p.renderUnusual(r, problem.Status, problem, typed)
}

func (p *Pages) renderUnusual(r *ui.Request, status int, problem *ui.Problem, typed examination) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	d := unusualData{Rules: unusual.Rules(), IsLaterPage: before > 0, Examined: r.FormValue("esaminate") == "si", Typed: typed, TypedIsLost: typed.Text != ""}
	found, older, err := answers.New(p.App).UnusualPage(r.Context(), r.Caller, d.Examined, before, unusualPageSize)
	if err != nil {
		return err
	}
	d.Older = older
	agreements, err := p.App.Agreements.State(r.Context())
	if err != nil {
		return err
	}
	for _, e := range agreements.Entities(agreement.UnusualReading) {
		if policy.ReadsEverything(r.Caller.Actor) || e == r.Caller.Actor.Entity {
			d.Agreed = append(d.Agreed, p.EntityName(e))
		}
	}
	if d.Rows, err = p.unusualRows(r, found.Items, typed); err != nil {
		return err
	}
	for _, row := range d.Rows {
		d.TypedIsLost = d.TypedIsLost && !row.IsTyped
	}
	return p.Render(r, status, ui.Page{Template: "letture-insolite", Title: "Letture insolite", Breadcrumb: auditTrail, Problem: problem, Data: d})
}

// unusualRows converts findings, with the names of who read and of who examined.
func (p *Pages) unusualRows(r *ui.Request, found []answers.Unusual, typed examination) (rows []unusualRow, err error) {
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Account)
		if f.Examination != nil {
			ids = append(ids, f.Examination.By)
		}
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		row := unusualRow{
			ID: f.ID, Day: ui.FormatDate(f.Day), Rule: cmp.Or(f.Title, f.Rule), Who: cmp.Or(names[f.Account], f.Account), EntityName: p.EntityName(f.Entity), Count: f.Count,
			Link: recordsForm{Account: f.Account, From: f.Day, To: f.Day}.link("/revisione/consultazioni", 0), IsTyped: f.ID == typed.ID,
		}
		if e := f.Examination; e != nil {
			row.Text, row.ExaminedBy, row.ExaminedAt, row.IsErased = e.Text, cmp.Or(names[e.By], e.By), e.At, e.Erased
		}
		rows = append(rows, row)
	}
	return rows, nil
}
