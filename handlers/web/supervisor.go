// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

// SupervisorPages are the pages of supervisors: the dashboard, and the tickets that its figures count.
type SupervisorPages struct{ *UI }

// ExportRoute sends a list of unbounded length: no time limit ends it.
const ExportRoute = "GET /cruscotto/elenco.csv"

// NewSupervisorPages returns the pages of supervisors and adds their templates to u.
func NewSupervisorPages(u *UI) (*SupervisorPages, error) { return &SupervisorPages{u}, nil }

// Routes returns the pages' routes.
func (w *SupervisorPages) Routes() []Route { return w.dashboardRoutes() }
