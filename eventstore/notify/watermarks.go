// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notify

import (
	"context"
	"fmt"
	"sync"
)

// The names of watermarks are part of the payload of NOTIFY messages between nodes, which may run different releases: they must
// not change.

// headWatermark is the name of the head's watermark.
const headWatermark = ""

// consumerWatermark returns the name of a consumer's watermark.
func consumerWatermark(name string, version int) string { return fmt.Sprintf("%s/%d", name, version) }

// topicWatermark returns the name of a topic's watermark. It cannot be the name of a consumer's, which ends with a version.
func topicWatermark(topic string) string { return "topic/" + topic + "/" }

// watermarks holds the highest value that this node knows, by name: of the head, the consumers and the topics. Values only grow.
// They serve to wake goroutines; the stored positions are read from the database.
type watermarks struct {
	mu     sync.Mutex
	byName map[string]*watermark
}

// watermark is the highest known value of one name.
type watermark struct {
	value   int64
	changed chan struct{} // closed when value grows
}

// get returns the watermark with a name, and creates it if needed. The caller holds mu.
func (m *watermarks) get(name string) *watermark {
	w, ok := m.byName[name]
	if !ok {
		if m.byName == nil {
			m.byName = make(map[string]*watermark)
		}
		w = &watermark{changed: make(chan struct{})}
		m.byName[name] = w
	}
	return w
}

// advance raises a watermark and reports whether the value was higher than before.
func (m *watermarks) advance(name string, to int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.get(name)
	if to <= w.value {
		return false
	}
	w.value = to
	close(w.changed)
	w.changed = make(chan struct{})
	return true
}

// bump raises a watermark to a value, or by one if it has that value or a higher one, and returns the new value.
func (m *watermarks) bump(name string, to int64) int64 {
	for {
		value, _ := m.watch(name)
		if to = max(to, value+1); m.advance(name, to) {
			return to
		}
	}
}

// watch returns the value and a channel that is closed when it grows.
func (m *watermarks) watch(name string) (int64, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.get(name)
	return w.value, w.changed
}

// wait returns nil when the value is above after, or the context's error.
func (m *watermarks) wait(ctx context.Context, name string, after int64) error {
	for {
		value, changed := m.watch(name)
		if value > after {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for position after %d: %w", after, context.Cause(ctx))
		}
	}
}
