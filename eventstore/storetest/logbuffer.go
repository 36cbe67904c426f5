// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"bytes"
	"sync"
)

// LogBuffer is a writer that keeps what is logged, for tests to read. It is safe for concurrent use.
type LogBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the buffer. Run fails if p holds personal data of tests.
func (l *LogBuffer) Write(p []byte) (int, error) {
	ExpectNoPersonalData("a log", string(p))
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns all that was written.
func (l *LogBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
