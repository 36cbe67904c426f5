// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "html/template"

// AuditorPages are the pages of auditors: the events of a ticket, its state and the queues at any moment, the dossier, and who
// read it.
type AuditorPages struct {
	*UI
	dossierTemplate *template.Template
}

// NewAuditorPages returns the pages of auditors and adds their templates to u.
func NewAuditorPages(u *UI) (*AuditorPages, error) {
	w := &AuditorPages{UI: u}
	var err error
	w.dossierTemplate, err = w.parseDossier()
	return w, err
}

// Routes returns the pages' routes.
func (w *AuditorPages) Routes() []Route { return w.auditRoutes() }
