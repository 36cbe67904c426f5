// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lastseen

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ReadFile returns the log that a file remembers; the zero value if there is no such file.
func ReadFile(path string) (Log, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Log{}, nil
	}
	if err != nil {
		return Log{}, fmt.Errorf("last seen log: %w", err)
	}
	var l Log
	if err := json.Unmarshal(text, &l); err != nil || l.ID == "" {
		return Log{}, fmt.Errorf("last seen log: %s cannot be read; put a copy of it back, or run sol restore --accept: %w", path,
			errors.Join(err, errors.New("not the JSON that sol writes")))
	}
	return l, nil
}

// WriteFile writes the file, atomically and synced to disk.
func WriteFile(path string, l Log) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("last seen log: %w", err)
		}
	}()
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".last-seen-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
