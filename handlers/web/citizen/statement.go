// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package citizen

import (
	"net/http"
	"strconv"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app/privacystatements"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// findStatement returns a version of the privacy statement of an authority, the one in force for version 0, and nil if there is none.
func (p *Pages) findStatement(r *ui.Request, entity string, version int) (*privacystatements.Statement, error) {
	if entity == "" {
		return nil, nil
	}
	n, found, err := p.App.Statements.Find(r.Context(), catalog.EntityCode(entity), version)
	if err != nil || !found {
		return nil, err
	}
	return &n, nil
}

// statementPage shows a version of the privacy statement of an authority. The assistance form asks for the part that it shows once an authority is
// chosen, which is empty if there is none.
func (p *Pages) statementPage(r *ui.Request) error {
	version, _ := strconv.Atoi(r.FormValue("versione"))
	n, err := p.findStatement(r, r.FormValue("ente"), version)
	if err != nil {
		return err
	}
	part := r.FormValue("parte") != ""
	if n == nil && !part {
		return &ticket.NotVisibleError{}
	}
	page := ui.Page{Template: "informativa", Title: "Informativa privacy", Breadcrumb: []ui.Crumb{{Name: "Inizio", Path: "/"}, {Name: "Privacy", Path: "/privacy"}}, Data: assistanceForm{Statement: n}}
	if part {
		page.Part = "statement"
	}
	return p.Render(r, http.StatusOK, page)
}
