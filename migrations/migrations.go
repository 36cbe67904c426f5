// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package migrations holds the database schema as numbered SQL files, applies them to a database and checks its version. A migration
// never changes after its release.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockTimeout is the longest time for which a statement of a migration waits for a lock, unless the migration sets another one: 00014 and
// 00018 set 5 s. While it waits, reads and writes of the table queue behind it. Then the migration is rolled back, and tried again after
// retryDelay, until maxRetryTime has passed.
const (
	lockTimeout  = 500 * time.Millisecond
	retryDelay   = 2 * time.Second
	maxRetryTime = 10 * time.Minute
)

// Up applies the migrations that the database at url does not have yet, also one with a lower number than the last. The URL's user must own
// the database and have CREATEROLE. A session lock lets one node at a time migrate; others wait for it for two minutes at most. Nodes of the
// release before may run: a migration that does not get a lock in time is rolled back and tried again, so that no query of theirs waits
// longer than lockTimeout.
func Up(ctx context.Context, url string) error {
	if err := up(ctx, url, files); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// up applies the migrations of files, and tries again when one did not get a lock.
func up(ctx context.Context, url string, files fs.FS) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf(`set lock_timeout = %d`, lockTimeout.Milliseconds()))
		return err
	}))
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(maxRetryTime); ; {
		_, err := provider.Up(ctx)
		var busy *pgconn.PgError
		if !errors.As(err, &busy) || busy.Code != "55P03" || time.Now().After(deadline) { // lock_not_available
			return err
		}
		again := time.NewTimer(retryDelay)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return errors.Join(err, ctx.Err())
		}
	}
}
