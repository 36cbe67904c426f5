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

// SupervisorPages are the pages of supervisors: the dashboard, and the tickets that its figures count.
type SupervisorPages struct{ *ui.UI }

// ExportRoute sends a list of unbounded length: no time limit ends it.
const ExportRoute = "GET /cruscotto/elenco.csv"

// NewSupervisorPages returns the pages of supervisors and adds their templates to u.
func NewSupervisorPages(u *ui.UI) (*SupervisorPages, error) {
	return &SupervisorPages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the pages' routes.
func (w *SupervisorPages) Routes() []ui.Route { return w.dashboardRoutes() }
