// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package auditor has the pages of auditors: the events of a ticket, its state and the queues at any moment, the dossier, and who
// read it.
package auditor

import (
	"embed"
	"html/template"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

//go:embed templates
var templateFiles embed.FS

// Pages are the pages of auditors: the events of a ticket, its state and the queues at any moment, the dossier, and who
// read it.
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

// Routes returns the pages' routes.
func (w *Pages) Routes() []ui.Route { return w.auditRoutes() }
