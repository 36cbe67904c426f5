// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"
)

// waitLimit bounds the time for which a caller waits for a connection of a pool. It is a tracer, because pgxpool has no such limit, and
// calls a tracer with the context of the wait alone, which the tracer may replace.
type waitLimit time.Duration

// newTracer returns the tracer of a pool: the limit of the wait, and the tracer of the configuration, which may be nil.
func newTracer(wait time.Duration, tracer pgx.QueryTracer) *multitracer.Tracer {
	t := multitracer.New()
	if tracer != nil {
		t = multitracer.New(tracer)
	}
	if wait > 0 {
		t.PoolAcquireTracers = append(t.PoolAcquireTracers, waitLimit(wait))
	}
	return t
}

type deadlineKey struct{}

// waitUntil returns a context with which a caller waits for a connection until a moment, in place of the limit of the pool.
func waitUntil(ctx context.Context, moment time.Time) context.Context {
	return context.WithValue(ctx, deadlineKey{}, moment)
}

// TraceAcquireStart returns the context of the wait.
func (w waitLimit) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	deadline, ok := ctx.Value(deadlineKey{}).(time.Time)
	if !ok {
		deadline = time.Now().Add(time.Duration(w))
	}
	limited, cancel := context.WithDeadline(ctx, deadline)
	return &waiting{limited, ctx, cancel}
}

// TraceAcquireEnd releases the context of the wait.
func (waitLimit) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if w, ok := ctx.Value(waitingKey{}).(*waiting); ok {
		w.cancel()
	}
}

type waitingKey struct{}

// waiting is the context of a wait. Its error is ErrUnavailable when the wait has ended before the context of the caller.
type waiting struct {
	context.Context
	caller context.Context
	cancel context.CancelFunc
}

// Value also returns the context itself, because other tracers may have wrapped it.
func (w *waiting) Value(key any) any {
	if key == (waitingKey{}) {
		return w
	}
	return w.Context.Value(key)
}

func (w *waiting) Err() error {
	err := w.Context.Err()
	if err == nil || w.caller.Err() != nil {
		return err
	}
	return errNoConnection
}

var errNoConnection = fmt.Errorf("%w: no connection became free", ErrUnavailable)
