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

// groupCommitter stores the appends that wait at the same time in one transaction. One batch is in flight at a time;
// meanwhile further appends queue for the next one, and callers that only wait for a commit join it.
type groupCommitter struct {
	store *Store
	done  chan struct{}
	ctx   context.Context // of all batches: it ends when the callers of the last ones have given up after close
	end   context.CancelFunc

	mu           sync.Mutex
	queueChanged *sync.Cond
	queue        []*pendingAppend
	next         *commitWait // of the next batch; nil: nobody waits
	closed       bool
	lastBatch    int // number of appends in the previous batch
}

// newGroupCommitter returns a committer and starts its goroutine.
func newGroupCommitter(s *Store) *groupCommitter {
	g := &groupCommitter{store: s, done: make(chan struct{})}
	g.ctx, g.end = context.WithCancel(context.Background())
	g.queueChanged = sync.NewCond(&g.mu)
	go g.run()
	return g
}

// enqueue adds an append to the queue. Error: ErrClosed.
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

// close refuses new appends, and returns when the queued ones are finished, or when their callers have given up: a commit that waits for
// a lost standby does not keep a node from stopping.
func (g *groupCommitter) close() {
	g.mu.Lock()
	g.closed = true
	g.queueChanged.Signal()
	g.mu.Unlock()
	giveUp := time.AfterFunc(g.store.cfg.AppendTimeout, g.end)
	<-g.done
	giveUp.Stop()
	g.end()
}

// run commits batches until the committer is closed.
func (g *groupCommitter) run() {
	defer close(g.done)
	for {
		batch, wait := g.nextBatch()
		if batch == nil {
			return
		}
		g.commit(batch, wait)
	}
}

// nextBatch waits for appends and returns the next batch, in the order of arrival. It contains a stream and a command id at
// most once, so that every append sees the result of the one before it. wait is that of the callers who joined it; the batch is
// empty when there are only those. nextBatch returns nil when the committer is closed and has nothing left to do.
func (g *groupCommitter) nextBatch() (batch []*pendingAppend, wait *commitWait) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.queue) == 0 && g.next == nil {
		if g.closed {
			return nil, nil
		}
		g.queueChanged.Wait()
	}
	if len(g.queue) > 0 {
		g.waitForMore()
	}

	batch = []*pendingAppend{}
	var rest []*pendingAppend
	seen := make(map[uuid.UUID]bool, 2*len(g.queue))
	bytes := 0
	for i, p := range g.queue {
		if p.ctx.Err() != nil {
			continue // its caller no longer waits: it is dropped and never sent
		}
		if len(batch) > 0 && (len(batch) == g.store.cfg.MaxBatch || bytes+p.size() > g.store.cfg.MaxBatchBytes) {
			rest = append(rest, g.queue[i:]...)
			break
		}
		if seen[p.stream] || seen[p.command] {
			seen[p.stream], seen[p.command] = true, true // later appends of this stream or command keep their order
			rest = append(rest, p)
			continue
		}
		seen[p.stream], seen[p.command] = true, true
		batch = append(batch, p)
		bytes += p.size()
	}
	if len(batch) > 0 {
		g.lastBatch = len(batch)
	}
	wait = g.next
	g.queue, g.next = rest, nil
	return batch, wait
}

// waitForMore waits, for 500 µs at most, until the callers of the previous batch have sent their next appends: a commit for
// the first of them alone would delay all the others. A single writer does not wait.
func (g *groupCommitter) waitForMore() {
	const step, limit = 50 * time.Microsecond, 500 * time.Microsecond
	for waited := time.Duration(0); waited < limit && len(g.queue) < g.lastBatch && !g.closed; waited += step {
		g.mu.Unlock()
		time.Sleep(step)
		g.mu.Lock()
	}
}

// commit writes the batch and sends each append its answer. When the database refuses the batch because of its content,
// each append is sent alone, so that an invalid one fails alone. When it is not known whether the batch was stored, it is
// sent again: the statement looks up the command ids first, so nothing is stored twice. A batch without appends is sent while
// callers wait for its commit.
func (g *groupCommitter) commit(batch []*pendingAppend, wait *commitWait) {
	retry := newRetryBackOff()
	for {
		batch = dropCancelled(batch)
		if len(batch) == 0 && !g.isWanted(wait) {
			return
		}
		err := g.writeAndAnswer(batch, wait)
		switch {
		case err == nil:
			return
		case !isTransient(err) && len(batch) == 1:
			batch[0].done <- answer{err: rejectionError(err)}
			batch = nil
			continue
		case !isTransient(err) && len(batch) > 1:
			for i := range batch {
				g.commit(batch[i:i+1], nil)
			}
			batch = nil
			continue
		}
		g.store.Refused.Record(err)
		g.store.cfg.Log.Warn("append failed; retrying", "appends", len(batch), "error", err)
		g.store.metrics.CountRetry()
		time.Sleep(retry.NextBackOff())
	}
}

// newRetryBackOff returns the pauses between attempts while the database fails: 10 ms, doubling up to 500 ms.
func newRetryBackOff() backoff.ExponentialBackOff {
	return backoff.ExponentialBackOff{InitialInterval: 10 * time.Millisecond, Multiplier: 2, MaxInterval: 500 * time.Millisecond}
}

// dropCancelled returns the appends whose contexts have not ended.
func dropCancelled(batch []*pendingAppend) []*pendingAppend {
	kept := make([]*pendingAppend, 0, len(batch))
	for _, p := range batch {
		if p.ctx.Err() == nil {
			kept = append(kept, p)
		}
	}
	return kept
}

// writeAndAnswer writes the batch, sends the answers, ends the wait and publishes the new head.
func (g *groupCommitter) writeAndAnswer(batch []*pendingAppend, wait *commitWait) error {
	s := g.store
	start := time.Now()
	// There is no deadline: a commit that waits for the standby must not be interrupted. The server limits the statements before it, and TCP
	// finds a server that is gone. The callers wait as long as their own contexts say.
	answers, err := s.writeBatch(g.ctx, batch, wait != nil && wait.tick)
	if err != nil {
		return err
	}
	s.Refused.Clear(len(batch) > 0)
	if wait != nil {
		close(wait.done)
	}
	if len(batch) == 0 {
		return nil
	}
	s.metrics.ObserveBatch(len(batch), time.Since(start))
	var head int64
	for i, p := range batch {
		s.metrics.CountAppend(answers[i].outcome())
		if answers[i].err == nil {
			head = max(head, answers[i].Position.N)
			if len(p.events) > 0 { // without events the time was given to nothing that was stored
				s.logTime.advance(answers[i].At)
				if !answers[i].Repeated {
					s.guard.Stored(answers[i].Stream, answers[i].Version, answers[i].Position.N)
				}
			}
		}
		p.done <- answers[i]
	}
	s.notifier.AdvanceHead(head)
	return nil
}

// rejectionError returns the error for the caller of a single append that the database refused.
func rejectionError(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "keys_pkey" {
		return fmt.Errorf("%w: another append has stored its key", ErrConflict)
	}
	return fmt.Errorf("refused by the database: %w", err)
}
