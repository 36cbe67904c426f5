// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/sol-assistenza/sol/eventstore/proof"
)

// LeafInputs returns the leaf input of every event of a stream, in version order. It opens no sealed part. Error: ErrNotFound.
func (s *Store) LeafInputs(ctx context.Context, id StreamID) ([]proof.LeafInput, error) {
	stream, err := parseID(id)
	if err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %q: %w", id, ErrNotFound)
	}
	rows, err := s.pools.Read.Query(ctx, `
		select position, version, type, recorded_at, actor, role, entity, act, coalesce(cause, 0), data, sealed, key, blobs
		from log.events where stream = $1 order by version`, stream)
	if err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", id, err)
	}
	inputs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e proof.LeafInput, err error) {
		content, record := proof.Content{}, proof.Record{Stream: stream}
		var act, key pgtype.UUID
		err = row.Scan(&e.Position, &record.Version, &record.Type, &record.At, &content.Actor, &content.Role, &content.Entity,
			&act, &content.Cause, &content.Data, &content.Sealed, &key, &content.Blobs)
		content.Act, content.Key = act.Bytes, key.Bytes
		e.Content = content.Bytes()
		record.Content = sha256.Sum256(e.Content)
		e.Record = record.Bytes()
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", id, err)
	}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", id, ErrNotFound)
	}
	return inputs, nil
}
