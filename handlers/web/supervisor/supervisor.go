// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package supervisor has the pages of supervisors: the dashboard, and the tickets that its figures count.
package supervisor

import (
	"embed"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages are the pages of supervisors: the dashboard, and the tickets that its figures count.
type Pages struct{ *ui.UI }

// ExportRoute sends a list of unbounded length: no time limit ends it.
const ExportRoute = "GET /cruscotto/elenco.csv"

// New returns the pages of supervisors and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	return &Pages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the pages' routes.
func (w *Pages) Routes() []ui.Route { return w.dashboardRoutes() }
