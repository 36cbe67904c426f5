// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/eventstore/ownpg"
	"github.com/sol-assistenza/sol/migrations"
)

// database is the Postgres that a command works with, its schema that of this program.
type database struct {
	url string
	own *ownpg.Server // nil: not ours to stop
}

// schema sees to it that a database has the schema of this program: migrate or fits.
type schema func(ctx context.Context, url string) error

// migrate brings a database up to this program, and gives a new log its master key.
func (c config) migrate(ctx context.Context, url string) error {
	if err := migrations.Up(ctx, url); err != nil {
		return err
	}
	return c.beginLog(ctx, url)
}

// fits refuses a database of another schema, and changes nothing: whoever looks at a list upgrades no installation.
func fits(ctx context.Context, url string) error {
	err := migrations.Check(ctx, url)
	var other *migrations.VersionError
	switch {
	case errors.As(err, &other) && other.Has < other.Wants:
		return fmt.Errorf("%w; sol migrate brings it up, and so does starting the server", err)
	case errors.As(err, &other):
		return fmt.Errorf("%w; use the sol that the server runs", err)
	}
	return err
}

// openDatabase brings the database up: the one that is configured, or our own, which then belongs to this process.
func openDatabase(ctx context.Context, c config, log *slog.Logger, suits schema) (database, error) {
	if c.DatabaseURL != "" {
		if err := answers(ctx, c.DatabaseURL, log); err != nil {
			return database{}, err
		}
		return database{url: c.DatabaseURL}, suits(ctx, c.DatabaseURL)
	}
	own, err := ownpg.Start(ctx, ownpg.Config{Dir: c.postgresDir(), Log: log})
	if err != nil {
		return database{}, err
	}
	d := database{url: own.URL("sol"), own: own}
	if err := suits(ctx, d.url); err != nil {
		return database{}, errors.Join(err, d.close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// joinDatabase is openDatabase for a command that may run beside a server: if one holds our own Postgres, that is used.
func joinDatabase(ctx context.Context, c config, log *slog.Logger, suits schema) (database, error) {
	d, err := openDatabase(ctx, c, log, suits)
	if !errors.Is(err, ownpg.ErrInUse) {
		return d, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for { // the other sol may just be starting it
		if url, ok := ownpg.Find(c.postgresDir(), "sol"); ok {
			if answers(ctx, url, log) == nil {
				return database{url: url}, suits(ctx, url)
			}
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return database{}, fmt.Errorf("%w; its Postgres does not answer", err)
		}
	}
}

// answers waits until a database can be reached. What waiting will not change is refused at once.
func answers(ctx context.Context, url string, log *slog.Logger) error {
	for told := false; ; {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		var parse *pgconn.ParseConfigError
		var refused *pgconn.PgError
		if errors.As(err, &parse) || errors.As(err, &refused) && refused.Code[:2] != "57" && refused.Code[:2] != "53" {
			return fmt.Errorf("database: %w; check SOL_DATABASE_URL", err)
		}
		if !told {
			log.WarnContext(ctx, "the database does not answer yet; waiting for it", "error", err)
			told = true
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// close stops our own Postgres, within ten seconds.
func (d database) close(ctx context.Context) error {
	if d.own == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return d.own.Stop(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
