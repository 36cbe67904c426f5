// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

func (w *Web) documentRoutes() []route {
	about := func(name, title string) func(*visit) error {
		return func(v *visit) error {
			return w.render(v, http.StatusOK, page{name: name, title: title, trail: []crumb{{"Inizio", "/"}}, data: w.Documents})
		}
	}
	return []route{
		{pattern: "GET /documentazione", by: anybody, serve: about("documentazione", "Istruzioni per gli operatori")},
		{pattern: "GET /privacy", by: anybody, serve: about("privacy", "Informativa privacy")},
		{pattern: "GET /accessibilita", by: anybody, serve: about("accessibilita", "Accessibilità")},
	}
}

// Documents are where the body that runs the service has published what only it can say. Empty: it has not; the pages say so.
type Documents struct {
	Privacy       string // URL of the privacy notice
	Accessibility string // URL of the declaration made with AgID
	Feedback      string // URL or mailto: where obstacles are reported
}
