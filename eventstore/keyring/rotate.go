// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const rotatePage = 500 // keys that one statement wraps anew

// Rotate makes the newest master key of this node the current one and wraps all data keys and keys of hashes with it that another master
// key wraps. It changes nothing else. It returns the number of keys that it wrapped, and calls progress after each page with this number and that
// of the keys which another master key wrapped when it began. A rotation that was interrupted at any point is continued by the next call: until then
// nodes read the keys of both master keys. Nodes go on meanwhile; all of them must hold both. Keys that they wrapped with the master key before may
// be stored up to PendingKeyLifetime later, so Rotate is called again then; when it returns 0, the earlier master keys are not needed any more.
// Error: *NodesLackKeyError.
func (k *Keyring) Rotate(ctx context.Context, progress func(wrapped, total int64)) (n int64, err error) {
	if err := k.makeCurrent(ctx); err != nil {
		return 0, fmt.Errorf("rotate the master key: %w", err)
	}
	set := k.keys.Load()
	counts, current, err := k.CountByMaster(ctx)
	if err != nil {
		return 0, fmt.Errorf("rotate the master key: %w", err)
	}
	delete(counts, current)
	var total int64
	for _, count := range counts {
		total += count
	}
	for after := (uuid.UUID{}); ; {
		page, err := k.readDataKeys(ctx, after, rotatePage)
		if err != nil {
			return n, fmt.Errorf("rotate the master key: %w", err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].id
		wrapped, err := k.rewrapDataKeys(ctx, set, page)
		if err != nil {
			return n, fmt.Errorf("rotate the master key: %w", err)
		}
		n += wrapped
		progress(n, max(n, total))
	}
	wrapped, err := k.rewrapHashKeys(ctx, set)
	if err != nil {
		return n, fmt.Errorf("rotate the master key: %w", err)
	}
	return n + wrapped, nil
}

// makeCurrent stores the check value of the newest master key, unless it is the current one already. Nodes of the first release, which
// know no second master key, refuse to start from then on. Error: *NodesLackKeyError.
func (k *Keyring) makeCurrent(ctx context.Context) error {
	set := k.keys.Load()
	if newest := set.masters[0].check; !bytes.Equal(newest, set.current.check) {
		err := pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
			if err := checkNodesHold(ctx, tx, newest); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into keys.masters (value, version) select $1, max(version) + 1 from keys.masters`, newest); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update keys.master set value = ''`)
			return err
		})
		if err != nil {
			return err
		}
	}
	return k.load(ctx, set.masters)
}

// dataKeyRow is a row of keys.keys.
type dataKeyRow struct {
	id, stream uuid.UUID
	wrapped    []byte
}

// readDataKeys returns the next page of data keys that are not destroyed, by id.
func (k *Keyring) readDataKeys(ctx context.Context, after uuid.UUID, limit int) ([]dataKeyRow, error) {
	rows, err := k.pool.Query(ctx, `
		select id, stream, wrapped from keys.keys where id > $1 and wrapped is not null order by id limit $2`, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r dataKeyRow, err error) {
		return r, row.Scan(&r.id, &r.stream, &r.wrapped)
	})
}

// rewrapDataKeys wraps the keys of a page that another master key wraps. A key that was destroyed meanwhile stays destroyed.
func (k *Keyring) rewrapDataKeys(ctx context.Context, set *keySet, page []dataKeyRow) (int64, error) {
	var ids []uuid.UUID
	var before, after [][]byte
	for _, row := range page {
		if bytes.Equal(set.wrapperID(row.wrapped), set.current.id()) {
			continue
		}
		aad := k.keyAAD(row.id, row.stream)
		key, err := set.unwrap(row.wrapped, aad)
		if err != nil {
			return 0, fmt.Errorf("key %s: %w", row.id, err)
		}
		ids, before, after = append(ids, row.id), append(before, row.wrapped), append(after, set.wrap(key, aad))
	}
	if len(ids) == 0 {
		return 0, nil
	}
	tag, err := k.pool.Exec(ctx, `
		update keys.keys k set wrapped = w.after from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as w (id, before, after)
		where k.id = w.id and k.wrapped = w.before`, ids, before, after)
	return tag.RowsAffected(), err
}

// rewrapHashKeys wraps the keys of hashes that another master key wraps.
func (k *Keyring) rewrapHashKeys(ctx context.Context, set *keySet) (n int64, err error) {
	stored, err := k.HashKeys(ctx)
	if err != nil {
		return 0, err
	}
	for _, h := range stored {
		if h.wrapped == nil || bytes.Equal(set.wrapperID(h.wrapped), set.current.id()) {
			continue
		}
		aad := k.hashKeyAAD(h.Purpose, h.Version)
		key, err := set.unwrap(h.wrapped, aad)
		if err != nil {
			return n, fmt.Errorf("purpose %s, version %d: %w", h.Purpose, h.Version, err)
		}
		tag, err := k.pool.Exec(ctx, `update keys.hash_keys set wrapped = $3 where purpose = $1 and version = $2 and wrapped = $4`,
			h.Purpose, h.Version, set.wrap(key, aad), h.wrapped)
		if err != nil {
			return n, err
		}
		n += tag.RowsAffected()
	}
	return n, nil
}
