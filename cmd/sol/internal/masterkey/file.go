// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package masterkey reads and makes the master keys of a node.
package masterkey

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ReadFile reads a key file and returns its keys of 32 bytes, the newest first. Each line holds one key as 64 hexadecimal digits; there
// are several lines only while the master key is rotated. It fails with fs.ErrNotExist if there is no such file.
func ReadFile(file string) ([][]byte, error) {
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

// ReadNewest returns the newest key of a key file.
func ReadNewest(file string) ([]byte, error) {
	keys, err := ReadFile(file)
	if err != nil {
		return nil, err
	}
	return keys[0], nil
}

// CreateFile writes a new random key to a file, atomically and synced to disk. If the file exists, it stays as it is.
func CreateFile(path string) (err error) {
	name, err := writeFile(filepath.Dir(path), "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(name)) }()
	if err := os.Link(name, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// AddToFile writes a new random key as the first line of a key file, atomically and synced to disk. The keys before stay below it.
func AddToFile(path string) error {
	keys, err := ReadFile(path)
	if err != nil {
		return err
	}
	var before strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&before, "%x\n", key)
	}
	name, err := writeFile(filepath.Dir(path), before.String())
	if err != nil {
		return err
	}
	if err := os.Rename(name, path); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return syncDir(filepath.Dir(path))
}

// writeFile writes a new random key, with earlier lines below it, to a new file of mode 0600 and returns the file's name.
func writeFile(dir, earlier string) (name string, err error) {
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
