// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package auditor serves the pages of auditors: a ticket's events, its state and the queues at any moment, the dossier, and the access
// records. It only reads; reading a ticket here is recorded as an access.
package auditor

import (
	"embed"
	"html/template"
	"slices"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages serves the pages of auditors: a ticket's events, its state and the queues at any moment, the dossier, and the access records.
type Pages struct {
	*ui.UI
	dossierTemplate *template.Template
}

// New returns the pages of auditors and adds their templates to u.
func New(u *ui.UI) (*Pages, error) {
	w := &Pages{UI: u}
	var err error
	if w.dossierTemplate, err = w.parseDossier(); err != nil {
		return nil, err
	}
	return w, u.AddTemplates(templateFiles)
}

// Routes returns the routes of the pages of auditors.
func (p *Pages) Routes() []ui.Route {
	return slices.Concat(p.auditRoutes(), p.accountRoutes(), p.keyRoutes(), p.recordRoutes(), p.unusualRoutes())
}
