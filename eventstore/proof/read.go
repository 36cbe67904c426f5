// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package proof

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ReadLeafInputs returns the leaf input of every event of a stream, in version order; none for an unknown stream. It opens no sealed part.
func ReadLeafInputs(ctx context.Context, db *pgxpool.Pool, stream uuid.UUID) ([]LeafInput, error) {
	rows, err := db.Query(ctx, `
		select position, version, type, recorded_at, actor, role, entity, act, coalesce(cause, 0), data, sealed, key, blobs, readers, only_for
		from log.events where stream = $1 order by version`, stream)
	if err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", stream, err)
	}
	inputs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e LeafInput, err error) {
		content, record := Content{}, Record{Stream: stream}
		var act, key pgtype.UUID
		err = row.Scan(&e.Position, &record.Version, &record.Type, &record.At, &content.Actor, &content.Role, &content.Entity,
			&act, &content.Cause, &content.Data, &content.Sealed, &key, &content.Blobs, &content.Readers, &content.OnlyFor)
		content.Act, content.Key = act.Bytes, key.Bytes
		e.Content = content.Bytes()
		record.Content = sha256.Sum256(e.Content)
		e.Record = record.Bytes()
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", stream, err)
	}
	return inputs, nil
}
