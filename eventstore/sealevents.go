// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"crypto/cipher"
	"fmt"
	"slices"

	"github.com/cenkalti/backoff/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/proof"
)

// sealEvents seals the personal parts, computes the content hashes, and collects the keys that the append has to store: new
// ones, and those of the blobs.
//
// Two appends may make a key with the same id. They expect the same version, so one of them gets a conflict and its key is
// not stored. An erasure between sealEvents and the append also changes the version.
func (s *Store) sealEvents(ctx context.Context, p *pendingAppend) error {
	var eventKeys []uuid.UUID
	for _, e := range p.events {
		if e.keyID.Valid {
			eventKeys = append(eventKeys, e.keyID.UUID)
		}
	}
	blobs := p.blobIDs()
	aeads, err := s.loadKeys(ctx, p, eventKeys, blobs)
	if err != nil {
		return err
	}
	for _, id := range blobs {
		if _, ok := aeads[id]; ok {
			continue // an earlier event of the stream names it as well
		}
		wrapped, ok := s.pendingKeys.Get(id, p.stream)
		if !ok {
			return fmt.Errorf("blob %s was not written to this stream on this node: %w", id, ErrNotFound)
		}
		p.keys = append(p.keys, newKey{id, wrapped})
		aeads[id] = nil
	}
	for i := range p.events {
		e := &p.events[i]
		if e.keyID.Valid {
			data, ok := aeads[e.keyID.UUID]
			if !ok {
				var wrapped []byte
				if data, wrapped, err = s.keyring.NewDataKey(e.keyID.UUID, p.stream); err != nil {
					return err
				}
				p.keys = append(p.keys, newKey{e.keyID.UUID, wrapped})
				aeads[e.keyID.UUID] = data
			}
			aad := s.keyring.EventAAD(p.stream, p.expectedVersion+i+1, e.Type, e.keyID.UUID)
			e.sealed = data.Seal(nil, nil, e.Personal, aad)
		}
		e.contentHash = proof.Content{
			Actor: p.by.ID, Role: p.by.Role, Entity: p.by.Entity, Act: p.act, Cause: p.cause,
			Key: e.keyID.UUID, Data: e.Data, Sealed: e.sealed, Blobs: e.blobIDs,
			Readers: e.Readers, OnlyFor: e.OnlyFor,
		}.Hash()
	}
	return nil
}

// loadKeys returns those of the keys that are stored already, by id; the values are unwrapped. A new stream has no keys and
// needs no look-up. Error: ErrErased, when a key was destroyed.
func (s *Store) loadKeys(ctx context.Context, p *pendingAppend, eventKeys, blobs []uuid.UUID) (map[uuid.UUID]cipher.AEAD, error) {
	aeads := make(map[uuid.UUID]cipher.AEAD)
	if p.expectedVersion == 0 || len(eventKeys)+len(blobs) == 0 {
		return aeads, nil
	}
	rows, err := s.queryKeys(ctx, slices.Concat(eventKeys, blobs))
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
		if aeads[k.ID], err = s.keyring.Unwrap(k.ID, k.Stream, k.Wrapped); err != nil {
			return nil, err
		}
	}
	return aeads, nil
}

// keyRow is a stored key.
type keyRow struct {
	ID, Stream uuid.UUID
	Wrapped    []byte
}

// queryKeys reads the keys with the given ids. Like the append that it belongs to, it retries while the database fails.
func (s *Store) queryKeys(ctx context.Context, ids []uuid.UUID) ([]keyRow, error) {
	read := func() ([]keyRow, error) {
		rows, err := s.pools.Append.Query(ctx, `select id, stream, wrapped from keys.keys where id = any ($1)`, ids)
		var keys []keyRow
		if err == nil {
			keys, err = pgx.CollectRows(rows, pgx.RowToStructByPos[keyRow])
		}
		if err != nil && !isTransient(err) {
			return nil, backoff.Permanent(err)
		}
		return keys, err
	}
	retry := newRetryBackOff()
	return backoff.Retry(ctx, read, backoff.WithBackOff(&retry), backoff.WithMaxElapsedTime(0)) // only ctx limits it
}
