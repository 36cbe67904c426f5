// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/cipher"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// seal seals the personal parts and finds the keys that the append has to store: new ones, and those of the blobs.
//
// Two appends may both make a key of the same id; they expect the same version, so one of them wins and the other
// one's key is never stored. An erasure between here and the append moves the version too.
func (s *Store) seal(ctx context.Context, p *pending) error {
	var wanted []uuid.UUID
	for _, e := range p.events {
		if e.key.Valid {
			wanted = append(wanted, e.key.UUID)
		}
	}
	blobs := p.blobs()
	known, err := s.storedKeys(ctx, p, wanted, blobs)
	if err != nil {
		return err
	}
	for _, id := range blobs {
		if _, ok := known[id]; ok {
			continue // an earlier event of the stream names it as well
		}
		wrapped, err := s.blobs.take(id, p.stream)
		if err != nil {
			return fmt.Errorf("blob %s: %w", id, err)
		}
		p.keys = append(p.keys, newKey{id, wrapped})
		known[id] = nil
	}
	for i := range p.events {
		e := &p.events[i]
		if e.key.Valid {
			data, ok := known[e.key.UUID]
			if !ok {
				var wrapped []byte
				if data, wrapped, err = s.keyring.newDataKey(e.key.UUID, p.stream); err != nil {
					return err
				}
				p.keys = append(p.keys, newKey{e.key.UUID, wrapped})
				known[e.key.UUID] = data
			}
			context := s.keyring.eventContext(p.stream, p.expected+i+1, e.Type, e.key.UUID)
			e.sealed = data.Seal(nil, nil, e.Personal, context)
		}
		e.content = contentHash(p.by, p.act, p.cause, e.key.UUID, e.Data, e.sealed, e.blobs)
	}
	return nil
}

// storedKeys reads the keys that exist already. A stream that is to begin has none, which spares it the look-up.
func (s *Store) storedKeys(ctx context.Context, p *pending, wanted, blobs []uuid.UUID) (map[uuid.UUID]cipher.AEAD, error) {
	known := make(map[uuid.UUID]cipher.AEAD)
	if p.expected == 0 || len(wanted)+len(blobs) == 0 {
		return known, nil
	}
	rows, err := s.keyRows(ctx, slices.Concat(wanted, blobs))
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	for _, k := range rows {
		if k.Stream != p.stream {
			return nil, fmt.Errorf("key %s belongs to another stream", k.ID)
		}
		if k.Wrapped == nil {
			return nil, fmt.Errorf("key %s: %w", k.ID, ErrErased)
		}
		if known[k.ID], err = s.keyring.unwrap(k.ID, k.Stream, k.Wrapped); err != nil {
			return nil, err
		}
	}
	return known, nil
}

type keyRow struct {
	ID, Stream uuid.UUID
	Wrapped    []byte
}

// keyRows waits for a database that is away, like the append that it is part of.
func (s *Store) keyRows(ctx context.Context, ids []uuid.UUID) ([]keyRow, error) {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		rows, err := s.appends.Query(ctx, `select id, stream, wrapped from keys.keys where id = any ($1)`, ids)
		var keys []keyRow
		if err == nil {
			keys, err = pgx.CollectRows(rows, pgx.RowToStructByPos[keyRow])
		}
		if err == nil || !passing(err) {
			return keys, err
		}
		if pause(ctx, wait) != nil {
			return nil, context.Cause(ctx)
		}
	}
}
