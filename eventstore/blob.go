// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/keyring"
)

// Blob describes a stored file. An event names it by its ID.
type Blob struct {
	ID     string
	Size   int64  // size of the content in bytes
	SHA256 string // of the sealed bytes, in hex; it can still be checked after an erasure
}

// WriteBlob seals the content with a new key and stores it. It must precede the append that names the blob. This process
// keeps the key until that append stores it, for keyring.PendingKeyLifetime (50 minutes) at most; without such an append
// nobody can ever read the blob. The id must be a new UUID.
func (s *Store) WriteBlob(ctx context.Context, stream StreamID, id string, content []byte) (Blob, error) {
	streamID, blobID, err := parseBlobIDs(stream, id)
	if err != nil {
		return Blob{}, fmt.Errorf("write blob: %w", err)
	}
	data, wrapped, err := s.keyring.NewDataKey(blobID, streamID)
	if err != nil {
		return Blob{}, fmt.Errorf("write blob %s: %w", id, err)
	}
	sealed := data.Seal(nil, nil, content, s.keyring.BlobAAD(streamID, blobID))
	ctx, cancel := s.withAppendTimeout(ctx)
	defer cancel()
	const insert = `insert into log.blobs (id, stream, sealed) values ($1, $2, $3)`
	if _, err := s.pools.Append.Exec(ctx, insert, blobID, streamID, sealed); err != nil {
		return Blob{}, fmt.Errorf("write blob %s: %w", id, err)
	}
	s.pendingKeys.Add(blobID, streamID, wrapped)
	sum := sha256.Sum256(sealed)
	return Blob{ID: blobID.String(), Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}, nil
}

// ReadBlob returns the content of a blob of the stream to a reader. Errors: ErrNotFound (no such blob, no append named it, or no event of which
// the reader may know), ErrErased (its key was destroyed).
func (s *Store) ReadBlob(ctx context.Context, by Reader, stream StreamID, id string) ([]byte, error) {
	streamID, blobID, err := parseBlobIDs(stream, id)
	if err != nil {
		return nil, fmt.Errorf("read blob: %w", ErrNotFound)
	}
	var sealed, wrapped []byte
	batch := &pgx.Batch{}
	batch.Queue(`select sealed, wrapped from log.read_blob($1, $2)`, streamID, blobID).QueryRow(func(row pgx.Row) error {
		return row.Scan(&sealed, &wrapped)
	})
	err = s.pools.Request.Read(ctx, by, readStreamKind, batch)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, fmt.Errorf("read blob %s: %w", id, ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("read blob %s: %w", id, err)
	case wrapped == nil:
		return nil, fmt.Errorf("read blob %s: %w", id, ErrErased)
	}
	data, err := s.keyring.Unwrap(blobID, streamID, wrapped)
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", id, err)
	}
	content, err := data.Open([]byte{}, nil, sealed, s.keyring.BlobAAD(streamID, blobID))
	if err != nil {
		return nil, fmt.Errorf("blob %s cannot be opened: %w", id, err)
	}
	return content, nil
}

// OrphanAge is the age from which a blob that no append names is an orphan. It is the argument for CollectOrphans.
const OrphanAge = 24 * time.Hour

// CollectOrphans deletes the blobs that are older than olderThan and that no append named, and returns their number. While
// nodes accept commands, olderThan must be one hour or more: an append that names the blob may not be finished yet. It
// also drops the pending keys of this process that are older than keyring.PendingKeyLifetime.
func (s *Store) CollectOrphans(ctx context.Context, olderThan time.Duration) (int64, error) {
	s.pendingKeys.Expire(time.Now().Add(-keyring.PendingKeyLifetime))
	tag, err := s.pools.Consumer.Exec(ctx, `
		delete from log.blobs b where created_at < clock_timestamp() - $1::interval
			and not exists (select from keys.keys k where k.id = b.id)`, olderThan)
	if err != nil {
		return 0, fmt.Errorf("collect orphans: %w", err)
	}
	return tag.RowsAffected(), nil
}

// parseBlobIDs parses the ids of a stream and of a blob.
func parseBlobIDs(stream StreamID, id string) (streamID, blobID uuid.UUID, err error) {
	if streamID, err = parseID(stream); err != nil {
		return streamID, blobID, fmt.Errorf("stream id: %w", err)
	}
	if blobID, err = parseID(id); err != nil {
		return streamID, blobID, fmt.Errorf("blob id: %w", err)
	}
	return streamID, blobID, nil
}
