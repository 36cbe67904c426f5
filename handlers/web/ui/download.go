// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// AbortDownload breaks the connection of a download that has begun, so that the browser does not take the file for complete.
func (u *UI) AbortDownload(r *Request, err error) error {
	u.Log.LogAttrs(r.Context(), slog.LevelWarn, "export aborted", slog.String("request_id", middleware.RequestID(r.Context())), slog.Any("error", err))
	panic(http.ErrAbortHandler)
}

// ContentSecurityPolicy allows only this service's scripts, styles, images and forms: nothing inline, no third party.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// SendFile sends an attachment as a download that browsers do not run. With the parameter «mostra» pictures and PDFs are shown in the
// page.
func (r *Request) SendFile(f ticketview.File, content []byte) {
	h, how := r.Writer.Header(), "attachment"
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if r.URL.Query().Has("mostra") && PreviewKind(f.MediaType) != "" {
		how = "inline"
		if f.MediaType == pdfType { // a browser's reader of PDFs does not work inside a sandbox: it is one itself
			h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
			h.Set("X-Frame-Options", "SAMEORIGIN")
		}
	}
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
	_, _ = r.Writer.Write(content) // the browser may have gone
}

const pdfType = "application/pdf"

// PreviewKind returns how a page shows files of a media type: "image", "pdf", or "" for those that are only downloaded.
func PreviewKind(mediaType string) string {
	switch {
	case mediaType == pdfType:
		return "pdf"
	case strings.HasPrefix(mediaType, "image/"):
		return "image"
	}
	return ""
}
