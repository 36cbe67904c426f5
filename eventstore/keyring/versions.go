// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// HashKey describes a stored version of the key of a purpose.
type HashKey struct {
	Purpose     string     `json:"purpose"`
	Version     int        `json:"version"`
	CreatedAt   time.Time  `json:"created_at"`
	ActiveAt    *time.Time `json:"active_at,omitempty"`  // from when it is in use; nil until all nodes have read it
	EndsAt      *time.Time `json:"ends_at,omitempty"`    // from when it is not accepted, unless it is in use; nil: until it is destroyed
	AppliedAt   *time.Time `json:"applied_at,omitempty"` // when all rows that hold hashes of the purpose held those of this version
	DestroyedAt *time.Time `json:"destroyed_at,omitempty"`
	wrapped     []byte
}

// HashKeys returns all versions of all keys of hashes, by purpose and version, destroyed ones included.
func (k *Keyring) HashKeys(ctx context.Context) ([]HashKey, error) {
	rows, err := k.pool.Query(ctx, `select purpose, version, created_at, active_at, ends_at, applied_at, destroyed_at, wrapped from keys.hash_keys order by purpose, version`)
	if err != nil {
		return nil, fmt.Errorf("list the keys of hashes: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h HashKey, err error) {
		return h, row.Scan(&h.Purpose, &h.Version, &h.CreatedAt, &h.ActiveAt, &h.EndsAt, &h.AppliedAt, &h.DestroyedAt, &h.wrapped)
	})
	if err != nil {
		return nil, fmt.Errorf("list the keys of hashes: %w", err)
	}
	return all, nil
}

// Errors of Renew and Destroy.
var (
	ErrNotRenewable = errors.New("the key of this purpose never changes")
	ErrKeyInUse     = errors.New("the version of a key that is in use, or a later one, neither ends nor is destroyed")
	ErrNoKey        = errors.New("there is no such key, or it is destroyed or has ended")
	ErrRowsHoldIt   = errors.New("rows hold hashes of this purpose: a version ends only when it is destroyed")
)

// Renew adds a version of the key of a purpose. New hashes are made with it as soon as all nodes have read it. Hashes of the versions before
// stay valid until a moment, but at least until the new version is in use; zero: until their version is destroyed. Errors: ErrNotRenewable,
// ErrRowsHoldIt.
func (k *Keyring) Renew(ctx context.Context, purpose string, until time.Time) (version int, err error) {
	if !IsRenewable(purpose) {
		return 0, fmt.Errorf("purpose %q: %w", purpose, ErrNotRenewable)
	}
	if !until.IsZero() && !MayEnd(purpose) {
		return 0, fmt.Errorf("purpose %q: %w", purpose, ErrRowsHoldIt)
	}
	if err := k.Refresh(ctx); err != nil {
		return 0, err
	}
	for _, key := range k.hashKeys(purpose) {
		version = max(version, key.version+1)
	}
	wrapped := k.keys.Load().wrap(newRandomKey(), k.hashKeyAAD(purpose, version))
	err = pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into keys.hash_keys (purpose, version, wrapped) values ($1, $2, $3)`, purpose, version, wrapped); err != nil || until.IsZero() {
			return err
		}
		// A version that ends before stays so.
		_, err := tx.Exec(ctx, `
			update keys.hash_keys set ends_at = $3 where purpose = $1 and version < $2 and wrapped is not null and (ends_at is null or ends_at > $3)`,
			purpose, version, until)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("renew the key of purpose %s: %w", purpose, err)
	}
	return version, k.Refresh(ctx)
}

// End sets the moment from which a version of the key of a purpose is not accepted any more: what it signed is refused then. The version in use
// ends when a later one takes its place, or at that moment if it comes later. A version that has ended stays so. Errors: ErrRowsHoldIt, ErrKeyInUse for
// the newest version, ErrNoKey.
func (k *Keyring) End(ctx context.Context, purpose string, version int, at time.Time) error {
	if !MayEnd(purpose) {
		return fmt.Errorf("purpose %q: %w", purpose, ErrRowsHoldIt)
	}
	var newest int
	err := k.pool.QueryRow(ctx, `select coalesce(max(version), 0) from keys.hash_keys where purpose = $1`, purpose).Scan(&newest)
	if err == nil && version >= newest {
		return fmt.Errorf("purpose %s, version %d: %w: renew it first", purpose, version, ErrKeyInUse)
	}
	var ended int64
	if err == nil {
		tag, endErr := k.pool.Exec(ctx, `
			update keys.hash_keys set ends_at = $3 where purpose = $1 and version = $2 and wrapped is not null and (ends_at is null or ends_at > clock_timestamp())`,
			purpose, version, at)
		ended, err = tag.RowsAffected(), endErr
	}
	switch {
	case err != nil:
		return fmt.Errorf("end version %d of the key of purpose %s: %w", version, purpose, err)
	case ended == 0:
		return fmt.Errorf("purpose %s, version %d: %w", purpose, version, ErrNoKey)
	}
	return k.Refresh(ctx)
}

// Destroy destroys a version of the key of a purpose: nobody can compute its hashes any more. Version 1 can still be derived from the
// log's first master key as long as somebody holds that. Errors: ErrKeyInUse, ErrNoKey.
func (k *Keyring) Destroy(ctx context.Context, purpose string, version int) error {
	if err := k.Refresh(ctx); err != nil {
		return err
	}
	if version >= k.hashKeys(purpose)[0].version {
		return fmt.Errorf("purpose %s, version %d: %w", purpose, version, ErrKeyInUse)
	}
	tag, err := k.pool.Exec(ctx, `
		update keys.hash_keys set wrapped = null, destroyed_at = clock_timestamp() where purpose = $1 and version = $2 and wrapped is not null`,
		purpose, version)
	switch {
	case err != nil:
		return fmt.Errorf("destroy version %d of the key of purpose %s: %w", version, purpose, err)
	case tag.RowsAffected() == 0:
		return fmt.Errorf("purpose %s, version %d: %w", purpose, version, ErrNoKey)
	}
	return k.Refresh(ctx)
}

const countPage = 5000 // keys that one statement reads to count them

// CountByMaster returns the number of data keys that are not destroyed by the id of the master key that wraps them, in hex, and the id
// of the current one. It reads the keys page by page, so the pool's time limit does not depend on their number.
func (k *Keyring) CountByMaster(ctx context.Context) (counts map[string]int64, current string, err error) {
	set := k.keys.Load()
	counts = make(map[string]int64)
	for after := (uuid.UUID{}); ; {
		page, err := k.readDataKeys(ctx, after, countPage)
		if err != nil {
			return nil, "", fmt.Errorf("count data keys: %w", err)
		}
		for _, row := range page {
			counts[fmt.Sprintf("%x", set.wrapperID(row.wrapped))]++
			after = row.id
		}
		if len(page) < countPage {
			return counts, fmt.Sprintf("%x", set.current.id()), nil
		}
	}
}
