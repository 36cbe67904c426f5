// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// LeafInput is the bytes that an event's leaf hash is computed from, as they are stored now: SHA-256 of Content is the end
// of Record, and the leaf is SHA-256 of a zero byte and Record. Whoever has them needs nothing of ours to compute it again.
type LeafInput struct {
	Position        int64
	Content, Record []byte
}

// LeafInputs gives that of a whole stream, in version order; nothing is opened. Error: ErrNotFound.
func (s *Store) LeafInputs(ctx context.Context, id StreamID) ([]LeafInput, error) {
	stream, err := parseID(id)
	if err != nil {
		return nil, fmt.Errorf("evidence of stream %q: %w", id, ErrNotFound)
	}
	rows, err := s.workerPool.Query(ctx, `
		select position, version, type, recorded_at, actor, role, entity, act, coalesce(cause, 0), data, sealed, key, blobs
		from log.events where stream = $1 order by version`, stream)
	if err != nil {
		return nil, fmt.Errorf("evidence of stream %s: %w", id, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e LeafInput, err error) {
		var (
			version      int
			kind         string
			at           time.Time
			by           Actor
			act, key     pgtype.UUID
			cause        int64
			data, sealed []byte
			blobs        []uuid.UUID
		)
		err = row.Scan(&e.Position, &version, &kind, &at, &by.ID, &by.Role, &by.Entity, &act, &cause, &data, &sealed, &key, &blobs)
		e.Content = contentBytes(by, act.Bytes, cause, key.Bytes, data, sealed, blobs)
		e.Record = recordBytes(stream, version, kind, at, sha256.Sum256(e.Content))
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("evidence of stream %s: %w", id, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("evidence of stream %s: %w", id, ErrNotFound)
	}
	return all, nil
}
