// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// lines returns the events as JSON lines.
func lines(events []Event) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, e := range events {
		if err := encoder.Encode(e); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// writerReceiver writes JSON lines to a stream.
type writerReceiver struct{ w io.Writer }

func (r writerReceiver) send(_ context.Context, events []Event) error {
	text, err := lines(events)
	if err == nil && len(text) > 0 {
		_, err = r.w.Write(text)
	}
	return err
}

func (writerReceiver) close() error { return nil }

// fileReceiver appends JSON lines to a file. It opens the file anew when another one has its name, so that logrotate and the like may rename it.
type fileReceiver struct {
	path string
	file *os.File // nil: not open
}

// send implements receiver. The lines are on the disk when it returns nil.
func (r *fileReceiver) send(_ context.Context, events []Event) (err error) {
	if len(events) == 0 {
		return nil
	}
	text, err := lines(events)
	if err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close()) // the next open ends a line that was not written whole
		}
	}()
	if _, err := r.file.Write(text); err != nil {
		return err
	}
	return r.file.Sync()
}

// open opens the file unless it is open under its name. It ends a last line that a crash or a full disk has cut: a program that reads lines
// finds one that is no JSON, and the event of that line is sent again.
func (r *fileReceiver) open() error {
	if r.file != nil {
		mine, err := r.file.Stat()
		named, statErr := os.Stat(r.path)
		if err == nil && statErr == nil && os.SameFile(mine, named) {
			return nil
		}
		if err := r.close(); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	r.file = file
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return err
	}
	var last [1]byte
	if _, err := file.ReadAt(last[:], info.Size()-1); err != nil {
		return err
	}
	if last[0] != '\n' {
		if _, err := file.WriteString("\n"); err != nil {
			return fmt.Errorf("end the last line: %w", err)
		}
	}
	return nil
}

func (r *fileReceiver) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}
