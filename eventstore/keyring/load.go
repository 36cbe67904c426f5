// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// errOtherMaster means that none of a node's master keys is the current one of the log.
var errOtherMaster = errors.New("this is not the master key of the log")

// load reads the keys of the log from the database, for a node with these master keys. It writes the check value of the newest one into a
// new log, and the keys of hashes that are missing.
func (k *Keyring) load(ctx context.Context, masters masterKeys) error {
	set, err := k.readMasters(ctx, masters)
	if err != nil {
		return fmt.Errorf("master key check: %w", err)
	}
	if err := k.readHashKeys(ctx, set); err != nil {
		return err
	}
	if err := k.addMissingHashKeys(ctx, set); err != nil {
		return err
	}
	k.keys.Store(set)
	return nil
}

// readMasters returns the key set with the master keys. The first node that opens a new log writes its master key's check value.
func (k *Keyring) readMasters(ctx context.Context, masters masterKeys) (*keySet, error) {
	read := func() ([][]byte, error) { return k.queryBytes(ctx, `select value from keys.masters order by version`) }
	stored, err := read()
	if err != nil {
		return nil, err
	}
	if len(stored) == 0 {
		// Nodes of the release before read keys.master. It decides which of two nodes that start at the same time is the first.
		for _, insert := range []string{
			`insert into keys.master (value) values ($1) on conflict do nothing`,
			`insert into keys.masters (value, version) select value, 1 from keys.master where $1::bytea is not null on conflict do nothing`,
		} {
			if _, err := k.pool.Exec(ctx, insert, masters[0].check); err != nil {
				return nil, err
			}
		}
		if stored, err = read(); err != nil {
			return nil, err
		}
	}
	if len(stored) == 0 {
		return nil, errors.New("the log has no master key")
	}
	set := &keySet{masters: masters, first: stored[0], hashKeys: make(map[string][]hashKey)}
	current, ok := masters.find(stored[len(stored)-1])
	if !ok {
		return nil, errOtherMaster
	}
	set.current = current
	return set, nil
}

// readHashKeys reads the keys of hashes into the set.
func (k *Keyring) readHashKeys(ctx context.Context, set *keySet) error {
	// The version in use is the newest that was found to be known to all nodes. The oldest takes its place while there is none. Versions that ended
	// are left out, except the one in use: it ends when a later one takes its place.
	rows, err := k.pool.Query(ctx, `
		select purpose, version, wrapped, active_at is null from (
			select *, coalesce(max(version) filter (where active_at is not null) over (partition by purpose), min(version) over (partition by purpose)) as used
			from keys.hash_keys where wrapped is not null) h
		where version >= used or ends_at is null or ends_at > clock_timestamp()
		order by purpose, version <> used, version desc`)
	if err != nil {
		return fmt.Errorf("read the keys of hashes: %w", err)
	}
	var purpose string
	var version int
	var wrapped []byte
	var pending bool
	_, err = pgx.ForEachRow(rows, []any{&purpose, &version, &wrapped, &pending}, func() error {
		key, err := set.unwrap(wrapped, k.hashKeyAAD(purpose, version))
		if err != nil {
			return fmt.Errorf("purpose %s, version %d: %w", purpose, version, err)
		}
		set.hashKeys[purpose] = append(set.hashKeys[purpose], hashKey{version, key})
		set.pending = set.pending || pending
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the keys of hashes: %w", err)
	}
	return nil
}

// addMissingHashKeys stores version 1 of the keys that are not stored yet. It is derived from the log's first master key, as nodes of
// the first release derive it. A purpose that is added after the first master key was replaced has a random key.
func (k *Keyring) addMissingHashKeys(ctx context.Context, set *keySet) error {
	var missing []string
	var wrapped [][]byte
	first, holdsFirst := set.masters.find(set.first)
	for _, purpose := range purposes {
		if len(set.hashKeys[purpose]) > 0 {
			continue
		}
		key := newRandomKey()
		if holdsFirst {
			key = first.hashKey(purpose)
		}
		missing, wrapped = append(missing, purpose), append(wrapped, set.wrap(key, k.hashKeyAAD(purpose, 1)))
	}
	if len(missing) == 0 {
		return nil
	}
	_, err := k.pool.Exec(ctx, `
		insert into keys.hash_keys (purpose, version, wrapped, active_at) select purpose, 1, wrapped, clock_timestamp() from unnest($1::text[], $2::bytea[]) as m (purpose, wrapped)
		on conflict do nothing`, missing, wrapped)
	if err != nil {
		return fmt.Errorf("store the keys of hashes: %w", err)
	}
	clear(set.hashKeys)
	return k.readHashKeys(ctx, set) // another node may have stored them first
}

// queryBytes returns the rows of a query with one column of bytes.
func (k *Keyring) queryBytes(ctx context.Context, sql string) ([][]byte, error) {
	rows, err := k.pool.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[[]byte])
}
