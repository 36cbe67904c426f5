// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// maxBatch is the largest number of records in one commit.
const maxBatch = 256

// Recorder appends the records of a node. Records that wait together share one transaction (group commit), which waits for the disk of the
// server and not for a standby: a lost standby stops no reading, and a failover may lose the last records. It is safe for concurrent use.
type Recorder struct {
	pools *pgpool.Pools

	mu      sync.Mutex
	writing bool // a caller writes a batch
	queue   []*waiting
}

// waiting is a record whose caller waits for its commit.
type waiting struct {
	row  json.RawMessage
	turn chan struct{} // closed when the caller must write the next batch
	done chan error    // has room for one result

	position int64 // set before done
}

// NewRecorder returns the recorder of a node.
func NewRecorder(pools *pgpool.Pools) *Recorder { return &Recorder{pools: pools} }

// Record appends the record of a look and returns its position. The record is committed when Record returns, so callers call it before the data
// leave. Without a record, the caller returns the error and no data. Further records of a request (WithLook) continue its first one.
func (r *Recorder) Record(ctx context.Context, a Access) (position int64, err error) {
	look := lookOf(ctx)
	if a.Look == 0 {
		a.Look = look.position()
	}
	encoded, err := json.Marshal(newRow(a))
	if err != nil {
		return 0, fmt.Errorf("record access: %w", err)
	}
	w := &waiting{row: encoded, turn: make(chan struct{}), done: make(chan error, 1)}
	if r.enqueue(w) {
		r.writeNext(ctx)
	}
	select {
	case err = <-w.done:
	case <-w.turn:
		r.writeNext(ctx)
		err = <-w.done
	case <-ctx.Done():
		err = r.leave(ctx, w)
	}
	if err != nil {
		return 0, fmt.Errorf("record access: %w", err)
	}
	look.set(w.position)
	return w.position, nil
}

// enqueue adds a record to the queue. It returns true if nobody writes, so that its caller must.
func (r *Recorder) enqueue(w *waiting) (mustWrite bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(r.queue, w)
	mustWrite = !r.writing
	r.writing = true
	return mustWrite
}

// leave takes the record of a caller who gave up out of the queue. A caller whose turn has come writes all the same: others wait for it.
func (r *Recorder) leave(ctx context.Context, w *waiting) error {
	r.mu.Lock()
	for i, q := range r.queue {
		if q == w {
			select {
			case <-w.turn:
				r.mu.Unlock()
				r.writeNext(ctx)
				return context.Cause(ctx)
			default:
			}
			r.queue = append(r.queue[:i:i], r.queue[i+1:]...)
			break
		}
	}
	r.mu.Unlock()
	return context.Cause(ctx)
}

// writeNext writes the records that wait now, which are committed together, answers their callers, and gives the turn to the next of those
// that have come meanwhile. It does not end with its caller's context, because it writes the records of others: the pool has time limits.
func (r *Recorder) writeNext(ctx context.Context) {
	r.mu.Lock()
	n := min(len(r.queue), maxBatch)
	batch := r.queue[:n:n]
	r.queue = r.queue[n:]
	r.mu.Unlock()

	r.write(context.WithoutCancel(ctx), batch)

	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 {
		r.queue, r.writing = nil, false
		return
	}
	close(r.queue[0].turn)
}

// write writes a batch and answers its callers. A batch that the database refuses because of its content is written record by record, so that
// a record that cannot be stored fails alone.
func (r *Recorder) write(ctx context.Context, batch []*waiting) {
	last, err := r.append(ctx, batch)
	var refused *pgconn.PgError
	if len(batch) > 1 && errors.As(err, &refused) && (refused.Code[:2] == "22" || refused.Code[:2] == "23") { // data exception, check
		for i := range batch {
			r.write(ctx, batch[i:i+1])
		}
		return
	}
	for i, w := range batch {
		w.position = last - int64(len(batch)-1-i)
		w.done <- err
	}
}

// append appends a batch in one transaction and returns the position of the last record.
func (r *Recorder) append(ctx context.Context, batch []*waiting) (last int64, err error) {
	rows := make([]json.RawMessage, len(batch))
	for i, w := range batch {
		rows[i] = w.row
	}
	encoded, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	release, err := r.pools.ShareSession(ctx, "access")
	if err != nil {
		return 0, err
	}
	defer release()
	err = r.pools.Session.QueryRow(ctx, `select access.append($1::text::json)`, string(encoded)).Scan(&last)
	return last, err
}
