// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package admin

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// relationNames holds the Italian names of the relations.
var relationNames = map[string]string{
	"own": "per sé", "entity": "del proprio ente", "region": "di tutti gli enti", "competent": "competente", "handed-to": "ricevuta in inoltro",
	"sender": "inoltrata alla Regione", "former": "già avuta", "trace": "già avuta, resta la traccia", "assignee": "in carico",
	"author": "ultima azione propria", "citizen": "propria richiesta", "every": "qualunque richiesta", "foreign": "altrui",
	"addressee": "testo per il proprio ente", "reader": "testo per chi vede la richiesta",
}

type rightsData struct {
	Version int
	Rows    []rightRow
}

type rightRow struct {
	Action           policy.Action
	Roles, Relations []string // Italian
}

// rightsPage shows the table of rights.
func (p *Pages) rightsPage(r *ui.Request) error {
	d := rightsData{Version: policy.Version}
	for _, right := range policy.Rights() {
		row := rightRow{Action: right.Action}
		for _, role := range right.Roles {
			name := ui.RoleNames[role]
			if name == "" {
				name = string(role)
			}
			row.Roles = append(row.Roles, name)
		}
		for _, relation := range right.Relations.Names() {
			row.Relations = append(row.Relations, relationNames[relation])
		}
		d.Rows = append(d.Rows, row)
	}
	return p.Render(r, http.StatusOK, ui.Page{Template: "diritti", Title: "Diritti", Breadcrumb: adminTrail, Data: d})
}
