// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "slices"

// CitizenPages are the pages of citizens: the assistance forms, and their own requests.
type CitizenPages struct{ *UI }

// NewCitizenPages returns the pages of citizens and adds their templates to u.
func NewCitizenPages(u *UI) (*CitizenPages, error) { return &CitizenPages{u}, nil }

// Routes returns the pages' routes.
func (w *CitizenPages) Routes() []Route {
	return slices.Concat(w.assistanceRoutes(), w.ownTicketRoutes())
}
