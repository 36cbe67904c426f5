// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections"
)

func (w *Web) downloadAttachment(v *Request) error {
	f, content, err := w.readFile(v)
	if err != nil {
		return err
	}
	v.SendFile(f, content)
	return nil
}

// SendFile gives a file as one to be kept, never to be run: whoever sent it is not us. Pictures and PDFs are shown when a page of
// ours asks for them.
func (v *Request) SendFile(f projections.File, content []byte) {
	h, how := v.Writer.Header(), "attachment"
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if v.URL.Query().Has("mostra") && PreviewKind(f.MediaType) != "" {
		how = "inline"
		if f.MediaType == pdfType { // a browser's reader of PDFs does not work inside a sandbox: it is one itself
			h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
			h.Set("X-Frame-Options", "SAMEORIGIN")
		}
	}
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
	_, _ = v.Writer.Write(content) // the browser may have gone
}

func (w *Web) readFile(v *Request) (projections.File, []byte, error) {
	id, err := v.ticketID()
	if err != nil {
		return projections.File{}, nil, err
	}
	return w.cases.ReadFile(v.Context(), v.Caller, id, ticket.ID(v.PathValue("file")))
}

const pdfType = "application/pdf"

// PreviewKind is how a page shows files of a kind: "image", "pdf", or "" for those that are only downloaded.
func PreviewKind(mediaType string) string {
	switch {
	case mediaType == pdfType:
		return "pdf"
	case strings.HasPrefix(mediaType, "image/"):
		return "image"
	}
	return ""
}

// previewData is one attachment on a page of its own.
type previewData struct {
	projections.File
	Ticket ticket.ID
	Number string
	Kind   string
}

// previewPage shows an attachment, with the way back to its ticket. The content comes to it by itself.
func (w *Web) previewPage(v *Request) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	all := t.Files()
	i := slices.IndexFunc(all, func(f projections.File) bool { return f.ID == ticket.ID(v.PathValue("file")) })
	if i < 0 {
		return &ticket.NotVisibleError{}
	}
	f := all[i]
	d := previewData{File: f, Ticket: t.ID, Number: t.Number, Kind: PreviewKind(f.MediaType)}
	v.Writer.Header().Set("Content-Security-Policy", ContentSecurityPolicy+"; frame-src 'self'")
	return w.Render(v, http.StatusOK, Page{
		Template: "allegato", Title: "Allegato", Data: d, Breadcrumb: []Crumb{{"Richiesta " + t.Number, "/ticket/" + string(t.ID)}},
	})
}
