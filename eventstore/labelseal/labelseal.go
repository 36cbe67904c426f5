// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package labelseal seals content that belongs to a stream but is not an event of it, for example a draft, with one of the stream's keys.
package labelseal

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
)

// Seal seals content with a key of a stream: destroying the key also erases the content. The label names the row that holds the
// ciphertext, which can be opened with the same label only. Errors: eventstore.ErrNotFound, eventstore.ErrErased.
func Seal(ctx context.Context, s *eventstore.Store, stream eventstore.StreamID, key, label string, content []byte) ([]byte, error) {
	data, aad, err := loadKey(ctx, s, stream, key, label)
	if err != nil {
		return nil, fmt.Errorf("seal content of %s with label: %w", stream, err)
	}
	return data.Seal(nil, nil, content, aad), nil
}

// Open opens content that Seal sealed with the same stream, key and label. wrapped is the key as keys.keys holds it, nil if it was destroyed.
// Error: eventstore.ErrErased.
func Open(s *eventstore.Store, stream eventstore.StreamID, key string, wrapped []byte, label string, sealed []byte) ([]byte, error) {
	data, aad, err := unwrap(s, stream, key, wrapped, label)
	if err != nil {
		return nil, fmt.Errorf("open content of %s with label: %w", stream, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("content of %s with this label cannot be opened: %w", stream, err)
	}
	return content, nil
}

// loadKey returns an unwrapped key of the stream and the associated data (AAD) of the label.
func loadKey(ctx context.Context, s *eventstore.Store, stream eventstore.StreamID, key, label string) (data cipher.AEAD, aad []byte, err error) {
	if !eventstore.IsID(stream) || !eventstore.IsID(key) {
		return nil, nil, eventstore.ErrNotFound
	}
	var wrapped []byte
	err = s.Pools().Read.QueryRow(ctx, `select wrapped from keys.keys where id = $1::text::uuid and stream = $2::text::uuid`, key, stream).Scan(&wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, eventstore.ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	return unwrap(s, stream, key, wrapped, label)
}

// unwrap returns the unwrapped key and the associated data of the label.
func unwrap(s *eventstore.Store, stream eventstore.StreamID, key string, wrapped []byte, label string) (data cipher.AEAD, aad []byte, err error) {
	if wrapped == nil {
		return nil, nil, eventstore.ErrErased
	}
	streamID, keyID := uuid.MustParse(stream), uuid.MustParse(key)
	data, err = s.Keyring().Unwrap(keyID, streamID, wrapped)
	return data, s.Keyring().LabelAAD(streamID, keyID, label), err
}
