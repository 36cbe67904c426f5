// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// AbortDownload logs err and closes the connection of a download that has begun, so that the browser reports the file as incomplete.
// It does not return: it panics with http.ErrAbortHandler.
func (u *UI) AbortDownload(r *Request, err error) error {
	u.Log.LogAttrs(r.Context(), slog.LevelWarn, "export aborted", slog.String("request_id", middleware.RequestID(r.Context())), slog.Any("error", err))
	panic(http.ErrAbortHandler)
}

// ContentSecurityPolicy allows scripts, styles and forms of this service only, none of them inline. Images and fonts may also be data
// URLs, images also blob URLs.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// SendFile sends an attachment as a download that browsers do not execute. If show, browsers show images, PDFs and plain text, such as an
// original mail.
func (r *Request) SendFile(f ticketview.File, content []byte, show bool) {
	h, disposition := r.Writer.Header(), "attachment"
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if show && (PreviewKind(f) != "" || strings.HasPrefix(f.MediaType, "text/plain")) {
		disposition = "inline"
		if f.MediaType == pdfType { // a browser's PDF viewer is sandboxed by itself and does not work inside another sandbox
			h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
			h.Set("X-Frame-Options", "SAMEORIGIN")
		}
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Accept-Ranges", "none") // a file is drawn anew at each request
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	_, _ = r.Writer.Write(content) // the browser may have gone
}

const pdfType = "application/pdf"

// PreviewKind returns the kind of preview for a file: "image", "pdf", or "" for one that can only be downloaded, or may do more than show its content.
func PreviewKind(f ticketview.File) string {
	switch {
	case f.Contains != "":
	case f.MediaType == pdfType:
		return "pdf"
	case strings.HasPrefix(f.MediaType, "image/"):
		return "image"
	}
	return ""
}
