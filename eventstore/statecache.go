// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"container/list"
	"sync"
)

// stateCache keeps the folded states used last. A state may be older than its stream, never wrong for its version.
type stateCache[S any] struct {
	mu       sync.Mutex
	capacity int
	byID     map[StreamID]*list.Element
	order    *list.List // of *folded[S], latest first
}

type cachedState[S any] struct {
	stream  StreamID
	state   S
	version int
}

func newStateCache[S any](most int) *stateCache[S] {
	return &stateCache[S]{capacity: most, byID: make(map[StreamID]*list.Element), order: list.New()}
}

func (c *stateCache[S]) get(stream StreamID) (state S, version int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byID[stream]
	if !ok {
		return state, 0, false
	}
	c.order.MoveToFront(element)
	f := element.Value.(*cachedState[S])
	return f.state, f.version, true
}

// put never replaces a state by an older one: two dispatches of a stream may finish in either order.
func (c *stateCache[S]) put(stream StreamID, state S, version int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byID[stream]; ok {
		if f := element.Value.(*cachedState[S]); f.version < version {
			f.state, f.version = state, version
		}
		c.order.MoveToFront(element)
		return
	}
	c.byID[stream] = c.order.PushFront(&cachedState[S]{stream, state, version})
	if c.order.Len() > c.capacity {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byID, oldest.Value.(*cachedState[S]).stream)
	}
}

func (c *stateCache[S]) remove(stream StreamID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byID[stream]; ok {
		c.order.Remove(element)
		delete(c.byID, stream)
	}
}
