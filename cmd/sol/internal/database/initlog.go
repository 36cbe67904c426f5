// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
	"github.com/sol-assistenza/sol/cmd/sol/internal/masterkey"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/migrations"
)

// MakeDataDir creates the data directory with mode 0700. For root it is 0711, because the unprivileged user of Postgres has a directory
// in it.
func MakeDataDir(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("data directory: %w; set SOL_DATA_DIR to a directory of your own", err)
	}
	return nil
}

// initLog creates the master key file and the log of a database that has none yet. If the log exists and the key file does not, it
// fails: a new key could not open the data. A lock serialises nodes that start together on one database: the first creates the
// key, the others find the log.
func initLog(ctx context.Context, key *masterkey.Source, url string) (err error) {
	if _, err := key.Read(); !key.IsMissing(err) {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("begin the log: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var exists bool
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('sol: begin the log'))`); err != nil {
			return fmt.Errorf("begin the log: %w", err)
		}
		if err := tx.QueryRow(ctx, `select exists (select from keys.master)`).Scan(&exists); err != nil {
			return fmt.Errorf("begin the log: %w", err)
		}
		_, err := key.Read()
		if exists || !key.IsMissing(err) { // another node may have created it meanwhile
			return err
		}
		if err := masterkey.CreateFile(key.File()); err != nil {
			return fmt.Errorf("make a master key: %w", err)
		}
		keys, err := key.Read()
		if err != nil {
			return err
		}
		store, err := eventstore.Open(ctx, eventstore.Config{URL: url, MasterKey: keys[0], Pools: []func(*pgpool.Spec){pgpool.Small}})
		if err != nil {
			return err
		}
		store.Close()
		return nil
	})
}

// HasOwn reports whether the data directory holds a database cluster of the embedded Postgres.
func HasOwn(c config.Config) bool {
	_, err := os.Stat(filepath.Join(c.PostgresDir(), "data", "PG_VERSION"))
	return err == nil
}

// Migrate returns a PrepareSchema that migrates the database to the schema of this program, revokes rights that logins of nodes must not have,
// warns of others that no migration gives, and creates the log and the master key file of a new database.
func Migrate(key *masterkey.Source, log *slog.Logger) PrepareSchema {
	return func(ctx context.Context, url string) error {
		if err := migrations.Up(ctx, url); err != nil {
			return err
		}
		revoked, err := migrations.HoldRights(ctx, url)
		if err != nil {
			return err
		}
		if len(revoked) > 0 {
			log.WarnContext(ctx, "logins of the service were able to create objects in the database: the rights are revoked", "rights", strings.Join(revoked, "; "))
		}
		extra, err := migrations.ExtraRights(ctx, url)
		if err != nil {
			return err
		}
		if len(extra) > 0 {
			log.WarnContext(ctx, "roles of nodes have rights that no migration gives: revoke them, or find out who granted them", "rights", strings.Join(extra, "; "))
		}
		return initLog(ctx, key, url)
	}
}
