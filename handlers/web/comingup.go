// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	_ "embed"
	"net/http"
)

//go:embed comingup.html
var comingUp []byte

// ComingUp answers people while there is nothing behind the address yet, or the database is away: a page that needs
// nothing, and asks again by itself.
func ComingUp(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Refresh", "5")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(comingUp) // the browser may have gone
}
