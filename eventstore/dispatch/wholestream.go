// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch

import (
	"context"
	"sync"

	"github.com/sol-assistenza/sol/eventstore"
)

// WholeStream keeps the state and the events of one stream in memory, for a stream that is read often and grows seldom. It is safe for
// concurrent use.
type WholeStream[S, C, E any] struct {
	dispatcher *Dispatcher[S, C, E]
	id         eventstore.StreamID

	mu      sync.Mutex
	version int
	state   S
	events  []Event[E]
}

// NewWholeStream returns the stream with an id, which a dispatcher decodes.
func NewWholeStream[S, C, E any](d *Dispatcher[S, C, E], id eventstore.StreamID) *WholeStream[S, C, E] {
	return &WholeStream[S, C, E]{dispatcher: d, id: id}
}

// Read returns the state of the stream and its events, the oldest first, which the caller must not change. It asks the database for the version of
// the stream, and reads the stream only if it has grown. A stream that does not exist has the zero state and no events.
func (w *WholeStream[S, C, E]) Read(ctx context.Context) (state S, events []Event[E], err error) {
	version, err := w.dispatcher.store.StreamVersion(ctx, w.id)
	if err != nil {
		return state, nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.version < version {
		read, n, history, err := w.dispatcher.Load(ctx, w.id)
		if err != nil {
			return state, nil, err
		}
		w.state, w.version, w.events = read, n, history
	}
	return w.state, w.events, nil
}
