// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/sse"
)

const (
	streamRoute   = "GET /api/v1/stream"
	followChanges = "follow-changes" // id of the operation
)

type streamInput struct {
	LastEventID string `header:"Last-Event-ID" doc:"Sent by browsers that reconnect: the stream continues after this position"`
	After       string `query:"after" example:"1.42" doc:"The same for the first connection; without both the stream begins now"`
	Ticket      string `query:"ticket" doc:"Id of the ticket that I have open: presence events name the others who have it open"`
}

// The names of the data of the stream's events in the OpenAPI document.
type (
	StreamCounts        sse.Counts
	StreamTicket        sse.Ticket
	StreamNotifications sse.Notifications
	StreamPresence      sse.Presence
	StreamEnd           sse.End
)

// registerStream adds the endpoint of live updates (server-sent events).
func (a *API) registerStream() {
	streams := &sse.Streams{
		App: a.App, TrackStream: a.Middleware.TrackStream, Heartbeat: a.Heartbeat, Closing: a.closing,
		OnError: func(ctx context.Context, err error) { _ = a.refuse(ctx, err) }, // logs it
	}
	registry := a.huma.OpenAPI().Components.Schemas
	schemaOf := func(t reflect.Type) *huma.Schema { return registry.Schema(t, true, "") }
	register(a, endpoint{
		id: followChanges, method: http.MethodGet, path: "/api/v1/stream", tag: "work",
		summary: "Live updates",
		description: "Server-sent events: counts (my queues), ticket (a ticket that I may see has changed), notification (number of my unread notifications), presence (who else has the named ticket open), files (a file of the named ticket may have been scanned for malicious software), end. Every id is a position from which a " +
			"client can reconnect: it misses no change, and can get a change twice. Rights are checked before each event; the stream ends with the session.",
		action: policy.SubscribeToChanges, errorStatuses: []int{http.StatusGone, http.StatusNotFound},
		responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{OneOf: []*huma.Schema{schemaOf(reflect.TypeFor[StreamCounts]()), schemaOf(reflect.TypeFor[StreamTicket]()), schemaOf(reflect.TypeFor[StreamNotifications]()), schemaOf(reflect.TypeFor[StreamPresence]()), schemaOf(reflect.TypeFor[StreamEnd]())}},
		}}}},
	}, func(ctx context.Context, c caller, in *streamInput) (*huma.StreamResponse, error) {
		if in.Ticket != "" {
			if err := a.App.CheckVisible(ctx, c.Caller, ticket.ID(in.Ticket)); err != nil {
				return nil, err
			}
		}
		from := in.LastEventID
		if from == "" {
			from = in.After
		}
		p, err := a.parsePosition(ctx, c, "Last-Event-ID", from)
		if err != nil {
			return nil, err
		}
		if p, err = streams.StartPosition(ctx, c.Caller, p); err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			streams.Serve(ctx, w, sse.Client{Caller: c.Caller, Token: c.token, OpenTicket: ticket.ID(in.Ticket)}, p)
		}}, nil
	})
}
