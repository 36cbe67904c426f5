// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// makeDataDir makes the data directory. Root's stays passable: the Postgres user has its own directory in it.
func makeDataDir(dir string) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return fmt.Errorf("data directory: %w; set SOL_DATA_DIR to a directory of your own", err)
	}
	return nil
}

// masterKey reads the key file: 64 hexadecimal digits. It makes one when there is none and nothing was sealed yet as
// far as can be told here: the store refuses a key that does not fit its log.
func (c config) masterKey() ([]byte, error) {
	text, err := os.ReadFile(c.MasterKey)
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(c.postgresDir(), "data", "PG_VERSION")); err == nil && c.DatabaseURL == "" {
			return nil, fmt.Errorf("the database in %s is there, its master key %s is not: put the copy that was kept of it back, or name it in SOL_MASTER_KEY_FILE",
				c.postgresDir(), c.MasterKey)
		}
		if err := newMasterKey(c.MasterKey); err != nil {
			return nil, fmt.Errorf("make a master key: %w", err)
		}
		text, err = os.ReadFile(c.MasterKey)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("master key %s: it does not hold 64 hexadecimal digits; put the copy that was kept of it back", c.MasterKey)
	}
	return key, nil
}

// newMasterKey writes a key so that the file is whole or not there, and the first of two processes wins.
func newMasterKey(path string) (err error) {
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
	return nil
}

func (c config) postgresDir() string { return filepath.Join(c.DataDir, "postgres") }
