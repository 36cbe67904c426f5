// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/middleware"
	"github.com/sol-assistenza/sol/handlers/sse"
	"github.com/sol-assistenza/sol/handlers/web/ui"
)

func (w *Web) eventsRoutes() []ui.Route {
	return []ui.Route{{Pattern: eventsRoute, Access: ui.Anyone, Handle: w.serveEvents}}
}

// serveEvents streams the changes that the reader may see; ui/static/script/stream.js applies them to the page. A client without a
// session gets an event "end" instead of an error status, because a browser would repeat a failed request for ever.
func (w *Web) serveEvents(r *ui.Request) error {
	if !policy.May(r.Session.Actor, policy.SubscribeToChanges) {
		sse.Refuse(r.Writer, sse.SessionEnded)
		return nil
	}
	from, err := w.App.ParsePosition(r.Context(), r.Caller, cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("dopo")))
	if err != nil {
		from = eventstore.Position{} // start at the head
	}
	at, err := w.liveUpdates.StartPosition(r.Context(), r.Caller, from)
	switch {
	case errors.Is(err, eventstore.ErrLostPosition): // the page shows what a restore lost
		sse.Refuse(r.Writer, sse.PositionLost)
		return nil
	case errors.Is(err, eventstore.ErrBeyondHead): // not a position of this log
		at, err = w.liveUpdates.StartPosition(r.Context(), r.Caller, eventstore.Position{})
	}
	if err != nil {
		return err
	}
	open := ticket.ID(r.FormValue("richiesta"))
	if open != "" && w.App.CheckVisible(r.Context(), r.Caller, open) != nil {
		open = "" // the page still shows a ticket that was handed over meanwhile: it gets all else
	}
	w.liveUpdates.Serve(r.Context(), r.Writer, sse.Client{Caller: r.Caller, Token: r.Token, OpenTicket: open}, at)
	return nil
}

func (w *Web) newLiveUpdates(heartbeat time.Duration) *sse.Streams {
	return &sse.Streams{
		App: w.App, TrackStream: w.Middleware.TrackStream, Heartbeat: cmp.Or(max(0, heartbeat), 15*time.Second), Closing: w.streamsContext,
		OnError: func(ctx context.Context, err error) {
			middleware.LogFailure(ctx, w.Log, "stream failed", err)
		},
	}
}
