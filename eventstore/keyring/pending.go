// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// PendingKeyLifetime bounds how long a pending key waits for its append: less than the age at which its blob counts as an orphan.
const PendingKeyLifetime = 50 * time.Minute

// PendingKeys holds the wrapped keys of blobs that are written but not yet named by an event. The zero value is ready to use;
// its methods may be called from any goroutine.
type PendingKeys struct {
	mu   sync.Mutex
	keys map[uuid.UUID]pendingKey
}

type pendingKey struct {
	stream  uuid.UUID
	wrapped []byte
	addedAt time.Time
}

// Add keeps the wrapped key of a blob.
func (p *PendingKeys) Add(id, stream uuid.UUID, wrapped []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		p.keys = make(map[uuid.UUID]pendingKey)
	}
	p.keys[id] = pendingKey{stream, wrapped, time.Now()}
}

// Get returns the wrapped key of a blob of the stream, and false when this process does not hold it. The key stays: the append
// may have to be tried again.
func (p *PendingKeys) Get(id, stream uuid.UUID) (wrapped []byte, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, ok := p.keys[id]
	if !ok || key.stream != stream || time.Since(key.addedAt) > PendingKeyLifetime {
		return nil, false
	}
	return key.wrapped, true
}

// Remove drops the keys that an append has stored.
func (p *PendingKeys) Remove(ids []uuid.UUID) {
	if len(ids) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		delete(p.keys, id)
	}
}

// Expire drops the keys that were added before a moment.
func (p *PendingKeys) Expire(before time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, key := range p.keys {
		if key.addedAt.Before(before) {
			delete(p.keys, id)
		}
	}
}
