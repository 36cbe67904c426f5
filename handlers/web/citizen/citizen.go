// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package citizen has the pages of citizens: the assistance forms, and their own requests.
package citizen

import (
	"embed"
	"slices"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// CitizenPages are the pages of citizens: the assistance forms, and their own requests.
type CitizenPages struct{ *ui.UI }

// NewCitizenPages returns the pages of citizens and adds their templates to u.
func NewCitizenPages(u *ui.UI) (*CitizenPages, error) {
	return &CitizenPages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the pages' routes.
func (w *CitizenPages) Routes() []ui.Route {
	return slices.Concat(w.assistanceRoutes(), w.ownTicketRoutes())
}
