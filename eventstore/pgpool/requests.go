// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Requests is the request pool. Its transactions run as role sol_request, so that row-level security applies.
type Requests struct {
	pool     *pgxpool.Pool
	settings string // statements with which each transaction begins: in transaction mode a connection has no settings of its own
	shares   *shares
}

// newRequests returns the request pool for a pool.
func newRequests(pool *pgxpool.Pool, s Spec, inTransactionMode bool) *Requests {
	r := &Requests{pool: pool, shares: newShares(s.Wait, s.half(), 0)}
	if inTransactionMode {
		r.settings = setStatements("set local", s.settings())
	}
	return r
}

// InTx runs do in a transaction. kind names what is read, for example a read model: the transactions of one kind use at most half of the
// connections, rounded up. Error: ErrUnavailable.
func (r *Requests) InTx(ctx context.Context, kind string, options pgx.TxOptions, do func(pgx.Tx) error) error {
	deadline := time.Now().Add(r.shares.wait)
	release, err := r.shares.acquire(ctx, kind)
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

// beginStatement returns the statement that begins a transaction with isolation level and access mode of the options.
func beginStatement(o pgx.TxOptions) string {
	sql := "begin"
	if o.IsoLevel != "" {
		sql += " isolation level " + string(o.IsoLevel)
	}
	return strings.TrimSpace(sql + " " + string(o.AccessMode))
}
