// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// group makes one commit of the appends that wait together. One batch is in flight at a time: while it is, the
// next one gathers.
type group struct {
	store *Store
	ended chan struct{}

	mu     sync.Mutex
	more   *sync.Cond
	queue  []*pending
	closed bool
	last   int // appends in the batch before
}

func newGroup(s *Store) *group {
	g := &group{store: s, ended: make(chan struct{})}
	g.more = sync.NewCond(&g.mu)
	go g.run()
	return g
}

func (g *group) put(p *pending) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.queue = append(g.queue, p)
	g.more.Signal()
	return nil
}

// close lets what is queued finish and refuses what comes after.
func (g *group) close() {
	g.mu.Lock()
	g.closed = true
	g.more.Signal()
	g.mu.Unlock()
	<-g.ended
}

func (g *group) run() {
	defer close(g.ended)
	for {
		batch := g.take()
		if batch == nil {
			return
		}
		g.commit(batch)
	}
}

// take waits for the next batch: in the order of arrival, a stream and a command id once each, so that every
// append meets what the one before it left. Nil when the group is closed and its queue empty.
func (g *group) take() []*pending {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.queue) == 0 {
		if g.closed {
			return nil
		}
		g.more.Wait()
	}
	g.gather()

	batch, rest := []*pending{}, []*pending(nil)
	seen := make(map[uuid.UUID]bool, 2*len(g.queue))
	bytes := 0
	for i, p := range g.queue {
		if p.ctx.Err() != nil {
			continue // its caller has gone: it never leaves this node
		}
		if len(batch) > 0 && (len(batch) == g.store.cfg.Batch || bytes+p.size() > g.store.cfg.BatchBytes) {
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
	g.queue, g.last = rest, len(batch)
	return batch
}

// gather gives the callers answered a moment ago the time to come back: a commit for the first of them alone would
// make all the others wait for it. A lone writer is not held up.
func (g *group) gather() {
	const step, most = 50 * time.Microsecond, 500 * time.Microsecond
	for waited := time.Duration(0); waited < most && len(g.queue) < g.last && !g.closed; waited += step {
		g.mu.Unlock()
		time.Sleep(step)
		g.mu.Lock()
	}
}

// commit writes the batch and answers everyone in it. When the database refuses the batch for what is in it, each
// append is tried alone, so that a bad one harms only itself. When it is not known what became of the batch, it is
// sent again: the statement looks the command ids up first, so what was stored is found and nothing is stored twice.
func (g *group) commit(batch []*pending) {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		batch = waiting(batch)
		if len(batch) == 0 {
			return
		}
		err := g.write(batch)
		switch {
		case err == nil:
			return
		case !passing(err) && len(batch) == 1:
			batch[0].done <- answer{err: refusal(err)}
			return
		case !passing(err):
			for i := range batch {
				g.commit(batch[i : i+1])
			}
			return
		}
		g.store.cfg.Log.Warn("append is tried again", "appends", len(batch), "error", err)
		g.store.metrics.retries.Inc()
		time.Sleep(wait)
	}
}

// The pauses before a database that failed is asked again.
const firstRetry, lastRetry = 10 * time.Millisecond, 500 * time.Millisecond

// waiting leaves out the appends whose callers have gone or lost patience.
func waiting(batch []*pending) []*pending {
	kept := make([]*pending, 0, len(batch))
	for _, p := range batch {
		if p.ctx.Err() == nil {
			kept = append(kept, p)
		}
	}
	return kept
}

func (g *group) write(batch []*pending) error {
	s := g.store
	// Longer than the server's own bounds: a connection is only given up when the server is silent.
	ctx, cancel := context.WithTimeout(context.Background(), 3*s.cfg.LockTimeout)
	defer cancel()
	begun := time.Now()
	answers, err := s.write(ctx, batch)
	if err != nil {
		return err
	}
	s.metrics.batch(len(batch), time.Since(begun))
	var head int64
	for i, p := range batch {
		s.metrics.outcome(answers[i])
		if answers[i].err == nil {
			head = max(head, answers[i].Position.N)
		}
		p.done <- answers[i]
	}
	s.advanced(head)
	return nil
}

// passing tells the troubles of a server or a connection from what is wrong with the appends themselves.
func passing(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return true // the connection's, or no connection
	}
	switch pg.Code[:2] {
	case "08", "25", "40", "53", "57", "58", "XX": // connection, read-only, rollback, resources, operator, system
		return pg.Code != "57014" // statement_timeout: too much at once
	case "55":
		return true // lock_timeout
	default:
		return false
	}
}

// refusal is what a lone append is told.
func refusal(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == "keys_pkey" {
		return fmt.Errorf("%w: its key was stored meanwhile", ErrConflict)
	}
	return fmt.Errorf("refused by the database: %w", err)
}
