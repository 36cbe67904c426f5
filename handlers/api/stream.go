// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/handlers/notice"
	"github.com/sol-assistenza/sol/projections"
)

const (
	streamRoute = "GET /api/v1/stream"
	streamPage  = 500              // changes read at a time
	writeWithin = 10 * time.Second // or the client is taken for gone
	settle      = 100 * time.Millisecond
)

type streamInput struct {
	LastEventID string `header:"Last-Event-ID" doc:"Sent by browsers that come back: the stream goes on from there"`
	After       string `query:"after" example:"1.42" doc:"The same, for the first time; now if both are left out"`
}

// StreamCounts is the data of an event named counts: sent at the beginning, and when a count has changed.
type StreamCounts struct {
	Items    []projections.Queue `json:"items"`
	Position string              `json:"position"`
}

// StreamTicket is the data of an event named ticket: one that I may see has changed.
type StreamTicket struct {
	ID       ticket.ID `json:"id"`
	Type     string    `json:"type" doc:"The event's name"`
	At       time.Time `json:"at"`
	Position string    `json:"position"`
}

// StreamNotices is the data of an event named notification: sent at the beginning, and when I have something new to read or
// have read it.
type StreamNotices struct {
	Unread int            `json:"unread"`
	Latest *notice.Notice `json:"latest,omitempty" doc:"The newest that I have not read"`
}

// StreamEnd is the data of an event named end, the last one.
type StreamEnd struct {
	Reason string `json:"reason" enum:"session-ended,shutdown" doc:"After shutdown come back; after session-ended log in"`
}

// stream adds the server-sent events.
func (a *API) stream() {
	registry := a.huma.OpenAPI().Components.Schemas
	one := func(t reflect.Type) *huma.Schema { return registry.Schema(t, true, "") }
	register(a, endpoint{
		id: "follow-changes", method: http.MethodGet, path: "/api/v1/stream", tag: "work",
		summary: "Changes as they happen",
		description: "Server-sent events: counts (my queues), ticket (one that I may see has changed), notification (how many notices I have not read), end. Every id is a position to come back to: " +
			"nothing is missed, a change may come twice. Rights are checked at each push; the stream ends with the session.",
		action: identity.FollowChanges,
		answers: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{OneOf: []*huma.Schema{one(reflect.TypeFor[StreamCounts]()), one(reflect.TypeFor[StreamTicket]()), one(reflect.TypeFor[StreamNotices]()), one(reflect.TypeFor[StreamEnd]())}},
		}}}},
	}, func(ctx context.Context, c caller, in *streamInput) (*huma.StreamResponse, error) {
		from := in.LastEventID
		if from == "" {
			from = in.After
		}
		p, err := after("Last-Event-ID", from)
		if err != nil {
			return nil, err
		}
		if p, err = a.resumed(ctx, p); err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			f := &follower{api: a, caller: c, w: w, rc: http.NewResponseController(w), at: p, sent: map[int64]bool{}}
			f.run(ctx)
		}}, nil
	})
}

// follower is one open stream.
type follower struct {
	api    *API
	caller caller
	w      http.ResponseWriter
	rc     *http.ResponseController
	at     eventstore.Position // where a client that comes back goes on
	seen   int64               // the read models have passed it
	sent   map[int64]bool      // changes after at that were sent already: one before them is still held

	counts  []projections.Queue // as sent last
	counted time.Time
	notices *StreamNotices  // as sent last
	looked  time.Time       // at the notices,
	changed <-chan struct{} // and closed when they may be others since
}

// run pushes until the client, the session or the service goes.
func (f *follower) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(f.api.closing, cancel)()
	defer f.api.Entrance.Following()()

	h := f.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	f.w.WriteHeader(http.StatusOK)
	if f.write("retry: 2000\n\n") != nil { // milliseconds until a browser comes back
		return
	}
	for {
		again, err := f.push(ctx)
		switch {
		case f.api.closing.Err() != nil:
			_ = f.event("end", StreamEnd{"shutdown"}) // the client may have gone
			return
		case errors.Is(err, identity.ErrNoSession):
			_ = f.event("end", StreamEnd{"session-ended"}) // the client may have gone
			return
		case ctx.Err() != nil || errors.Is(err, errGone):
			return
		case err != nil:
			_ = f.api.refuse(ctx, fmt.Errorf("stream: %w", err)) // logs it; the client comes back by itself
			return
		}
		f.pause(ctx, again)
	}
}

// pause ends when the read models have something new, or it is time to look again. It is never shorter than settle:
// what happens in a burst is pushed together.
func (f *follower) pause(ctx context.Context, most time.Duration) {
	ctx, stop := context.WithTimeout(ctx, most)
	defer stop()
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return
	}
	select {
	case <-f.api.Store.Grown(f.seen):
	case <-f.changed:
	case <-ctx.Done():
		return
	}
	head, _, err := f.api.Store.Head(ctx)
	if err != nil {
		return // the next push meets it too, and says so
	}
	if late, err := f.api.Reader.Wait(ctx, head); err == nil && !late {
		f.seen = head.N
	}
}

// push sends what is new, after looking whether the caller may still see it. It tells when to look again.
func (f *follower) push(ctx context.Context) (again time.Duration, err error) {
	if f.caller.Link == "" {
		s, err := f.api.Identity.Check(ctx, f.caller.token)
		if err != nil {
			return 0, err
		}
		if !identity.Allows(s.Actor.Role, identity.FollowChanges) {
			return 0, identity.ErrNoSession
		}
	}
	if err := f.notify(ctx); err != nil {
		return 0, err
	}
	again = f.api.Heartbeat
	news := false
	for more := true; more; {
		changes, err := f.api.Reader.Changes(ctx, f.caller.Viewer(), f.at.N, streamPage)
		if err != nil {
			return 0, err
		}
		if err := f.tickets(changes); err != nil {
			return 0, err
		}
		if !changes.HeldUntil.IsZero() {
			again = min(again, max(changes.HeldUntil.Sub(f.api.Store.Past()), settle))
		}
		more, news = len(changes.Items) >= streamPage, news || len(changes.Items) > 0
	}
	if !news && time.Since(f.counted) < f.api.Heartbeat {
		return again, nil
	}
	return again, f.count(ctx)
}

// notify sends how many notices wait, if they are others than those sent last. Whoever comes back is told anew.
func (f *follower) notify(ctx context.Context) error {
	if f.caller.Link != "" || !identity.Allows(f.caller.Actor.Role, identity.ReadNotices) {
		return nil
	}
	select {
	case <-f.changed:
	default:
		if time.Since(f.looked) < f.api.Heartbeat {
			return nil
		}
	}
	f.looked, f.changed = time.Now(), f.api.Notices.Changed(f.caller.Actor) // before it looks, so that nothing falls in between
	page, err := f.api.Notices.List(ctx, f.caller.Actor, true, "", 1)
	if err != nil {
		return err
	}
	now := StreamNotices{Unread: page.Unread}
	if len(page.Items) > 0 {
		now.Latest = &page.Items[0]
	}
	if reflect.DeepEqual(&now, f.notices) {
		return nil
	}
	f.notices = &now
	return f.event("notification", now)
}

// count sends the counts if they are others than those sent last, and else a sign of life.
func (f *follower) count(ctx context.Context) error {
	queues, at, err := f.api.Reader.Queues(ctx, f.caller.Viewer())
	if err != nil {
		return err
	}
	f.counted = time.Now()
	if f.counts != nil && slices.Equal(queues, f.counts) {
		return f.write(": here\n\n")
	}
	f.counts = queues
	return f.event("counts", StreamCounts{queues, at.String()})
}

// tickets sends changes. The id moves on with the last of them only: a client that goes in between gets them all again.
func (f *follower) tickets(c projections.Changes) error {
	for _, item := range c.Items {
		if f.sent[item.Position] {
			continue
		}
		at := eventstore.Position{Epoch: f.at.Epoch, N: item.Position}
		if err := f.event("ticket", StreamTicket{item.Ticket, item.Type, item.At, at.String()}); err != nil {
			return err
		}
		f.sent[item.Position] = true
	}
	maps.DeleteFunc(f.sent, func(position int64, _ bool) bool { return position <= c.Next.N })
	if c.Next.N == f.at.N {
		return nil
	}
	f.at.N = c.Next.N
	return f.write("id: " + f.at.String() + "\n\n")
}

func (f *follower) event(name string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event %s: %w", name, err)
	}
	return f.write("event: " + name + "\nid: " + f.at.String() + "\ndata: " + string(body) + "\n\n")
}

// errGone: the client does not take what is sent.
var errGone = errors.New("the client has gone")

// write sends at once, within a time of its own: the server's is for answers that end.
func (f *follower) write(text string) error {
	if err := f.rc.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errors.Join(errGone, err)
	}
	if _, err := io.WriteString(f.w, text); err != nil {
		return errors.Join(errGone, err)
	}
	if err := f.rc.Flush(); err != nil {
		return errors.Join(errGone, err)
	}
	return nil
}
