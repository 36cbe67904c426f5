// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sse sends live updates as server-sent events to clients of the API and to pages. Every event id is a log position from which a
// client can resume: it misses no change, but may get a change twice.
package sse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/live"
	"github.com/sol-assistenza/sol/handlers/identity"
)

const writeTimeout = 10 * time.Second // after it the client counts as gone

// Streams serves the streams of one adapter. All fields are required.
type Streams struct {
	App         *app.Service
	TrackStream func() (ended func())                // counts a stream as open until ended is called
	Heartbeat   time.Duration                        // longest time between two pushes; the session is checked as often
	Closing     context.Context                      // ends when all streams must end
	OnError     func(ctx context.Context, err error) // is called with the error that ended a stream; the client reconnects by itself
}

// Client is the client of a stream.
type Client struct {
	app.Caller
	Token      string    // of the session, or of a personal link
	OpenTicket ticket.ID // the ticket that an operator has open, whose other readers the stream sends; "": none
}

// StartPosition returns the position from which to serve a stream of a client that resumes at p, as live.Hub.StartPosition does; ctx is the
// context of the client's request. Errors: those of Store.CheckPosition.
func (s *Streams) StartPosition(ctx context.Context, c app.Caller, p eventstore.Position) (eventstore.Position, error) {
	return s.App.Live.StartPosition(ctx, c.Actor, p)
}

// Serve pushes events until the client disconnects, its session ends or Closing ends.
func (s *Streams) Serve(ctx context.Context, w http.ResponseWriter, c Client, from eventstore.Position) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.Closing, cancel)()
	defer s.TrackStream()()
	if !eventstore.IsID(string(c.OpenTicket)) {
		c.OpenTicket = "" // not an id: no ticket has it
	}
	f := &subscriber{Streams: s, client: c, writer: newEventWriter(w), resumeAt: from}
	f.writer.addText("retry: 2000\n\n") // milliseconds after which a browser reconnects
	err := f.writer.flush()
	if err == nil {
		err = f.serve(ctx)
	}
	switch {
	case s.Closing.Err() != nil:
		f.end(Shutdown)
	case errors.Is(err, identity.ErrNoSession):
		f.end(SessionEnded)
	case ctx.Err() != nil, errors.Is(err, errClientGone), errors.Is(err, live.ErrStopped):
	default:
		s.OnError(ctx, fmt.Errorf("stream: %w", err))
	}
}

// Refuse responds with an end event to a client that gets no stream: it has no session, or no right to live updates, or its position is
// lost. After any other response browsers would reconnect for ever.
func Refuse(w http.ResponseWriter, why Reason) {
	f := subscriber{writer: newEventWriter(w)}
	f.end(why)
}

// subscriber is one open stream.
type subscriber struct {
	*Streams
	client   Client
	writer   *eventWriter
	resumeAt eventstore.Position // position from which a client that reconnects resumes
}

// serve pushes updates. It returns the error that ended the stream.
func (f *subscriber) serve(ctx context.Context) error {
	c := live.Client{Actor: f.client.Actor, Token: f.client.Token, OpenTicket: f.client.OpenTicket, Heartbeat: f.Heartbeat}
	if f.client.Link != "" {
		c.Token = "" // it belongs to no session
	}
	stream, err := f.App.Live.Open(ctx, c, f.resumeAt)
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		u, err := stream.Next(ctx)
		if err == nil {
			err = f.push(u)
		}
		if err != nil {
			return err
		}
	}
}

// end sends the last event of a stream. The client may have gone, so its error means nothing.
func (f *subscriber) end(why Reason) {
	f.writer.add("end", f.eventID(), End{why})
	_ = f.writer.flush()
}
