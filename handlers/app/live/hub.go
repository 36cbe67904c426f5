// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package live reads what live updates need once for all streams of a node: changes, queue counts, notifications, presence, and whether
// sessions are still valid. It keeps the last changes in memory, wakes only the streams that something concerns, and uses one connection of
// the database, however many streams are open.
package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app/notification"
	"github.com/sol-assistenza/sol/handlers/app/presence"
	"github.com/sol-assistenza/sol/handlers/identity"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Config holds the sources of a Hub. All fields but RememberedRows and Metrics are required.
type Config struct {
	Store          *eventstore.Store
	Lists          *lists.Reader
	Identity       *identity.Identity
	Presence       *presence.Tracker
	Notifications  *notification.Store
	Metrics        prometheus.Registerer // nil: none
	RememberedRows int                   // rows of the change feed that are kept in memory; 0: 5000, about 2 MB
}

const startTimeout = 3 * time.Second // longest time for which a new stream waits until the hub has read its first state

// ErrStopped ends a stream whose hub has stopped after an error. Another stream has returned the error itself.
var ErrStopped = errors.New("live updates have stopped")

// Hub serves all streams of a node. It reads while streams are open: the first one starts a reader, and the last one ends it. When a read
// fails, every stream ends with the error, and the next one starts a new reader. It is safe for concurrent use.
type Hub struct {
	Config
	metrics hubMetrics
	mu      sync.Mutex
	current *reader // nil: no stream is open
}

// New returns a hub.
func New(c Config) *Hub {
	if c.RememberedRows == 0 {
		c.RememberedRows = 5000
	}
	return &Hub{Config: c, metrics: newMetrics(c.Metrics)}
}

// StartPosition returns the position from which to serve a stream of an actor who resumes at p. The zero position becomes that of the
// lists: they show all earlier changes. If changes before that position are still held from the actor, the result is before the first of
// them, so that the actor gets them later. The hub keeps its state until ctx ends, so that the stream that begins there finds it. Errors: those of Store.CheckPosition.
func (h *Hub) StartPosition(ctx context.Context, by person.Actor, p eventstore.Position) (eventstore.Position, error) {
	r := h.acquire()
	context.AfterFunc(ctx, r.release)
	if err := r.waitUntilReady(ctx); err != nil {
		return p, err
	}
	at := r.at()
	switch {
	case p == eventstore.Position{}:
		p = at
	case p.Epoch != at.Epoch, p.N > at.N && p.N > h.Store.KnownHead():
		if err := h.Store.CheckPosition(ctx, p); err != nil {
			return p, err
		}
		p.Epoch = at.Epoch // its events up to here are those of the earlier epoch
	}
	p.N = r.beforeHeld(ticketview.Viewer{Actor: by}, p.N)
	return p, nil
}

// acquire returns the reader, and starts it if none runs. The caller must release it.
func (h *Hub) acquire() *reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current == nil || h.current.ctx.Err() != nil {
		h.current = newReader(h)
		go h.current.run()
	}
	h.current.users++
	return h.current
}

// release ends the reader if nobody uses it any more, and waits for its end.
func (r *reader) release() {
	r.hub.mu.Lock()
	r.users--
	last := r.users == 0
	if last {
		r.cancel(ErrStopped)
	}
	r.hub.mu.Unlock()
	if last {
		<-r.ended
	}
}

// waitUntilReady waits until the reader has read its first state. Error: eventstore.ErrUnavailable when that takes too long.
func (r *reader) waitUntilReady(ctx context.Context) error {
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	select {
	case <-r.ready:
		return nil
	case <-r.ctx.Done():
		return fmt.Errorf("live updates: %w", context.Cause(r.ctx))
	case <-ctx.Done():
		return fmt.Errorf("live updates: %w", context.Cause(ctx))
	case <-late.C:
		return fmt.Errorf("live updates: %w", eventstore.ErrUnavailable)
	}
}
