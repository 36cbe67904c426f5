// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/handlers/web/ui"
)

const (
	eventsRoute    = "GET /eventi"
	requestTimeout = 90 * time.Second // enough for five attachments on a slow line
)

// setSecurityHeaders sets the headers of every page. No cache may keep a page, because pages are personal or change often.
func (w *Web) setSecurityHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Content-Security-Policy", ui.ContentSecurityPolicy)
	if w.isHTTPS() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// denyCrossOrigin refuses, with status 403, a form that another site sent.
func (w *Web) denyCrossOrigin(rw http.ResponseWriter, request *http.Request) {
	w.setSecurityHeaders(rw.Header())
	r := &ui.Request{Request: request, Writer: rw}
	p := &ui.Problem{Status: http.StatusForbidden, Title: "Modulo inviato da un altro sito", Text: "Per sicurezza accettiamo solo i moduli di queste pagine. Torni alla pagina iniziale e ricominci da lì: niente è stato modificato."}
	if err := w.Render(r, p.Status, ui.Page{Template: "errore", Title: p.Title, Problem: p}); err != nil {
		http.Error(rw, p.Title, p.Status)
	}
}
