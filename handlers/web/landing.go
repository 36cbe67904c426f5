// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"github.com/sol-assistenza/sol/handlers/identity/idp"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

// landingData holds the ways to log in, beside user name, password and PIN.
type landingData struct{ Staff, Citizens []loginWay }

// landingPage shows the three boxes of FAQ 2.1 and 2.2: login, assistance form and documentation.
func (w *Web) landingPage(r *ui.Request) error {
	return w.Render(r, http.StatusOK, ui.Page{Template: "inizio", Title: "Assistenza ai servizi sanitari on line", Data: landingData{
		Staff: w.loginWays(idp.ForStaff, ""), Citizens: w.loginWays(idp.ForCitizens, ""),
	}})
}
