// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// transaction is a transaction that was begun with other statements in one round trip, which pgx cannot do. It has no savepoints and no
// large objects.
type transaction struct {
	conn  *pgx.Conn
	ended bool
}

var errNotSupported = errors.New("not supported in a transaction of the request pool")

// Commit commits the transaction. Error: pgx.ErrTxCommitRollback after a failed statement.
func (t *transaction) Commit(ctx context.Context) error {
	tag, err := t.end(ctx, "commit")
	if err == nil && tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback rolls the transaction back. It does nothing if the transaction has ended.
func (t *transaction) Rollback(ctx context.Context) error {
	if t.ended || t.conn.IsClosed() {
		return nil
	}
	_, err := t.end(ctx, "rollback")
	return err
}

func (t *transaction) end(ctx context.Context, statement string) (pgconn.CommandTag, error) {
	if t.ended {
		return pgconn.CommandTag{}, pgx.ErrTxClosed
	}
	t.ended = true
	return t.conn.Exec(ctx, statement)
}

// Exec runs a statement.
func (t *transaction) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.conn.Exec(ctx, sql, args...)
}

// Query runs a query.
func (t *transaction) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.conn.Query(ctx, sql, args...)
}

// QueryRow runs a query for one row.
func (t *transaction) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.conn.QueryRow(ctx, sql, args...)
}

// SendBatch sends statements in one round trip.
func (t *transaction) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.conn.SendBatch(ctx, b)
}

// CopyFrom copies rows into a table.
func (t *transaction) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.conn.CopyFrom(ctx, table, columns, rows)
}

// Prepare prepares a statement.
func (t *transaction) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return t.conn.Prepare(ctx, name, sql)
}

// Begin returns an error.
func (t *transaction) Begin(context.Context) (pgx.Tx, error) { return nil, errNotSupported }

// LargeObjects returns no large objects.
func (t *transaction) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn returns the connection.
func (t *transaction) Conn() *pgx.Conn { return t.conn }
