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

// Pages are the pages of citizens: the assistance forms, and their own requests.
type Pages struct{ *ui.UI }

// New returns the pages of citizens and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	return &Pages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the pages' routes.
func (w *Pages) Routes() []ui.Route {
	return slices.Concat(w.assistanceRoutes(), w.ownTicketRoutes())
}
