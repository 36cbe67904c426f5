// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/cmd/sol/internal/config"
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

// ReadMasterKey reads a key file, which holds 64 hexadecimal digits, and returns its 32 bytes. It fails with fs.ErrNotExist if there
// is no such file.
func ReadMasterKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("master key: %w; put the copy that was kept of it back, or name it in SOL_MASTER_KEY_FILE", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("master key %s: it does not hold 64 hexadecimal digits; put the copy that was kept of it back", file)
	}
	return key, nil
}

// initLog creates the master key file and the log of a database that has none yet. If the log exists and the key file does not, it
// fails: a new key could not open the data. A lock serialises nodes that start together on one database: the first creates the
// key, the others find the log.
func initLog(ctx context.Context, keyFile, url string) (err error) {
	if _, err := ReadMasterKey(keyFile); !errors.Is(err, os.ErrNotExist) {
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
		_, err := ReadMasterKey(keyFile)
		if exists || !errors.Is(err, os.ErrNotExist) { // another node may have created it meanwhile
			return err
		}
		if err := CreateMasterKey(keyFile); err != nil {
			return fmt.Errorf("make a master key: %w", err)
		}
		key, err := ReadMasterKey(keyFile)
		if err != nil {
			return err
		}
		store, err := eventstore.Open(ctx, eventstore.Config{URL: url, MasterKey: key, Pools: []func(*pgpool.Spec){pgpool.Small}})
		if err != nil {
			return err
		}
		store.Close()
		return nil
	})
}

// CreateMasterKey writes a new random key to a file, atomically and synced to disk. If the file exists, it stays as it is.
func CreateMasterKey(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".master.key-*") // 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	key := make([]byte, 32)
	rand.Read(key)
	_, err = fmt.Fprintf(f, "%x\n", key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir syncs the entries of a directory to disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// HasOwn reports whether the data directory holds a database cluster of the embedded Postgres.
func HasOwn(c config.Config) bool {
	_, err := os.Stat(filepath.Join(c.PostgresDir(), "data", "PG_VERSION"))
	return err == nil
}

// Migrate returns a PrepareSchema that migrates the database to the schema of this program, and creates the log and the master key
// file of a new one.
func Migrate(keyFile string) PrepareSchema {
	return func(ctx context.Context, url string) error {
		if err := migrations.Up(ctx, url); err != nil {
			return err
		}
		return initLog(ctx, keyFile, url)
	}
}
