// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

func (w *Web) documentRoutes() []Route {
	about := func(name, title string) func(*Request) error {
		return func(v *Request) error {
			return w.Render(v, http.StatusOK, Page{Template: name, Title: title, Breadcrumb: []Crumb{{Name: "Inizio", Path: "/"}}, Data: w.Documents})
		}
	}
	return []Route{
		{Pattern: "GET /documentazione", Access: Anyone, Handle: about("documentazione", "Istruzioni per gli operatori")},
		{Pattern: "GET /privacy", Access: Anyone, Handle: about("privacy", "Informativa privacy")},
		{Pattern: "GET /accessibilita", Access: Anyone, Handle: about("accessibilita", "Accessibilità")},
	}
}
