// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"cmp"
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

type rightsData struct {
	Version int
	Rows    []rightRow
}

type rightRow struct {
	Action           policy.Action
	Name             string   // Italian
	Roles, Relations []string // Italian
}

// rightsPage shows the table of rights.
func (p *Pages) rightsPage(r *ui.Request) error {
	d := rightsData{Version: policy.Version}
	for _, right := range policy.Rights() {
		row := rightRow{Action: right.Action, Name: cmp.Or(actionNames[right.Action], string(right.Action))}
		for _, role := range right.Roles {
			row.Roles = append(row.Roles, cmp.Or(ui.RoleNames[role], otherRoleNames[role], string(role)))
		}
		for _, relation := range right.Relations.Names() {
			row.Relations = append(row.Relations, cmp.Or(relationNames[relation], relation))
		}
		d.Rows = append(d.Rows, row)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "diritti", Title: "Diritti", Breadcrumb: adminTrail, Data: d})
}
