// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"context"
	"fmt"
)

// Rows of read models hold hashes. They are found by every version of the key, and are written again with the version in use by a rebuild.

// Rewrite calls rewrite, which writes all rows with hashes of a purpose again, and records that they hold those of the version in use. It records
// nothing if a running node made hashes by an earlier version when it began: that node may have written rows since. Destroying that earlier version
// then has to wait for another rewrite.
func (k *Keyring) Rewrite(ctx context.Context, purpose string, rewrite func() error) error {
	version := k.hashKeys(purpose)[0].version
	var used bool
	err := k.pool.QueryRow(ctx, `
		select not exists (select from keys.nodes where seen_at > clock_timestamp() - $1::interval and coalesce((used ->> $2)::integer, 0) < $3)`,
		silence, purpose, version).Scan(&used)
	if err != nil {
		return fmt.Errorf("find the versions that nodes use: %w", err)
	}
	if err := rewrite(); err != nil || !used {
		return err
	}
	_, err = k.pool.Exec(ctx, `update keys.hash_keys set applied_at = clock_timestamp() where purpose = $1 and version = $2`, purpose, version)
	if err != nil {
		return fmt.Errorf("record that all rows hold hashes by version %d of the key of purpose %s: %w", version, purpose, err)
	}
	return nil
}

// IsApplied reports whether all rows that hold hashes of a purpose hold those of a version later than the given one.
func (k *Keyring) IsApplied(ctx context.Context, purpose string, after int) (applied bool, err error) {
	err = k.pool.QueryRow(ctx, `select exists (select from keys.hash_keys where purpose = $1 and version > $2 and applied_at is not null)`, purpose, after).Scan(&applied)
	if err != nil {
		return false, fmt.Errorf("find out which hashes rows hold: %w", err)
	}
	return applied, nil
}
