// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"sync"
)

// Look joins the records of one request: its first record is that of the look, and further ones continue it.
type Look struct {
	mu       sync.Mutex
	recorded bool
	first    int64 // position of the record; 0 without one, and for a search that is still typed
}

type lookKey struct{}

// WithLook returns a context for one request: all its records are one look.
func WithLook(ctx context.Context) context.Context { return context.WithValue(ctx, lookKey{}, &Look{}) }

// lookOf returns the look of a context; nil for one that WithLook did not make.
func lookOf(ctx context.Context) *Look {
	l, _ := ctx.Value(lookKey{}).(*Look)
	return l
}

// HasRecord reports whether the request of a context has left a record.
func HasRecord(ctx context.Context) bool {
	l := lookOf(ctx)
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.recorded
}

// position returns the position of the look's record; 0 if it has none.
func (l *Look) position() int64 {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first
}

// set stores that the look has a record, at a position if it has one already.
func (l *Look) set(position int64) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.recorded = true
	if l.first == 0 {
		l.first = position
	}
}
