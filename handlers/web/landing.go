// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

// landingPage has the three boxes of FAQ 2.1 and 2.2: reserved access, the assistance form, documentation.
func (w *Web) landingPage(v *Request) error {
	return w.Render(v, http.StatusOK, Page{Template: "inizio", Title: "Assistenza ai servizi sanitari on line"})
}
