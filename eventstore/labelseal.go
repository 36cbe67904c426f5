// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SealWithLabel seals content that belongs to a stream but is not an event of it, for example a draft, with one of the
// stream's keys: destroying the key also erases the content. The label names the row that holds the ciphertext, which can
// be opened with the same label only. Errors: ErrNotFound, ErrErased.
func (s *Store) SealWithLabel(ctx context.Context, stream StreamID, key, label string, content []byte) ([]byte, error) {
	data, aad, err := s.loadLabelKey(ctx, stream, key, label)
	if err != nil {
		return nil, fmt.Errorf("seal content of %s with label: %w", stream, err)
	}
	return data.Seal(nil, nil, content, aad), nil
}

// OpenWithLabel opens content that SealWithLabel sealed with the same stream, key and label. Errors: ErrNotFound, ErrErased.
func (s *Store) OpenWithLabel(ctx context.Context, stream StreamID, key, label string, sealed []byte) ([]byte, error) {
	data, aad, err := s.loadLabelKey(ctx, stream, key, label)
	if err != nil {
		return nil, fmt.Errorf("open content of %s with label: %w", stream, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("content of %s with this label cannot be opened: %w", stream, err)
	}
	return content, nil
}

// loadLabelKey returns an unwrapped key of the stream and the associated data (AAD) of the label.
func (s *Store) loadLabelKey(ctx context.Context, stream StreamID, key, label string) (data cipher.AEAD, aad []byte, err error) {
	streamID, keyID, err := parseBlobIDs(stream, key)
	if err != nil {
		return nil, nil, ErrNotFound
	}
	var wrapped []byte
	err = s.pools.Read.QueryRow(ctx, `select wrapped from keys.keys where id = $1 and stream = $2`, keyID, streamID).Scan(&wrapped)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil, ErrNotFound
	case err != nil:
		return nil, nil, err
	case wrapped == nil:
		return nil, nil, ErrErased
	}
	data, err = s.keyring.Unwrap(keyID, streamID, wrapped)
	return data, s.keyring.LabelAAD(streamID, keyID, label), err
}
