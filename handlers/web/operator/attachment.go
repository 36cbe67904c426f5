// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package operator

import (
	"net/http"
	"slices"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/web/ui"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

func (p *Pages) downloadAttachment(r *ui.Request) error {
	f, content, err := p.readFile(r)
	if err != nil {
		return err
	}
	r.SendFile(f, content)
	return nil
}

func (p *Pages) readFile(r *ui.Request) (ticketview.File, []byte, error) {
	id, err := ticketID(r)
	if err != nil {
		return ticketview.File{}, nil, err
	}
	return p.App.ReadFile(r.Context(), r.Caller, id, ticket.ID(r.PathValue("file")))
}

// previewData is one attachment on a page of its own.
type previewData struct {
	ticketview.File
	Ticket ticket.ID
	Number string
	Kind   string
}

// previewPage shows an attachment, with the way back to its ticket. The content comes to it by itself.
func (p *Pages) previewPage(r *ui.Request) error {
	t, err := p.readTicket(r)
	if err != nil {
		return err
	}
	all := t.Files()
	i := slices.IndexFunc(all, func(f ticketview.File) bool { return f.ID == ticket.ID(r.PathValue("file")) })
	if i < 0 {
		return &ticket.NotVisibleError{}
	}
	f := all[i]
	d := previewData{File: f, Ticket: t.ID, Number: t.Number, Kind: ui.PreviewKind(f.MediaType)}
	r.Writer.Header().Set("Content-Security-Policy", ui.ContentSecurityPolicy+"; frame-src 'self'")
	return p.Render(r, http.StatusOK, ui.Page{
		Template: "allegato", Title: "Allegato", Data: d, Breadcrumb: []ui.Crumb{{Name: "Richiesta " + t.Number, Path: "/ticket/" + string(t.ID)}},
	})
}
