// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package database

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
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

// ReadMasterKeys reads a key file and returns its keys of 32 bytes, the newest first. Each line holds one key as 64 hexadecimal digits; there
// are several lines only while the master key is rotated. It fails with fs.ErrNotExist if there is no such file.
func ReadMasterKeys(file string) ([][]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("master key: %w; put the copy that was kept of it back, or name it in SOL_MASTER_KEY_FILE", err)
	}
	var keys [][]byte
	for line := range strings.Lines(strings.TrimSpace(string(text))) {
		key, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil || len(key) != 32 {
			return nil, fmt.Errorf("master key %s: a line does not hold 64 hexadecimal digits; put the copy that was kept of it back", file)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("master key %s: the file is empty; put the copy that was kept of it back", file)
	}
	return keys, nil
}

// ReadMasterKey returns the newest key of a key file.
func ReadMasterKey(file string) ([]byte, error) {
	keys, err := ReadMasterKeys(file)
	if err != nil {
		return nil, err
	}
	return keys[0], nil
}

// initLog creates the master key file and the log of a database that has none yet. If the log exists and the key file does not, it
// fails: a new key could not open the data. A lock serialises nodes that start together on one database: the first creates the
// key, the others find the log.
func initLog(ctx context.Context, keyFile, url string) (err error) {
	if _, err := ReadMasterKeys(keyFile); !errors.Is(err, os.ErrNotExist) {
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
		_, err := ReadMasterKeys(keyFile)
		if exists || !errors.Is(err, os.ErrNotExist) { // another node may have created it meanwhile
			return err
		}
		if err := CreateMasterKey(keyFile); err != nil {
			return fmt.Errorf("make a master key: %w", err)
		}
		keys, err := ReadMasterKeys(keyFile)
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

// CreateMasterKey writes a new random key to a file, atomically and synced to disk. If the file exists, it stays as it is.
func CreateMasterKey(path string) (err error) {
	name, err := writeKeyFile(filepath.Dir(path), "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(name)) }()
	if err := os.Link(name, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// AddMasterKey writes a new random key as the first line of a key file, atomically and synced to disk. The keys before stay below it.
func AddMasterKey(path string) error {
	keys, err := ReadMasterKeys(path)
	if err != nil {
		return err
	}
	var before strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&before, "%x\n", key)
	}
	name, err := writeKeyFile(filepath.Dir(path), before.String())
	if err != nil {
		return err
	}
	if err := os.Rename(name, path); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return syncDir(filepath.Dir(path))
}

// writeKeyFile writes a new random key, with earlier lines below it, to a new file of mode 0600 and returns the file's name.
func writeKeyFile(dir, earlier string) (name string, err error) {
	f, err := os.CreateTemp(dir, ".master.key-*")
	if err != nil {
		return "", err
	}
	key := make([]byte, 32)
	rand.Read(key)
	_, err = f.WriteString(hex.EncodeToString(key) + "\n" + earlier)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
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

// Migrate returns a PrepareSchema that migrates the database to the schema of this program, revokes rights that logins of nodes must not have,
// warns of others that no migration gives, and creates the log and the master key file of a new database.
func Migrate(keyFile string, log *slog.Logger) PrepareSchema {
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
		return initLog(ctx, keyFile, url)
	}
}
