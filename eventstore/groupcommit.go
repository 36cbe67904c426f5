// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// groupCommitter makes one commit of the appends that wait together. One batch is in flight at a time: while it is, the
// next one gathers.
type groupCommitter struct {
	store *Store
	done  chan struct{}

	mu           sync.Mutex
	queueChanged *sync.Cond
	queue        []*pendingAppend
	closed       bool
	lastBatch    int // appends in the batch before
}

func newGroupCommitter(s *Store) *groupCommitter {
	g := &groupCommitter{store: s, done: make(chan struct{})}
	g.queueChanged = sync.NewCond(&g.mu)
	go g.run()
	return g
}

func (g *groupCommitter) enqueue(p *pendingAppend) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.queue = append(g.queue, p)
	g.queueChanged.Signal()
	return nil
}

// close lets what is queued finish and refuses what comes after.
func (g *groupCommitter) close() {
	g.mu.Lock()
	g.closed = true
	g.queueChanged.Signal()
	g.mu.Unlock()
	<-g.done
}

func (g *groupCommitter) run() {
	defer close(g.done)
	for {
		batch := g.nextBatch()
		if batch == nil {
			return
		}
		g.commit(batch)
	}
}

// nextBatch waits for the next batch: in the order of arrival, a stream and a command id once each, so that every
// append meets what the one before it left. Nil when the group is closed and its queue empty.
func (g *groupCommitter) nextBatch() []*pendingAppend {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.queue) == 0 {
		if g.closed {
			return nil
		}
		g.queueChanged.Wait()
	}
	g.waitForMore()

	batch, rest := []*pendingAppend{}, []*pendingAppend(nil)
	seen := make(map[uuid.UUID]bool, 2*len(g.queue))
	bytes := 0
	for i, p := range g.queue {
		if p.ctx.Err() != nil {
			continue // its caller has gone: it never leaves this node
		}
		if len(batch) > 0 && (len(batch) == g.store.cfg.MaxBatch || bytes+p.size() > g.store.cfg.MaxBatchBytes) {
			rest = append(rest, g.queue[i:]...)
			break
		}
		if seen[p.stream] || seen[p.command] {
			seen[p.stream], seen[p.command] = true, true // those behind it keep their order
			rest = append(rest, p)
			continue
		}
		seen[p.stream], seen[p.command] = true, true
		batch = append(batch, p)
		bytes += p.size()
	}
	g.queue, g.lastBatch = rest, len(batch)
	return batch
}

// waitForMore gives the callers answered a moment ago the time to come back: a commit for the first of them alone would
// make all the others wait for it. A lone writer is not held up.
func (g *groupCommitter) waitForMore() {
	const step, limit = 50 * time.Microsecond, 500 * time.Microsecond
	for waited := time.Duration(0); waited < limit && len(g.queue) < g.lastBatch && !g.closed; waited += step {
		g.mu.Unlock()
		time.Sleep(step)
		g.mu.Lock()
	}
}

// commit writes the batch and answers everyone in it. When the database refuses the batch for what is in it, each
// append is tried alone, so that a bad one harms only itself. When it is not known what became of the batch, it is
// sent again: the statement looks the command ids up first, so what was stored is found and nothing is stored twice.
func (g *groupCommitter) commit(batch []*pendingAppend) {
	retry := newRetryBackOff()
	for {
		batch = dropCancelled(batch)
		if len(batch) == 0 {
			return
		}
		err := g.writeAndAnswer(batch)
		switch {
		case err == nil:
			return
		case !isTransient(err) && len(batch) == 1:
			batch[0].done <- answer{err: rejectionError(err)}
			return
		case !isTransient(err):
			for i := range batch {
				g.commit(batch[i : i+1])
			}
			return
		}
		g.store.cfg.Log.Warn("append is tried again", "appends", len(batch), "error", err)
		g.store.metrics.retries.Inc()
		time.Sleep(retry.NextBackOff())
	}
}

// newRetryBackOff returns the pauses before a database that failed is asked again: 10 ms, doubling to 500 ms.
func newRetryBackOff() backoff.ExponentialBackOff {
	return backoff.ExponentialBackOff{InitialInterval: 10 * time.Millisecond, Multiplier: 2, MaxInterval: 500 * time.Millisecond}
}

// dropCancelled leaves out the appends whose callers have gone or lost patience.
func dropCancelled(batch []*pendingAppend) []*pendingAppend {
	kept := make([]*pendingAppend, 0, len(batch))
	for _, p := range batch {
		if p.ctx.Err() == nil {
			kept = append(kept, p)
		}
	}
	return kept
}

func (g *groupCommitter) writeAndAnswer(batch []*pendingAppend) error {
	s := g.store
	// Longer than the server's own bounds: a connection is only given up when the server is silent.
	ctx, cancel := context.WithTimeout(context.Background(), 3*s.cfg.LockTimeout)
	defer cancel()
	begun := time.Now()
	answers, err := s.writeBatch(ctx, batch)
	if err != nil {
		return err
	}
	s.metrics.observeBatch(len(batch), time.Since(begun))
	var head int64
	for i, p := range batch {
		s.metrics.countAppend(answers[i])
		if answers[i].err == nil {
			head = max(head, answers[i].Position.N)
		}
		p.done <- answers[i]
	}
	s.notifier.AdvanceHead(head)
	return nil
}

// rejectionError is what a lone append is told.
func rejectionError(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "keys_pkey" {
		return fmt.Errorf("%w: its key was stored meanwhile", ErrConflict)
	}
	return fmt.Errorf("refused by the database: %w", err)
}
