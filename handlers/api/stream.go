// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/sse"
)

const streamRoute = "GET /api/v1/stream"

type streamInput struct {
	LastEventID string `header:"Last-Event-ID" doc:"Sent by browsers that come back: the stream goes on from there"`
	After       string `query:"after" example:"1.42" doc:"The same, for the first time; now if both are left out"`
	Ticket      string `query:"ticket" doc:"Id of the ticket that I have open: presence tells who else has"`
}

// What the contract calls the data of the stream's events.
type (
	StreamCounts        sse.Counts
	StreamTicket        sse.Ticket
	StreamNotifications sse.Notifications
	StreamPresence      sse.Presence
	StreamEnd           sse.End
)

// registerStream adds the server-sent events.
func (a *API) registerStream() {
	streams := &sse.Streams{
		App: a.App, Notifications: a.Notifications, TrackStream: a.Middleware.TrackStream, Heartbeat: a.Heartbeat, Closing: a.closing,
		OnError: func(ctx context.Context, err error) { _ = a.refuse(ctx, err) }, // logs it
	}
	registry := a.huma.OpenAPI().Components.Schemas
	one := func(t reflect.Type) *huma.Schema { return registry.Schema(t, true, "") }
	register(a, endpoint{
		id: "follow-changes", method: http.MethodGet, path: "/api/v1/stream", tag: "work",
		summary: "Changes as they happen",
		description: "Server-sent events: counts (my queues), ticket (one that I may see has changed), notification (how many notices I have not read), presence (who else has the ticket open that I name), end. Every id is a position to come back to: " +
			"nothing is missed, a change may come twice. Rights are checked at each push; the stream ends with the session.",
		action: identity.SubscribeToChanges,
		responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{OneOf: []*huma.Schema{one(reflect.TypeFor[StreamCounts]()), one(reflect.TypeFor[StreamTicket]()), one(reflect.TypeFor[StreamNotifications]()), one(reflect.TypeFor[StreamPresence]()), one(reflect.TypeFor[StreamEnd]())}},
		}}}},
	}, func(ctx context.Context, c caller, in *streamInput) (*huma.StreamResponse, error) {
		from := in.LastEventID
		if from == "" {
			from = in.After
		}
		p, err := parsePosition("Last-Event-ID", from)
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
