// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import "net/http"

// landing has the three boxes of FAQ 2.1 and 2.2: reserved access, the assistance form, documentation.
func (w *Web) landing(v *visit) error {
	return w.render(v, http.StatusOK, page{name: "inizio", title: "Assistenza ai servizi sanitari on line"})
}
