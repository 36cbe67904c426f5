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
	"syscall"
)

// readFile reads a key file. Each line holds one key as 64 hexadecimal digits. It fails with fs.ErrNotExist if there is no such file.
func readFile(file string) ([][]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("master key: %w; put the copy that was kept of it back, or name it in %s", err, FileVariable)
	}
	return parse(strings.Fields(string(text)), file)
}

// New returns a new random key as 64 hexadecimal digits.
func New() string {
	key := make([]byte, keySize)
	rand.Read(key)
	return hex.EncodeToString(key)
}

// CreateFile writes a new random key to a file, atomically and synced to disk. If the file exists, it stays as it is.
func CreateFile(path string) (err error) {
	name, err := writeFile(filepath.Dir(path), "", nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(name)) }()
	if err := os.Link(name, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// AddToFile writes a new random key as the first line of a key file, atomically and synced to disk. The keys before stay below it. The file keeps
// its owner and mode: root may add a key to the file of the user that the service runs as.
func AddToFile(path string) error {
	path = resolve(path) // a link stays one
	keys, err := readFile(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var before strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&before, "%x\n", key)
	}
	name, err := writeFile(filepath.Dir(path), before.String(), info)
	if err != nil {
		return err
	}
	if err := os.Rename(name, path); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return syncDir(filepath.Dir(path))
}

// writeFile writes a new random key, with earlier lines below it, to a new file and returns the file's name. Owner and mode are those of like;
// nil: of this user, 0600.
func writeFile(dir, earlier string, like os.FileInfo) (name string, err error) {
	f, err := os.CreateTemp(dir, ".master.key-*")
	if err != nil {
		return "", err
	}
	if like != nil {
		err = f.Chmod(like.Mode().Perm())
		if owner, ok := like.Sys().(*syscall.Stat_t); ok && err == nil {
			err = f.Chown(int(owner.Uid), int(owner.Gid))
		}
	}
	if err == nil {
		_, err = f.WriteString(New() + "\n" + earlier)
	}
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
