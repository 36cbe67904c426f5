// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package database opens the Postgres of a command: the embedded one, the embedded one of a running sol, or that of SOL_DATABASE_URL. It
// also reads and creates the master key file.
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
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/migrations"
)

// Database is an open Postgres whose schema fits this program.
type Database struct {
	URL        string          // of the owner; of sol_worker if the configuration has no login of the owner
	Logins     pgpool.Logins   // of the login roles
	RequestURL string          // see pgpool.Config
	Postgres   *embedpg.Server // the embedded Postgres of this process; nil: another process stops it
}

// Trusted returns the database at the URL of its owner on a server that asks nobody for a password: the embedded Postgres.
func Trusted(url string) Database { return Database{URL: url, Logins: pgpool.TrustedLogins(url)} }

// PrepareSchema migrates or checks the schema of a database: Migrate or CheckSchema.
type PrepareSchema func(ctx context.Context, url string) error

// CheckSchema returns an error for a database with another schema version, and for one in which logins of nodes may create objects. It changes
// nothing: a command that only reads must not upgrade an installation.
func CheckSchema(ctx context.Context, url string) error {
	err := migrations.Check(ctx, url)
	var other *migrations.VersionError
	switch {
	case errors.As(err, &other) && other.Has < other.Wants:
		return fmt.Errorf("%w; sol migrate or starting the server migrates it", err)
	case errors.As(err, &other):
		return fmt.Errorf("%w; use the same version of sol as the server", err)
	case err != nil:
		return err
	}
	err = migrations.CheckRights(ctx, url)
	if errors.As(err, new(*migrations.RightsError)) {
		return fmt.Errorf("%w; sol migrate revokes it", err)
	}
	return err
}

// Prepare returns the PrepareSchema of a server: Migrate, or CheckSchema if the configuration has no login of the owner.
func Prepare(c config.Config, log *slog.Logger) PrepareSchema {
	if !c.KnowsOwner() {
		return CheckSchema
	}
	return Migrate(c.MasterKey, log)
}

// RequireOwner returns an error if the configuration has no login of the database's owner, whom a command needs.
func RequireOwner(c config.Config) error {
	if c.KnowsOwner() {
		return nil
	}
	return errors.New("this command needs the owner of the database: set SOL_OWNER_DATABASE_URL")
}

// Open waits for the configured database or, if none is configured, starts the embedded Postgres, and prepares the schema. Error:
// embedpg.ErrInUse if another process runs the embedded Postgres.
func Open(ctx context.Context, c config.Config, log *slog.Logger, prepare PrepareSchema) (Database, error) {
	if !c.UsesOwnPostgres() {
		return openConfigured(ctx, c, log, prepare)
	}
	own, err := embedpg.Start(ctx, embedpg.Config{Dir: c.PostgresDir(), Log: log})
	if err != nil {
		return Database{}, err
	}
	d := Trusted(own.URL("sol"))
	d.Postgres = own
	if err := prepare(ctx, d.URL); err != nil {
		return Database{}, errors.Join(err, d.Close(context.WithoutCancel(ctx)))
	}
	return d, nil
}

// OpenOrJoin is Open for a command that may run beside a server: it joins the embedded Postgres of the server, for which it waits up to
// 30 s.
func OpenOrJoin(ctx context.Context, c config.Config, log *slog.Logger, prepare PrepareSchema) (Database, error) {
	d, err := Open(ctx, c, log, prepare)
	if !errors.Is(err, embedpg.ErrInUse) {
		return d, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for { // the other process may still be starting it
		if url, ok := embedpg.Find(c.PostgresDir(), "sol"); ok {
			if waitUntilReachable(ctx, url, "SOL_DATABASE_URL", log) == nil {
				return Trusted(url), prepare(ctx, url)
			}
		}
		if Sleep(ctx, 100*time.Millisecond) != nil {
			return Database{}, fmt.Errorf("%w; its Postgres is unreachable", err)
		}
	}
}

// waitUntilReachable waits until the database of a URL, which a variable names, answers. It returns at once an error that waiting does not
// change, for example a wrong password.
func waitUntilReachable(ctx context.Context, url, variable string, log *slog.Logger) error {
	for logged := false; ; {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		var parse *pgconn.ParseConfigError
		var refused *pgconn.PgError
		if errors.As(err, &parse) || errors.As(err, &refused) && refused.Code[:2] != "57" && refused.Code[:2] != "53" {
			return fmt.Errorf("database: %w; check %s", err, variable)
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

// Close stops the embedded Postgres of this process, within 10 s.
func (d Database) Close(ctx context.Context) error {
	if d.Postgres == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return d.Postgres.Stop(ctx)
}

// Sleep waits for d. It returns the cause of ctx if that ends before.
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
