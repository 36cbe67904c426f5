// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package citizen serves the pages of citizens: the assistance forms and the citizen's own tickets. It reads and changes tickets through
// the application service only.
package citizen

import (
	"embed"
	"slices"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of citizens: the assistance forms and the citizen's own tickets.
type Pages struct{ *ui.UI }

// New returns the pages of citizens and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	return &Pages{u}, u.AddTemplates(templateFiles)
}

// Routes returns the routes of the pages of citizens.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.assistanceRoutes(), p.ownTicketRoutes(), p.lookRoutes())
}
