// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// landingPage shows the three boxes of FAQ 2.1 and 2.2: login, assistance form and documentation.
func (w *Web) landingPage(r *ui.Request) error {
	return w.Render(r, http.StatusOK, ui.Page{Template: "inizio", Title: "Assistenza ai servizi sanitari on line"})
}
