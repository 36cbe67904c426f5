// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package auditor

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/app/answers"
	"github.com/sol-assistenza/sol/handlers/app/unusual"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// unusualRoutes returns the route of the findings of unusual reading, for data protection officers.
func (p *Pages) unusualRoutes() []ui.Route {
	return []ui.Route{{Pattern: "GET /revisione/letture-insolite", Access: ui.WithRole, Action: policy.ReadUnusual, Handle: p.unusualPage}}
}

type unusualData struct {
	Rules       []unusual.Rule
	Agreed      []string // names of the entities with an agreement whose findings the reader may see
	Rows        []unusualRow
	NextBefore  int64
	IsLaterPage bool
}

type unusualRow struct {
	Day, Rule, Explanation, Who, EntityName, Link string
	Count                                         int
}

const unusualPageSize = 50

func (p *Pages) unusualPage(r *ui.Request) error {
	before, _ := strconv.ParseInt(r.FormValue("prima"), 10, 64) // a text that is not a number shows the newest page
	d := unusualData{Rules: unusual.Rules(), IsLaterPage: before > 0}
	found, err := answers.New(p.App).Unusual(r.Context(), r.Caller, before, unusualPageSize+1)
	if err != nil {
		return err
	}
	if len(found) > unusualPageSize {
		found = found[:unusualPageSize]
		d.NextBefore = found[unusualPageSize-1].ID
	}
	agreements, err := p.App.Agreements.State(r.Context())
	if err != nil {
		return err
	}
	for _, e := range agreements.Entities(agreement.UnusualReading) {
		if policy.ReadsEverything(r.Caller.Actor) || e == r.Caller.Actor.Entity {
			d.Agreed = append(d.Agreed, p.EntityName(e))
		}
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Person)
	}
	names, err := p.Identity.Names(r.Context(), r.Caller.Viewer().Reader(), ids)
	if err != nil {
		return err
	}
	for _, f := range found {
		rule, _ := unusual.FindRule(f.Rule)
		day := f.Day.Format(time.DateOnly)
		d.Rows = append(d.Rows, unusualRow{
			Day: ui.FormatDate(day), Rule: cmp.Or(rule.Title, f.Rule), Explanation: rule.Explanation, Who: cmp.Or(names[f.Person], f.Person), EntityName: p.EntityName(f.Entity), Count: f.Count,
			Link: recordsForm{Account: f.Person, From: day, To: day}.link("/revisione/consultazioni", 0),
		})
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "letture-insolite", Title: "Letture insolite", Breadcrumb: auditTrail, Data: d})
}
