// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// documentRoutes returns the routes of the operators' instructions, the privacy notice and the page about accessibility.
func (w *Web) documentRoutes() []ui.Route {
	page := func(name, title string) func(*ui.Request) error {
		return func(r *ui.Request) error {
			return w.Render(r, http.StatusOK, ui.Page{Template: name, Title: title, Breadcrumb: []ui.Crumb{{Name: "Inizio", Path: "/"}}, Data: w.Documents})
		}
	}
	return []ui.Route{
		{Pattern: "GET /documentazione", Access: ui.Anyone, Handle: page("documentazione", "Istruzioni per gli operatori")},
		{Pattern: "GET /privacy", Access: ui.Anyone, Handle: page("privacy", "Informativa privacy")},
		{Pattern: "GET /accessibilita", Access: ui.Anyone, Handle: page("accessibilita", "Accessibilità")},
	}
}
