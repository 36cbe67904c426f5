// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

type ticketInput struct {
	ID    string    `path:"id" format:"uuid"`
	At    time.Time `query:"at" doc:"As it stood then, RFC 3339. What was erased since stays erased"`
	After string    `query:"after" example:"1.42" doc:"Position of an answer: what it told is contained in this one"`
}

type ticketOutput struct {
	ETag string `header:"ETag" doc:"The version, for If-Match; none for the past"`
	Body ticketview.Ticket
}

type fileInput struct {
	ID         string `path:"id" format:"uuid"`
	Attachment string `path:"attachment" format:"uuid"`
}

type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// registerTicket adds reading one ticket, and its attachments.
func (a *API) registerTicket() {
	register(a, endpoint{
		id: "get-ticket", method: http.MethodGet, path: "/api/v1/tickets/{id}", tag: "tickets",
		summary: "Read a ticket", description: "As the caller may see it, notes included. A ticket that is not yours is not there.",
		action: identity.ReadTicket, errorStatuses: []int{http.StatusNotFound},
	}, a.getTicket)
	register(a, endpoint{
		id: "get-attachment", method: http.MethodGet, path: "/api/v1/tickets/{id}/attachments/{attachment}", tag: "tickets",
		summary: "Fetch an attachment", description: "Of a text that the caller may read.",
		action: identity.ReadTicket, errorStatuses: []int{http.StatusNotFound, http.StatusGone},
		responses: map[string]*huma.Response{"200": {Description: "The file, with its own media type", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, a.getFile)
}

func (a *API) getTicket(ctx context.Context, c caller, in *ticketInput) (*ticketOutput, error) {
	if p, err := parsePosition("after", in.After); err != nil {
		return nil, err
	} else if in.After != "" {
		if err := a.checkReached(ctx, p); err != nil {
			return nil, err
		}
	}
	at, err := a.parseMoment(in.At)
	if err != nil {
		return nil, err
	}
	t, err := a.App.Ticket(ctx, c.Caller, ticket.ID(in.ID), at)
	if err != nil {
		return nil, err
	}
	out := &ticketOutput{Body: t}
	if at == nil {
		out.ETag = etag(t.Version)
	}
	return out, nil
}

// parseMoment is the past that is asked for; nil: now.
func (a *API) parseMoment(at time.Time) (*time.Time, error) {
	switch {
	case at.IsZero():
		return nil, nil
	case at.After(a.App.Store.Now()):
		return nil, invalidField("at", "is in the future", "a moment that has passed, RFC 3339")
	}
	return &at, nil
}

func (a *API) getFile(ctx context.Context, c caller, in *fileInput) (*fileOutput, error) {
	f, content, err := a.App.ReadFile(ctx, c.Caller, ticket.ID(in.ID), ticket.ID(in.Attachment))
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: f.MediaType,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
		Policy:      "default-src 'none'; sandbox",
		Body:        content,
	}, nil
}
