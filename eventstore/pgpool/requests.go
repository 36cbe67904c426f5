// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Requests is the request pool. Its transactions run as role sol_request, so that row-level security applies.
type Requests struct {
	pool     *pgxpool.Pool
	wait     time.Duration
	settings string // statements with which each transaction begins: in transaction mode a connection has no settings of its own
	share    int

	mu    sync.Mutex
	inUse map[string]chan struct{} // by kind; holds a value for each connection that the kind uses
}

// newRequests returns the request pool for a pool.
func newRequests(pool *pgxpool.Pool, s Spec, inTransactionMode bool) *Requests {
	r := &Requests{pool: pool, wait: s.Wait, share: int(s.Conns+1) / 2, inUse: make(map[string]chan struct{})}
	if inTransactionMode {
		r.settings = setStatements("set local", s.settings())
	}
	return r
}

// InTx runs do in a transaction. kind names what is read, for example a read model: the transactions of one kind use at most half of the
// connections, rounded up, so that a table that is locked or slow leaves the others to the other kinds. Error: ErrUnavailable.
func (r *Requests) InTx(ctx context.Context, kind string, options pgx.TxOptions, do func(pgx.Tx) error) error {
	deadline := time.Now().Add(r.wait)
	release, err := r.acquireShare(ctx, kind)
	if err != nil {
		return err
	}
	defer release()
	if r.settings != "" {
		options.BeginQuery = beginStatement(options) + ";" + r.settings
	}
	conn, err := r.pool.Acquire(waitUntil(ctx, deadline))
	if err != nil {
		return err
	}
	defer conn.Release()
	return pgx.BeginTxFunc(ctx, conn, options, do)
}

// acquireShare waits until fewer connections are in use for the kind than it may have.
func (r *Requests) acquireShare(ctx context.Context, kind string) (release func(), err error) {
	r.mu.Lock()
	slots, ok := r.inUse[kind]
	if !ok {
		slots = make(chan struct{}, r.share)
		r.inUse[kind] = slots
	}
	r.mu.Unlock()
	limit := time.NewTimer(r.wait)
	defer limit.Stop()
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-limit.C:
		return nil, errNoConnection
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// beginStatement returns the statement that begins a transaction with isolation level and access mode of the options.
func beginStatement(o pgx.TxOptions) string {
	sql := "begin"
	if o.IsoLevel != "" {
		sql += " isolation level " + string(o.IsoLevel)
	}
	return strings.TrimSpace(sql + " " + string(o.AccessMode))
}
