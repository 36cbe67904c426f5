// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sse sends live updates as server-sent events to clients of the API and to pages, and checks the client's rights before each push.
// Every event id is a log position from which a client can resume: it misses no change, but may get a change twice.
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
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

const (
	pageSize     = 500                    // changes per query
	writeTimeout = 10 * time.Second       // after it the client counts as gone
	debounce     = 100 * time.Millisecond // changes within it are pushed together
)

// Streams serves the streams of one adapter. All fields are required.
type Streams struct {
	App         *app.Service
	TrackStream func() (ended func())                // counts a stream as open until ended is called
	Heartbeat   time.Duration                        // longest time between two pushes; each push checks the session
	Closing     context.Context                      // ends when all streams must end
	OnError     func(ctx context.Context, err error) // is called with the error that ended a stream; the client reconnects by itself
}

// Client is the client of a stream.
type Client struct {
	app.Caller
	Token      string    // of the session; empty for the holder of a personal link
	OpenTicket ticket.ID // the ticket that an operator has open, whose other readers the stream sends; "": none
}

// StartPosition returns the position from which to serve a stream of a client that resumes at p. A zero position, or one of an earlier
// epoch of the log, becomes the head: the lists show all earlier changes. If changes before that position are still held from the client,
// the result is before the first of them, so that the client gets them later. Error: eventstore.ErrBeyondHead.
func (s *Streams) StartPosition(ctx context.Context, c app.Caller, p eventstore.Position) (eventstore.Position, error) {
	head, _, err := s.App.Store.Head(ctx)
	switch {
	case err != nil:
		return head, fmt.Errorf("head of the log: %w", err)
	case p.Epoch < head.Epoch:
		p = head
	case p.Epoch > head.Epoch || p.N > head.N:
		return p, eventstore.ErrBeyondHead
	}
	p.N, err = s.App.Lists.ResumePosition(ctx, c.Viewer(), p.N)
	return p, err
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
	f := &subscriber{Streams: s, client: c, writer: newEventWriter(w), resumeAt: from, sent: map[int64]bool{}}
	if f.writer.write("retry: 2000\n\n") != nil { // milliseconds after which a browser reconnects
		return
	}
	for {
		delay, err := f.push(ctx)
		switch {
		case s.Closing.Err() != nil:
			_ = f.send("end", End{Shutdown}) // the client may have gone
			return
		case errors.Is(err, identity.ErrNoSession):
			_ = f.send("end", End{SessionEnded}) // the client may have gone
			return
		case ctx.Err() != nil || errors.Is(err, errClientGone):
			return
		case err != nil:
			s.OnError(ctx, fmt.Errorf("stream: %w", err))
			return
		}
		f.wait(ctx, delay)
	}
}

// EndSession responds to a client without a session, or without the right to live updates, with an end event. After any other response
// browsers would reconnect for ever.
func EndSession(w http.ResponseWriter) {
	_ = newEventWriter(w).writeEvent("end", "", End{SessionEnded}) // the client may have gone
}

// subscriber is one open stream.
type subscriber struct {
	*Streams
	client       Client
	writer       eventWriter
	resumeAt     eventstore.Position // position from which a client that reconnects resumes
	readModelsAt int64               // log position that the read models have reached
	sent         map[int64]bool      // positions after resumeAt whose changes were sent; an earlier change is still held

	counts               []lists.Queue // as sent last
	countsReadAt         time.Time
	notifications        *Notifications // as sent last
	notificationsReadAt  time.Time
	notificationsChanged <-chan struct{} // closed when they may have changed
	present              *Presence       // as sent last
	presenceChanged      <-chan struct{} // closed when it may have changed
	presenceDueAt        time.Time       // when to read it again
}

// wait returns when the read models have processed new events, when notifications or presence may have changed, or after maxWait. It takes
// at least debounce, so that a burst of changes is pushed together.
func (f *subscriber) wait(ctx context.Context, maxWait time.Duration) {
	ctx, stop := context.WithTimeout(ctx, maxWait)
	defer stop()
	select {
	case <-time.After(debounce):
	case <-ctx.Done():
		return
	}
	select {
	case <-f.App.Store.HeadChanged(f.readModelsAt):
	case <-f.notificationsChanged:
	case <-f.presenceChanged:
	case <-ctx.Done():
		return
	}
	head, _, err := f.App.Store.Head(ctx)
	if err != nil {
		return // the next push gets the same error and returns it
	}
	if stale, err := f.App.Lists.Wait(ctx, head); err == nil && !stale {
		f.readModelsAt = head.N
	}
}
