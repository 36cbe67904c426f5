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
	"github.com/sol-assistenza/sol/projections"
)

type ticketInput struct {
	ID    string    `path:"id" format:"uuid"`
	At    time.Time `query:"at" doc:"As it stood then, RFC 3339. What was erased since stays erased"`
	After string    `query:"after" example:"1.42" doc:"Position of an answer: what it told is contained in this one"`
}

type ticketAnswer struct {
	ETag string `header:"ETag" doc:"The version, for If-Match; none for the past"`
	Body projections.Ticket
}

type fileInput struct {
	ID         string `path:"id" format:"uuid"`
	Attachment string `path:"attachment" format:"uuid"`
}

type fileAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// ticket adds reading one ticket, and its attachments.
func (a *API) ticket() {
	register(a, endpoint{
		id: "get-ticket", method: http.MethodGet, path: "/api/v1/tickets/{id}", tag: "tickets",
		summary: "Read a ticket", description: "As the caller may see it, notes included. A ticket that is not yours is not there.",
		action: identity.ReadTicket, errors: []int{http.StatusNotFound},
	}, a.getTicket)
	register(a, endpoint{
		id: "get-attachment", method: http.MethodGet, path: "/api/v1/tickets/{id}/attachments/{attachment}", tag: "tickets",
		summary: "Fetch an attachment", description: "Of a text that the caller may read.",
		action: identity.ReadTicket, errors: []int{http.StatusNotFound, http.StatusGone},
		answers: map[string]*huma.Response{"200": {Description: "The file, with its own media type", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
	}, a.getFile)
}

func (a *API) getTicket(ctx context.Context, c caller, in *ticketInput) (*ticketAnswer, error) {
	if p, err := after("after", in.After); err != nil {
		return nil, err
	} else if in.After != "" {
		if err := a.reached(ctx, p); err != nil {
			return nil, err
		}
	}
	var at *time.Time
	if !in.At.IsZero() {
		if in.At.After(a.Store.Now()) {
			return nil, wrong("at", "is in the future", "a moment that has passed, RFC 3339")
		}
		at = &in.At
	}
	t, err := a.detail(ctx, c, ticket.ID(in.ID), at)
	if err != nil {
		return nil, err
	}
	out := &ticketAnswer{Body: t}
	if at == nil {
		out.ETag = etag(t.Version)
	}
	return out, nil
}

// detail is the ticket as the caller may see it, at a moment or now. It is folded from the log: never stale.
func (a *API) detail(ctx context.Context, c caller, id ticket.ID, at *time.Time) (projections.Ticket, error) {
	history, err := a.Desk.History(ctx, id)
	if err != nil {
		return projections.Ticket{}, err
	}
	now := a.Store.Now()
	if last := history[len(history)-1].At; last.After(now) {
		now = last // the database's clock may be ahead of ours: what it recorded has happened
	}
	if at != nil {
		now = *at
	}
	names, err := a.names(ctx, history)
	if err != nil {
		return projections.Ticket{}, err
	}
	t, ok := projections.Detail(c.viewer(), history, names, now)
	if !ok {
		return projections.Ticket{}, &ticket.NotYoursError{}
	}
	return t, nil
}

// names looks up everybody whom a history mentions, at once.
func (a *API) names(ctx context.Context, history []ticket.Recorded) (projections.Names, error) {
	seen := map[string]bool{}
	var ids []string
	mention := func(id string) {
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	var s ticket.State
	for _, r := range history {
		s = ticket.Evolve(s, r)
		mention(r.By.ID)
		mention(s.Assignee.Operator)
	}
	known, err := a.Identity.Names(ctx, ids)
	if err != nil {
		return projections.Names{}, err
	}
	head, _, err := a.Store.Head(ctx)
	if err != nil {
		return projections.Names{}, err
	}
	return projections.Names{Catalog: a.Catalog, Playbooks: a.Playbooks, Operator: func(id string) string { return known[id] }, Epoch: head.Epoch}, nil
}

func (a *API) getFile(ctx context.Context, c caller, in *fileInput) (*fileAnswer, error) {
	t, err := a.detail(ctx, c, ticket.ID(in.ID), nil)
	if err != nil {
		return nil, err
	}
	f, ok := find(t, ticket.ID(in.Attachment))
	if !ok {
		return nil, &ticket.NotYoursError{}
	}
	content, err := a.Store.ReadBlob(ctx, in.ID, in.Attachment)
	if err != nil {
		return nil, err
	}
	return &fileAnswer{
		ContentType: f.MediaType,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}),
		Policy:      "default-src 'none'; sandbox",
		Body:        content,
	}, nil
}

// find looks for an attachment among those that the viewer may read.
func find(t projections.Ticket, id ticket.ID) (projections.File, bool) {
	all := [][]projections.File{t.Attachments}
	for _, n := range t.Notes {
		all = append(all, n.Attachments)
	}
	for _, files := range all {
		for _, f := range files {
			if f.ID == id {
				return f, true
			}
		}
	}
	return projections.File{}, false
}
