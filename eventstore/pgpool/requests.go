// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/eventstore/signedreader"
)

// Requests is the request pool. Its transactions run as role sol_viewer, which reads through policies and functions that ask for whom:
// each transaction has a reader, signed by the node.
type Requests struct {
	pool   *pgxpool.Pool
	signer *signedreader.Signer
	begin  string // sets the reader $1, and in transaction mode what the connections of other pools have as settings; returns now()
	shares *shares
}

// newRequests returns the request pool for a pool.
func newRequests(pool *pgxpool.Pool, s Spec, inTransactionMode bool) *Requests {
	set := []string{`set_config('` + signedreader.Setting + `', $1, true)`}
	if inTransactionMode {
		settings := s.settings()
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			set = append(set, fmt.Sprintf(`set_config('%s', '%s', true)`, name, settings[name]))
		}
	}
	return &Requests{pool: pool, shares: newShares(s.Wait, s.half(), 0), begin: `select now(), concat(` + strings.Join(set, ", ") + `)`}
}

// Read sends the statements of a batch in one round trip and one transaction, for a reader. The functions of the batch (Query, QueryRow, Exec)
// get the results. kind is that of InTx. Error: ErrUnavailable.
func (r *Requests) Read(ctx context.Context, by signedreader.Reader, kind string, batch *pgx.Batch) error {
	return r.acquire(ctx, kind, func(conn *pgxpool.Conn) error { return r.send(ctx, conn, by, nil, batch) })
}

// InTx runs do in a transaction for a reader. kind names what is read, for example a read model: the transactions of one kind use at most
// half of the connections, rounded up. Error: ErrUnavailable.
func (r *Requests) InTx(ctx context.Context, by signedreader.Reader, kind string, options pgx.TxOptions, do func(pgx.Tx) error) error {
	return r.inTx(ctx, by, kind, []string{beginStatement(options)}, do)
}

// InSnapshot is InTx for reads of one snapshot of the database, which it takes when it has locked tables against changes of their definitions:
// lock is the SQL of their names.
func (r *Requests) InSnapshot(ctx context.Context, by signedreader.Reader, kind, lock string, do func(pgx.Tx) error) error {
	begin := beginStatement(pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	return r.inTx(ctx, by, kind, []string{begin, `lock table ` + lock + ` in access share mode`}, do)
}

func (r *Requests) inTx(ctx context.Context, by signedreader.Reader, kind string, begin []string, do func(pgx.Tx) error) error {
	return r.acquire(ctx, kind, func(conn *pgxpool.Conn) error {
		if err := r.send(ctx, conn, by, begin, &pgx.Batch{}); err != nil {
			return err
		}
		tx := &transaction{conn: conn.Conn()}
		if err := do(tx); err != nil {
			_ = tx.Rollback(ctx)
			return err
		}
		return tx.Commit(ctx)
	})
}

// acquire calls do with a connection, on which no transaction is open afterwards.
func (r *Requests) acquire(ctx context.Context, kind string, do func(*pgxpool.Conn) error) error {
	deadline := time.Now().Add(r.shares.wait)
	release, err := r.shares.acquire(ctx, kind)
	if err != nil {
		return err
	}
	defer release()
	conn, err := r.pool.Acquire(waitUntil(ctx, deadline))
	if err != nil {
		return err
	}
	defer conn.Release() // it closes a connection with an open transaction
	return do(conn)
}

// errSignedAtAnotherTime says that the reader's signature has another time than the transaction, and that the signer knows the time now.
var errSignedAtAnotherTime = errors.New("the reader was signed at another time than that of the database")

// send sends a batch in one round trip, after the statements that begin a transaction, if any, and the one that sets the reader. If the signature
// has another time than the transaction, it sends all again, once, with a new one: no function of the batch was called.
func (r *Requests) send(ctx context.Context, conn *pgxpool.Conn, by signedreader.Reader, begin []string, batch *pgx.Batch) error {
	err := r.sendOnce(ctx, conn, by, begin, batch)
	if !errors.Is(err, errSignedAtAnotherTime) {
		return err
	}
	if len(begin) > 0 {
		begin = append([]string{"rollback"}, begin...)
	}
	return r.sendOnce(ctx, conn, by, begin, batch)
}

// sendOnce is send without a second attempt. The statement that sets the reader takes the snapshot: pgx prepares new statements before it sends
// the first, so none of them takes an earlier one.
func (r *Requests) sendOnce(ctx context.Context, conn *pgxpool.Conn, by signedreader.Reader, begin []string, batch *pgx.Batch) error {
	signed, at, err := r.signer.Sign(by)
	if err != nil {
		return err
	}
	all := &pgx.Batch{}
	for _, sql := range begin {
		all.Queue(sql)
	}
	all.Queue(r.begin, signed).QueryRow(func(row pgx.Row) error {
		var began time.Time
		if err := row.Scan(&began, nil); err != nil {
			return err
		}
		if !r.signer.Check(at, began) {
			return errSignedAtAnotherTime
		}
		return nil
	})
	for _, q := range batch.QueuedQueries { // a batch that was sent keeps its prepared statements
		all.Queue(q.SQL, q.Arguments...).Fn = q.Fn
	}
	return conn.SendBatch(ctx, all).Close()
}

// beginStatement returns the statement that begins a transaction with isolation level and access mode of the options.
func beginStatement(o pgx.TxOptions) string {
	sql := "begin"
	if o.IsoLevel != "" {
		sql += " isolation level " + string(o.IsoLevel)
	}
	return strings.TrimSpace(sql + " " + string(o.AccessMode))
}
