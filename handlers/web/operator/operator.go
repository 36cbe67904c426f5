// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package operator serves the pages on which operators work: queues, tickets, and changes to several tickets at once. Auditors read
// queues and tickets on the same pages.
package operator

import (
	"embed"
	"slices"

	"github.com/sol-assistenza/sol/handlers/app/readymade"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of operators.
type Pages struct {
	*ui.UI
	readymade *readymade.Texts
}

// New returns the pages of operators and adds their templates to u. Presence and drafts come from u.App.
func New(u *ui.UI) (*Pages, error) {
	p := &Pages{UI: u, readymade: readymade.Default()}
	return p, u.AddTemplates(templateFiles)
}

// Routes returns the routes of all pages.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.findRoutes(), p.queueRoutes(), p.ticketRoutes(), p.bulkRoutes())
}
