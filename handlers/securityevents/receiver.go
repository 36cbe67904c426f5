// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package securityevents

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// receiver takes events. send returns nil only when the receiver has them all, as far as its protocol tells. After an error it may have some.
// One goroutine uses a receiver.
type receiver interface {
	send(ctx context.Context, events []Event) error
	close() error
}

// Receiver is the address of a receiver, as SOL_SECURITY_EVENTS names it. The zero value is none.
type Receiver struct {
	path string // of a file; "-": the standard output
}

// ParseReceiver parses SOL_SECURITY_EVENTS.
func ParseReceiver(text string) (Receiver, error) {
	switch {
	case text == "":
		return Receiver{}, nil
	case text == "stdout":
		return Receiver{path: "-"}, nil
	case filepath.IsAbs(text):
		return Receiver{path: filepath.Clean(text)}, nil
	}
	return Receiver{}, errors.New("want stdout or the absolute path of a file")
}

// IsSet reports whether there is a receiver.
func (r Receiver) IsSet() bool { return r != Receiver{} }

// String returns the receiver for logs and events.
func (r Receiver) String() string {
	if r.path == "-" {
		return "stdout"
	}
	return r.path
}

func (r Receiver) dial() receiver {
	if r.path == "-" {
		return writerReceiver{os.Stdout}
	}
	return &fileReceiver{path: r.path}
}
