// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"time"
)

// commitWait is shared by all callers on this node that wait for the next commit: for a time of the log, or as a barrier.
type commitWait struct {
	since time.Time     // when the first caller joined
	done  chan struct{} // closed when the commit is durable

	// guarded by groupCommitter.mu
	tick    bool // a caller needs a new time of the log
	callers int  // number of those that still wait
}

// join returns the wait for the next batch: one that is in flight already has begun too early. The caller must leave it. Error:
// ErrClosed.
func (g *groupCommitter) join(tick bool) (*commitWait, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, ErrClosed
	}
	if g.next == nil {
		g.next = &commitWait{since: time.Now(), done: make(chan struct{})}
	}
	g.next.callers++
	g.next.tick = g.next.tick || tick
	g.queueChanged.Signal()
	return g.next, nil
}

// leave ends the wait of one caller.
func (g *groupCommitter) leave(w *commitWait) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w.callers--
}

// wait joins the next batch and waits until its commit is durable. Errors: ErrClosed, or the context's cause.
func (g *groupCommitter) wait(ctx context.Context, tick bool) error {
	w, err := g.join(tick)
	if err != nil {
		return err
	}
	defer g.leave(w)
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isWanted reports whether callers wait for the commit.
func (g *groupCommitter) isWanted(w *commitWait) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return w != nil && w.callers > 0
}
