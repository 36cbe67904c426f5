// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// PendingKeyLifetime is the time for which a pending key waits for its append. It is shorter than the age from which the blob
// may be collected as an orphan.
const PendingKeyLifetime = 50 * time.Minute

// PendingKeys holds the wrapped keys of blobs that are stored and that no event names yet. The zero value is ready for use. Its
// methods may be called from any goroutine.
type PendingKeys struct {
	mu   sync.Mutex
	keys map[uuid.UUID]pendingKey
}

// pendingKey is a wrapped key with the time from which it waits for its append.
type pendingKey struct {
	stream  uuid.UUID
	wrapped []byte
	addedAt time.Time
}

// Add adds the wrapped key of a blob.
func (p *PendingKeys) Add(id, stream uuid.UUID, wrapped []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.keys == nil {
		p.keys = make(map[uuid.UUID]pendingKey)
	}
	p.keys[id] = pendingKey{stream, wrapped, time.Now()}
}

// Get returns the wrapped key of a blob of the stream, and false when this process does not hold it or it is older than
// PendingKeyLifetime. It does not remove the key, because the append may have to be retried.
func (p *PendingKeys) Get(id, stream uuid.UUID) (wrapped []byte, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key, ok := p.keys[id]
	if !ok || key.stream != stream || time.Since(key.addedAt) > PendingKeyLifetime {
		return nil, false
	}
	return key.wrapped, true
}

// Remove removes the keys of blobs, after an append has stored them.
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

// Expire removes the keys that were added before a moment.
func (p *PendingKeys) Expire(before time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, key := range p.keys {
		if key.addedAt.Before(before) {
			delete(p.keys, id)
		}
	}
}
