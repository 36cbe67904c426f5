// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

type ticketInput struct {
	ID    string    `path:"id" format:"uuid"`
	At    time.Time `query:"at" doc:"Moment in the past, RFC 3339: the ticket as it was then. Data that was erased since stays erased"`
	After string    `query:"after" example:"1.42" doc:"Position of an earlier response, whose changes this response contains"`
}

type ticketOutput struct {
	ETag string `header:"ETag" doc:"The version, for If-Match; absent with at"`
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

// registerTicket adds the endpoints that read a ticket and its attachments.
func (a *API) registerTicket() {
	register(a, endpoint{
		id: "get-ticket", method: http.MethodGet, path: "/api/v1/tickets/{id}", tag: "tickets",
		summary: "Read a ticket", description: "The ticket with its notes, as the caller may see it. A ticket that the caller may not see is not found.",
		action: policy.ReadTicket, errorStatuses: []int{http.StatusNotFound, http.StatusGone},
	}, a.getTicket)
	register(a, endpoint{
		id: "get-attachment", method: http.MethodGet, path: "/api/v1/tickets/{id}/attachments/{attachment}", tag: "tickets",
		summary: "Read an attachment", description: "The attachment of a text that the caller may read.",
		action: policy.ReadTicket, errorStatuses: []int{http.StatusNotFound, http.StatusGone},
		responses: map[string]*huma.Response{"200": {Description: "The file, with its own media type", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, a.getFile)
}

func (a *API) getTicket(ctx context.Context, c caller, in *ticketInput) (*ticketOutput, error) {
	if p, err := a.parsePosition(ctx, c, "after", in.After); err != nil {
		return nil, err
	} else if in.After != "" {
		if err := a.App.Store.CheckPosition(ctx, p); err != nil {
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

// parseMoment returns the requested moment, nil for now. A moment in the future is a Problem of type invalid.
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
