// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/entrance"
	"github.com/sol-assistenza/sol/handlers/follow"
	"github.com/sol-assistenza/sol/handlers/identity"
)

func (w *Web) streamRoutes() []route {
	return []route{{pattern: streamRoute, by: anybody, serve: w.stream}}
}

// stream follows what the reader may see: static/script/stream.js tells the page. Who has no session is told that it is
// over, by an event as everything else: a browser would ask again for ever after a refusal, or call it an error.
func (w *Web) stream(v *visit) error {
	if !identity.Allows(v.session.Actor.Role, identity.FollowChanges) {
		follow.Over(v.rw)
		return nil
	}
	from, err := eventstore.ParsePosition(cmp.Or(v.Header.Get("Last-Event-ID"), v.FormValue("dopo")))
	if err != nil {
		from = eventstore.Position{} // now
	}
	at, err := w.streams.From(v.Context(), v.caller, from)
	if errors.Is(err, eventstore.ErrBeyondHead) { // of a log that is no more
		at, err = w.streams.From(v.Context(), v.caller, eventstore.Position{})
	}
	if err != nil {
		return err
	}
	w.streams.Follow(v.Context(), v.rw, follow.Client{Caller: v.caller, Token: v.token, Open: ticket.ID(v.FormValue("richiesta"))}, at)
	return nil
}

func (w *Web) newStreams() *follow.Streams {
	return &follow.Streams{
		Cases: w.cases, Notices: w.Notices, Presence: w.presence, Entrance: w.Entrance, Heartbeat: w.Heartbeat, Closing: w.closing,
		Failed: func(ctx context.Context, err error) {
			w.Log.LogAttrs(ctx, slog.LevelError, "stream failed", slog.String("request_id", entrance.RequestID(ctx)), slog.Any("error", err))
		},
	}
}
