// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package database opens the Postgres that a command works on: its own, a running one, or that of SOL_DATABASE_URL.
package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/migrations"
)

// Database is the Postgres that a command works with, its schema that of this program.
type Database struct {
	URL      string
	Postgres *embedpg.Server // nil: not ours to stop
}

// PrepareSchema sees to it that a database has the schema of this program: migrate or fits.
type PrepareSchema func(ctx context.Context, url string) error

// CheckSchema refuses a database of another schema, and changes nothing: whoever looks at a list upgrades no installation.
func CheckSchema(ctx context.Context, url string) error {
	err := migrations.Check(ctx, url)
	var other *migrations.VersionError
	switch {
	case errors.As(err, &other) && other.Has < other.Wants:
		return fmt.Errorf("%w; sol migrate or starting the server migrates it", err)
	case errors.As(err, &other):
		return fmt.Errorf("%w; use the same version of sol as the server", err)
	}
	return err
}

// Open brings the database up: the one that is configured, or our own, which then belongs to this process.
func Open(ctx context.Context, c config.Config, log *slog.Logger, suits PrepareSchema) (Database, error) {
	if c.DatabaseURL != "" {
		if err := waitUntilReachable(ctx, c.DatabaseURL, log); err != nil {
			return Database{}, err
		}
		return Database{URL: c.DatabaseURL}, suits(ctx, c.DatabaseURL)
	}
	own, err := embedpg.Start(ctx, embedpg.Config{Dir: c.PostgresDir(), Log: log})
	if err != nil {
		return Database{}, err
	}
	d := Database{URL: own.URL("sol"), Postgres: own}
	if err := suits(ctx, d.URL); err != nil {
		return Database{}, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// OpenOrJoin is openDatabase for a command that may run beside a server: if one holds our own Postgres, that is used.
func OpenOrJoin(ctx context.Context, c config.Config, log *slog.Logger, suits PrepareSchema) (Database, error) {
	d, err := Open(ctx, c, log, suits)
	if !errors.Is(err, embedpg.ErrInUse) {
		return d, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for { // the other sol may just be starting it
		if url, ok := embedpg.Find(c.PostgresDir(), "sol"); ok {
			if waitUntilReachable(ctx, url, log) == nil {
				return Database{URL: url}, suits(ctx, url)
			}
		}
		if Sleep(ctx, 100*time.Millisecond) != nil {
			return Database{}, fmt.Errorf("%w; its Postgres is unreachable", err)
		}
	}
}

// waitUntilReachable waits until a database can be reached. What waiting will not change is refused at once.
func waitUntilReachable(ctx context.Context, url string, log *slog.Logger) error {
	for logged := false; ; {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		var parse *pgconn.ParseConfigError
		var refused *pgconn.PgError
		if errors.As(err, &parse) || errors.As(err, &refused) && refused.Code[:2] != "57" && refused.Code[:2] != "53" {
			return fmt.Errorf("database: %w; check SOL_DATABASE_URL", err)
		}
		if !logged {
			log.WarnContext(ctx, "database unreachable; waiting", "error", err)
			logged = true
		}
		if err := Sleep(ctx, time.Second); err != nil {
			return err
		}
	}
}

// Close stops our own Postgres, within ten seconds.
func (d Database) Close(ctx context.Context) error {
	if d.Postgres == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return d.Postgres.Stop(ctx)
}

// Sleep waits for d or until ctx ends, and returns the error of ctx then.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
