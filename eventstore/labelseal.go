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

// SealWithLabel seals something that belongs to a stream and is no event of it, a draft for one, with one of the stream's keys:
// whatever destroys the key erases it too. place names the one place where the ciphertext may stand. Errors: ErrNotFound,
// ErrErased.
func (s *Store) SealWithLabel(ctx context.Context, stream StreamID, key, place string, content []byte) ([]byte, error) {
	data, at, err := s.loadLabelKey(ctx, stream, key, place)
	if err != nil {
		return nil, fmt.Errorf("seal beside %s: %w", stream, err)
	}
	return data.Seal(nil, nil, content, at), nil
}

// OpenWithLabel opens what SealBeside sealed for the same place. Errors: ErrNotFound, ErrErased.
func (s *Store) OpenWithLabel(ctx context.Context, stream StreamID, key, place string, sealed []byte) ([]byte, error) {
	data, at, err := s.loadLabelKey(ctx, stream, key, place)
	if err != nil {
		return nil, fmt.Errorf("open beside %s: %w", stream, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, at)
	if err != nil {
		return nil, fmt.Errorf("what stands beside %s cannot be opened: %w", stream, err)
	}
	return content, nil
}

func (s *Store) loadLabelKey(ctx context.Context, stream StreamID, key, place string) (data cipher.AEAD, at []byte, err error) {
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
	data, err = s.keyring.unwrap(keyID, streamID, wrapped)
	return data, s.keyring.labelAAD(streamID, keyID, place), err
}
