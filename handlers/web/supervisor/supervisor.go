// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package supervisor serves the pages of supervisors: the dashboard, and the drill-down of each figure. It only reads.
package supervisor

import (
	"embed"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of supervisors: the dashboard, and the drill-down of each figure.
type Pages struct{ *ui.UI }

// ExportRoute is the route of the drill-down as a CSV file. The list has no maximum length, so the router sets no time limit.
const ExportRoute = "GET /cruscotto/elenco.csv"

// New returns the pages of supervisors and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	return &Pages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the routes of the pages of supervisors.
func (p *Pages) Routes() []ui.Route { return p.dashboardRoutes() }
