// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dispatch

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/sol-assistenza/sol/eventstore"
)

// stateCache keeps the most recently used folded states, by stream. A state may be older than its stream, but it is always
// the right one for its version.
type stateCache[S any] struct {
	mu     sync.Mutex // makes the comparison and replacement of put atomic
	states *simplelru.LRU[eventstore.StreamID, cachedState[S]]
}

// cachedState is the state of a stream at a version.
type cachedState[S any] struct {
	state   S
	version int
}

// newStateCache returns a cache of at most capacity states. capacity must be positive.
func newStateCache[S any](capacity int) *stateCache[S] {
	states, err := simplelru.NewLRU[eventstore.StreamID, cachedState[S]](capacity, nil)
	if err != nil {
		panic(err) // only a capacity below 1 is refused
	}
	return &stateCache[S]{states: states}
}

// get returns the cached state of a stream.
func (c *stateCache[S]) get(stream eventstore.StreamID) (state S, version int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cached, ok := c.states.Get(stream)
	return cached.state, cached.version, ok
}

// put stores a state unless the cache holds the same or a newer version: two dispatches to a stream may finish in either
// order.
func (c *stateCache[S]) put(stream eventstore.StreamID, state S, version int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cached, ok := c.states.Get(stream); !ok || cached.version < version {
		c.states.Add(stream, cachedState[S]{state, version})
	}
}

// remove removes the state of a stream.
func (c *stateCache[S]) remove(stream eventstore.StreamID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states.Remove(stream)
}
