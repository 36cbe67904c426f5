// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"sync"
)

// AdminPages are the pages of administrators: accounts and placements, the catalogue, playbooks, automations, and messages.
type AdminPages struct {
	*UI
	simulating sync.Mutex // one simulation at a time
}

// NewAdminPages returns the pages of administrators and adds their templates to u.
func NewAdminPages(u *UI) (*AdminPages, error) {
	return &AdminPages{UI: u}, nil
}

// Routes returns the pages' routes.
func (w *AdminPages) Routes() []Route {
	return slices.Concat(w.adminRoutes(), w.peopleRoutes(), w.automationRoutes(), w.outboxRoutes())
}
