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

func (w *Web) attachment(v *visit) error {
	f, content, err := w.file(v)
	if err != nil {
		return err
	}
	v.send(f, content)
	return nil
}

// send gives a file as one to be kept, never to be run: whoever sent it is not us. Pictures and PDFs are shown when a page of
// ours asks for them.
func (v *visit) send(f projections.File, content []byte) {
	h, how := v.rw.Header(), "attachment"
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if v.URL.Query().Has("mostra") && previewed(f.MediaType) != "" {
		how = "inline"
		if f.MediaType == pdf { // a browser's reader of PDFs does not work inside a sandbox: it is one itself
			h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
			h.Set("X-Frame-Options", "SAMEORIGIN")
		}
	}
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": f.Name}))
	_, _ = v.rw.Write(content) // the browser may have gone
}

func (w *Web) file(v *visit) (projections.File, []byte, error) {
	id, err := v.ticket()
	if err != nil {
		return projections.File{}, nil, err
	}
	return w.cases.File(v.Context(), v.caller, id, ticket.ID(v.PathValue("file")))
}

const pdf = "application/pdf"

// previewed is how a page shows files of a kind: "image", "pdf", or "" for those that are only downloaded.
func previewed(mediaType string) string {
	switch {
	case mediaType == pdf:
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
	As     string
}

// preview shows an attachment, with the way back to its ticket. The content comes to it by itself.
func (w *Web) preview(v *visit) error {
	t, err := w.readTicket(v)
	if err != nil {
		return err
	}
	all := t.Files()
	i := slices.IndexFunc(all, func(f projections.File) bool { return f.ID == ticket.ID(v.PathValue("file")) })
	if i < 0 {
		return &ticket.NotYoursError{}
	}
	f := all[i]
	d := previewData{File: f, Ticket: t.ID, Number: t.Number, As: previewed(f.MediaType)}
	v.rw.Header().Set("Content-Security-Policy", policy+"; frame-src 'self'")
	return w.render(v, http.StatusOK, page{
		name: "allegato", title: "Allegato", data: d, trail: []crumb{{"Richiesta " + t.Number, "/ticket/" + string(t.ID)}},
	})
}
