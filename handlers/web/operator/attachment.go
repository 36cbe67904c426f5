// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// downloadAttachment sends the browser to an attachment of a ticket.
func (p *Pages) downloadAttachment(r *ui.Request) error {
	return p.SendToFile(r, ticketID(r), ticket.ID(r.PathValue("file")))
}

// previewData is the data of the page that shows one attachment.
type previewData struct {
	ticketview.File
	Ticket ticket.ID
	Number string
	Kind   string // as ui.PreviewKind
}

// previewPage shows one attachment, with a link back to its ticket. The browser loads the content with a request of its own.
func (p *Pages) previewPage(r *ui.Request) error {
	t, f, err := p.App.PreviewFile(r.Context(), r.Caller, ticketID(r), ticket.ID(r.PathValue("file")))
	if err != nil {
		return err
	}
	d := previewData{File: f, Ticket: t.ID, Number: t.Number, Kind: ui.PreviewKind(f)}
	r.Writer.Header().Set("Content-Security-Policy", ui.ContentSecurityPolicy+"; frame-src 'self'")
	return p.Render(r, http.StatusOK, ui.Page{
		Template: "allegato", Title: "Allegato", Data: d, Breadcrumb: []ui.Crumb{{Name: "Richiesta " + t.Number, Path: "/ticket/" + string(t.ID)}},
	})
}
