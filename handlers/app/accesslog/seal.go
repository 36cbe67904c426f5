// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"crypto/cipher"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/sol-assistenza/sol/eventstore"
)

// keyStream is the stream of the keys that seal what was searched for. It has no events. It is a stored name.
var keyStream = uuid.MustParse("a3d5c7a0-5d0c-4e57-9d3e-6c1f0a2b7c11")

// TermsLabel is the label of what was searched for. It is a stored name.
const TermsLabel = "access-terms"

// Sealer seals what was searched for, and notes about findings of unusual reading, with a key of the month, which is destroyed with the month's
// records. The label is part of the associated data: what was sealed with it opens with it alone. It is safe for concurrent use.
type Sealer struct {
	store *eventstore.Store

	mu   sync.Mutex
	keys map[uuid.UUID]cipher.AEAD
}

// NewSealer returns a sealer that stores its keys with those of the log.
func NewSealer(store *eventstore.Store) *Sealer {
	return &Sealer{store: store, keys: make(map[uuid.UUID]cipher.AEAD)}
}

// monthKey returns the id of the key of a month, such as 2026-11.
func monthKey(month string) uuid.UUID { return uuid.NewSHA1(keyStream, []byte(month)) }

// Seal seals a text with the key of this month (UTC).
func (s *Sealer) Seal(ctx context.Context, label, text string) (Sealed, error) {
	id := monthKey(s.store.Now().Format("2006-01"))
	key, err := s.key(ctx, id)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal with the key of the month: %w", err)
	}
	return Sealed{Content: key.Seal(nil, nil, []byte(text), s.store.Keyring().LabelAAD(keyStream, id, label)), Key: id.String()}, nil
}

// Open returns a text that Seal sealed. Error: eventstore.ErrErased when the month's key was destroyed.
func (s *Sealer) Open(ctx context.Context, label string, sealed Sealed) (string, error) {
	id, err := uuid.Parse(sealed.Key)
	if err != nil {
		return "", fmt.Errorf("key of a month: %w", err)
	}
	key, err := s.key(ctx, id)
	if err != nil {
		return "", fmt.Errorf("open with the key of the month: %w", err)
	}
	text, err := key.Open(nil, nil, sealed.Content, s.store.Keyring().LabelAAD(keyStream, id, label))
	if err != nil {
		return "", fmt.Errorf("open with the key of the month: %w", err)
	}
	return string(text), nil
}

// key returns a key. A key that is not stored yet is made; of two nodes that make it at once, both use the one that was stored first.
func (s *Sealer) key(ctx context.Context, id uuid.UUID) (cipher.AEAD, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key, ok := s.keys[id]; ok {
		return key, nil
	}
	_, wrapped, err := s.store.Keyring().NewDataKey(id, keyStream)
	if err != nil {
		return nil, err
	}
	_, err = s.store.Pools().Append.Exec(ctx, `insert into keys.keys (id, stream, subject, wrapped) values ($1, $2, '', $3) on conflict (id) do nothing`, id, keyStream, wrapped)
	if err != nil {
		return nil, err
	}
	if err := s.store.Pools().Append.QueryRow(ctx, `select wrapped from keys.keys where id = $1`, id).Scan(&wrapped); err != nil {
		return nil, err
	}
	if wrapped == nil {
		return nil, eventstore.ErrErased
	}
	key, err := s.store.Keyring().Unwrap(id, keyStream, wrapped)
	if err != nil {
		return nil, err
	}
	s.keys[id] = key
	return key, nil
}
