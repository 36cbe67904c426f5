// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	_ "embed"
	"fmt"
	"io"
	"net/http"
)

var (
	//go:embed startup.html
	startupHTML string
	//go:embed startup.css
	startupCSS string
)

// StartupPage answers every request with status 503 while the service starts or the database is unreachable. The answer to a GET
// reloads itself every 5 s. The answer to a form does not, so that the browser's back button still leads to the form as typed.
func StartupPage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if r.URL.Path == "/avvio.css" {
		h.Set("Content-Type", "text/css; charset=utf-8")
		_, _ = io.WriteString(w, startupCSS) // the browser may have gone
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'")
	text := "Torna disponibile tra qualche secondo. Torni indietro con il browser e invii di nuovo: ciò che ha scritto è ancora lì."
	if r.Method == http.MethodGet {
		h.Set("Refresh", "5")
		text = "Torna disponibile tra qualche secondo: questa pagina riprova da sola. Niente di ciò che era stato inviato è andato perso."
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = fmt.Fprintf(w, startupHTML, text) // the browser may have gone
}
