// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package sse pushes what changes to whoever keeps a program or a page open, as server-sent events: one loop for all
// doors. Every id is a position to come back to: nothing is missed, a change may come twice.
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
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
)

const (
	pageSize     = 500              // changes read at a time
	writeTimeout = 10 * time.Second // or the client is taken for gone
	debounce     = 100 * time.Millisecond
)

// Streams are those of one door. All fields are required.
type Streams struct {
	App           *app.Service
	Notifications *notification.Store
	TrackStream   func() (ended func())                // counts a stream as open until ended is called
	Heartbeat     time.Duration                        // between signs of life, at which rights are checked too
	Closing       context.Context                      // ends when streams must
	OnError       func(ctx context.Context, err error) // told why a stream broke off; its client comes back by itself
}

// Client is who follows.
type Client struct {
	app.Caller
	Token      string    // of the session; the holder of a personal link has none
	OpenTicket ticket.ID // that an operator has open, whose other readers they are told of; "": none
}

// StartPosition is where a stream goes on from. One that begins now, or that was followed before the log was restored, goes on
// from the head: what the lists show now is all there is to know, but for what is still held from the client, who hears of it
// when it no longer is. Error: eventstore.ErrBeyondHead.
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

// Serve pushes until the client, its session or the service goes.
func (s *Streams) Serve(ctx context.Context, w http.ResponseWriter, c Client, from eventstore.Position) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.Closing, cancel)()
	defer s.TrackStream()()
	if !eventstore.IsID(string(c.OpenTicket)) {
		c.OpenTicket = "" // nobody has open what is no ticket
	}
	f := &subscriber{Streams: s, client: c, writer: newEventWriter(w), resumeAt: from, sent: map[int64]bool{}}
	if f.writer.write("retry: 2000\n\n") != nil { // milliseconds until a browser comes back
		return
	}
	for {
		again, err := f.push(ctx)
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
		f.wait(ctx, again)
	}
}

// EndSession answers who has no session, or none that may follow: browsers ask again for ever after any other answer.
func EndSession(w http.ResponseWriter) {
	_ = newEventWriter(w).writeEvent("end", "", End{SessionEnded}) // the client may have gone
}

// subscriber is one open stream.
type subscriber struct {
	*Streams
	client       Client
	writer       eventWriter
	resumeAt     eventstore.Position // where a client that comes back goes on
	readModelsAt int64               // the read models have passed it
	sent         map[int64]bool      // changes after at that were sent already: one before them is still held

	counts               []lists.Queue // as sent last
	countsReadAt         time.Time
	notifications        *Notifications  // as sent last
	notificationsReadAt  time.Time       // at the notices,
	notificationsChanged <-chan struct{} // and closed when they may be others since
	present              *Presence       // as sent last
	presenceChanged      <-chan struct{} // closed when they may be others since
	presenceDueAt        time.Time       // to look at them again
}

// wait ends when the read models have something new, or it is time to look again. It is never shorter than settle:
// what happens in a burst is pushed together.
func (f *subscriber) wait(ctx context.Context, most time.Duration) {
	ctx, stop := context.WithTimeout(ctx, most)
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
		return // the next push meets it too, and says so
	}
	if late, err := f.App.Lists.Wait(ctx, head); err == nil && !late {
		f.readModelsAt = head.N
	}
}
