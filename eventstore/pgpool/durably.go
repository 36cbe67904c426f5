// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// durablyTimeout is the time for which a caller waits for a durable transaction.
const durablyTimeout = 4 * time.Second

// Durably runs do in a transaction of the outbox pool, and returns nil when the standbys have it too. The caller waits until its context
// ends, and for 4 s at most. The transaction goes on without the caller: a commit that its caller interrupts would stay on the primary
// alone. Error: ErrUnavailable; then it is not known whether the transaction was committed.
//
// do may still run after Durably has returned an error, so it must not write variables that its caller reads then.
func (p *Pools) Durably(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	done := make(chan error, 1)
	if !p.background.start(func(ctx context.Context) { done <- p.commitDurably(ctx, do) }) {
		return errClosing
	}
	limit := time.NewTimer(durablyTimeout)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return fmt.Errorf("%w: the transaction goes on", ErrUnavailable)
	case <-ctx.Done():
		return fmt.Errorf("%w: the transaction goes on: %w", ErrUnavailable, context.Cause(ctx))
	}
}

// ExecDurably executes a statement as Durably does, and returns the number of its rows.
func (p *Pools) ExecDurably(ctx context.Context, sql string, args ...any) (int64, error) {
	rows := make(chan int64, 1)
	err := p.Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, args...)
		rows <- done.RowsAffected()
		return err
	})
	if err != nil {
		return 0, err
	}
	return <-rows, nil
}

var errClosing = fmt.Errorf("%w: the pools are closed", ErrUnavailable)

func (p *Pools) commitDurably(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	conn, err := p.Outbox.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	standbys := ""
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := do(ctx, tx); err != nil || p.durability.IsKept("") {
			return err
		}
		return tx.QueryRow(ctx, `select current_setting($1)`, "synchronous_standby_names").Scan(&standbys)
	})
	switch {
	case err != nil:
		return err
	case IsDoubtful(conn.Conn()):
		return fmt.Errorf("%w: the standbys may not have the transaction", ErrUnavailable)
	case !p.durability.IsKept(standbys):
		return fmt.Errorf("%w: the server waits for no standby", ErrUnavailable)
	}
	return nil
}

const doubtful = "sol doubtful"

// markDoubtful marks a connection on which the server gave a warning. The server warns when it stops waiting for the standbys, and then
// reports the commit as successful all the same.
func markDoubtful(conn *pgconn.PgConn, message *pgconn.Notice) {
	if message.SeverityUnlocalized == "WARNING" {
		conn.CustomData()[doubtful] = true
	}
}

// IsDoubtful reports whether the server gave a warning on a connection of a durable pool: it is not known whether the standbys have the
// last commit. The pool closes such a connection when it is released.
func IsDoubtful(conn *pgx.Conn) bool {
	_, marked := conn.PgConn().CustomData()[doubtful]
	return marked
}

// background runs functions that go on without their callers, until it is closed.
type background struct {
	ctx     context.Context // ends when it is closed
	cancel  context.CancelFunc
	mu      sync.Mutex // start and close exclude each other
	running sync.WaitGroup
}

// start runs do in a goroutine. It returns false, and runs nothing, after close.
func (b *background) start(do func(context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ctx.Err() != nil {
		return false
	}
	b.running.Go(func() { do(b.ctx) })
	return true
}

// close ends the contexts of the functions and waits until they have returned.
func (b *background) close() {
	b.mu.Lock()
	b.cancel()
	b.mu.Unlock()
	b.running.Wait()
}
