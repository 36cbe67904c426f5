// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package config

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

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/migrations"
)

// MakeDataDir makes the data directory. Root's stays passable: the Postgres user has its own directory in it.
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

// ReadMasterKey reads the key file: 64 hexadecimal digits. Error: fs.ErrNotExist when there is none.
func (c Config) ReadMasterKey() ([]byte, error) {
	text, err := os.ReadFile(c.MasterKeyFile)
	if err != nil {
		return nil, fmt.Errorf("master key: %w; put the copy that was kept of it back, or name it in SOL_MASTER_KEY_FILE", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("master key %s: it does not hold 64 hexadecimal digits; put the copy that was kept of it back", c.MasterKeyFile)
	}
	return key, nil
}

// initLog makes the master key of a log that was not begun yet, and begins the log with it. Beside a log that has
// another key none is made up: it would stand in the way of the right one. The lock is for nodes that start together
// on one database: the first makes the key, the others find the log begun.
func (c Config) initLog(ctx context.Context, url string) (err error) {
	if _, err := c.ReadMasterKey(); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("begin the log: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var begun bool
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('sol: begin the log'))`); err != nil {
			return fmt.Errorf("begin the log: %w", err)
		}
		if err := tx.QueryRow(ctx, `select exists (select from keys.master)`).Scan(&begun); err != nil {
			return fmt.Errorf("begin the log: %w", err)
		}
		_, err := c.ReadMasterKey()
		if begun || !errors.Is(err, os.ErrNotExist) { // another node may have made it meanwhile
			return err
		}
		if err := CreateMasterKey(c.MasterKeyFile); err != nil {
			return fmt.Errorf("make a master key: %w", err)
		}
		key, err := c.ReadMasterKey()
		if err != nil {
			return err
		}
		store, err := eventstore.Open(ctx, eventstore.Config{URL: url, MasterKey: key})
		if err != nil {
			return err
		}
		store.Close()
		return nil
	})
}

// CreateMasterKey writes a key so that the file is whole or not there, on the disk once it is used, and the first of two
// processes wins.
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

// syncDir puts the names in a directory on the disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (c Config) PostgresDir() string { return filepath.Join(c.DataDir, "postgres") }

// HasOwnDatabase tells whether our own Postgres was made already.
func (c Config) HasOwnDatabase() bool {
	_, err := os.Stat(filepath.Join(c.PostgresDir(), "data", "PG_VERSION"))
	return err == nil
}

// Migrate brings a database up to this program, and gives a new log its master key.
func (c Config) Migrate(ctx context.Context, url string) error {
	if err := migrations.Up(ctx, url); err != nil {
		return err
	}
	return c.initLog(ctx, url)
}
