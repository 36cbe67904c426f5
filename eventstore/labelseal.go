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

// SealWithLabel seals content that belongs to a stream but is no event of it (a draft, for example) with one of the stream's
// keys: destroying the key erases the content too. The label names the row that holds the ciphertext; it opens with the same
// label only. Errors: ErrNotFound, ErrErased.
func (s *Store) SealWithLabel(ctx context.Context, stream StreamID, key, label string, content []byte) ([]byte, error) {
	data, aad, err := s.loadLabelKey(ctx, stream, key, label)
	if err != nil {
		return nil, fmt.Errorf("seal beside %s: %w", stream, err)
	}
	return data.Seal(nil, nil, content, aad), nil
}

// OpenWithLabel opens what SealWithLabel sealed with the same stream, key and label. Errors: ErrNotFound, ErrErased.
func (s *Store) OpenWithLabel(ctx context.Context, stream StreamID, key, label string, sealed []byte) ([]byte, error) {
	data, aad, err := s.loadLabelKey(ctx, stream, key, label)
	if err != nil {
		return nil, fmt.Errorf("open beside %s: %w", stream, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("what stands beside %s cannot be opened: %w", stream, err)
	}
	return content, nil
}

// loadLabelKey reads and unwraps a key of the stream, and returns the AAD of the label with it.
func (s *Store) loadLabelKey(ctx context.Context, stream StreamID, key, label string) (data cipher.AEAD, aad []byte, err error) {
	streamID, keyID, err := parseBlobIDs(stream, key)
	if err != nil {
		return nil, nil, ErrNotFound
	}
	var wrapped []byte
	err = s.workerPool.QueryRow(ctx, `select wrapped from keys.keys where id = $1 and stream = $2`, keyID, streamID).Scan(&wrapped)
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
