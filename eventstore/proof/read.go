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

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/signedreader"
)

// ReadLeafInputs returns the leaf input of every event of a stream to a reader, in version order; none for a stream that the reader may not read.
// It opens no sealed part, and holds those of events too that the reader may not know of.
func ReadLeafInputs(ctx context.Context, requests *pgpool.Requests, by signedreader.Reader, stream uuid.UUID) (inputs []LeafInput, err error) {
	batch := &pgx.Batch{}
	batch.Queue(`
		select position, version, type, recorded_at, actor, role, entity, act, cause, data, sealed, key, blobs, readers, only_for
		from log.read_leaves($1)`, stream).Query(func(rows pgx.Rows) error {
		inputs, err = scanLeafInputs(rows, stream)
		return err
	})
	if err := requests.Read(ctx, by, "stream", batch); err != nil {
		return nil, fmt.Errorf("leaf inputs of stream %s: %w", stream, err)
	}
	return inputs, nil
}

func scanLeafInputs(rows pgx.Rows, stream uuid.UUID) ([]LeafInput, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e LeafInput, err error) {
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
}
