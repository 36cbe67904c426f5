// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package keyring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// Every running node stores in keys.nodes its release, and the versions of keys and the master keys that it holds. A version comes into use when
// all of them hold it: no node makes hashes or sealed values that another one cannot read. A node that said nothing for a minute does not count: it
// has ended, or it is cut off and answers nobody.
const silence = time.Minute

// release is the number of this release in keys.nodes. A release increments it if its nodes do something that those of the release before do
// not keep to. Nodes that store no number have 0.
const release = 2

const (
	refreshTimeout    = 5 * time.Second
	unregisterTimeout = time.Second
)

// Refresh reads the keys again, also the master keys of this node, and says what this node holds. It brings versions into use that all
// nodes hold. After an error the keys that were read before stay in use. A node that cannot read its master keys again, or reads others than that of the
// log, goes on to say which ones it holds: otherwise it would soon count as ended, and a rotation would leave it behind.
func (k *Keyring) Refresh(ctx context.Context) error {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	masters, unread := k.rereadMasters()
	before := k.keys.Load().masters
	if unread != nil {
		masters = before
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout) // from here: reading the master keys has a time limit of its own
	defer cancel()
	err := k.refresh(ctx, masters)
	if unread == nil && errors.Is(err, errOtherMaster) {
		unread, err = fmt.Errorf("the master key was read again: %w", err), k.refresh(ctx, before)
	}
	return errors.Join(unread, err)
}

func (k *Keyring) refresh(ctx context.Context, masters masterKeys) error {
	err := k.load(ctx, masters)
	if err == nil {
		err = k.registerLoaded(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the keys again: %w", err)
	}
	if !k.keys.Load().pending {
		return nil
	}
	_, err = k.pool.Exec(ctx, `
		update keys.hash_keys h set active_at = clock_timestamp() where active_at is null and wrapped is not null and not exists (
			select from keys.nodes n where n.seen_at > clock_timestamp() - $1::interval and coalesce((n.known ->> h.purpose)::integer, 0) < h.version)`,
		silence)
	if err != nil {
		return fmt.Errorf("bring keys into use: %w", err)
	}
	if err := k.load(ctx, masters); err != nil { // also if another node was quicker to bring them into use
		return err
	}
	return k.registerLoaded(ctx)
}

// KeepFresh calls Refresh at every interval until ctx ends, and then removes this node from those that hold keys.
func (k *Keyring) KeepFresh(ctx context.Context, interval time.Duration, log *slog.Logger) {
	for pause := interval; notify.Sleep(ctx, pause) == nil; {
		err := k.Refresh(ctx)
		pause = interval
		if err != nil && ctx.Err() == nil {
			pause = min(interval, time.Second) // before other nodes take this one for silent
			log.Warn("the keys of the log could not be read again; those that were read before stay in use", "error", err)
		}
	}
	k.unregister(context.WithoutCancel(ctx))
}

// rereadMasters returns the master keys of this node as they are now.
func (k *Keyring) rereadMasters() (masterKeys, error) {
	if k.read == nil {
		return k.keys.Load().masters, nil
	}
	secrets, err := k.read()
	if err != nil {
		return nil, err
	}
	if len(secrets) == 0 {
		return nil, errors.New("no master key")
	}
	return newMasterKeys(secrets)
}

// registerLoaded says which keys this node has read.
func (k *Keyring) registerLoaded(ctx context.Context) error {
	set := k.keys.Load()
	known, used := make(map[string]int, len(set.hashKeys)), make(map[string]int, len(set.hashKeys))
	for purpose, keys := range set.hashKeys {
		used[purpose] = keys[0].version
		for _, key := range keys {
			known[purpose] = max(known[purpose], key.version)
		}
	}
	return k.register(ctx, set.masters, known, used)
}

// register says which master keys this node holds, and the newest version of each purpose and the one in use. The commit waits for no disk: the
// next refresh repeats it.
func (k *Keyring) register(ctx context.Context, masters masterKeys, known, used map[string]int) error {
	checks := make([][]byte, len(masters))
	for i, m := range masters {
		checks[i] = m.check
	}
	_, err := k.pool.Exec(ctx, `
		with setting as (select set_config('synchronous_commit', 'off', true)),
			ended as (delete from keys.nodes where seen_at < clock_timestamp() - interval '1 day' and node <> $1)
		insert into keys.nodes (node, masters, known, release, used) select $1, $2, $3, $4, $5 from setting
		on conflict (node) do update set masters = excluded.masters, known = excluded.known, used = excluded.used, seen_at = clock_timestamp()`,
		k.node, checks, known, release, used)
	return err
}

// EarlierNodes returns the number of nodes of earlier releases that run, or ended without a word less than a minute ago.
func (k *Keyring) EarlierNodes(ctx context.Context) (n int, err error) {
	err = k.pool.QueryRow(ctx, `select count(*) from keys.nodes where seen_at > clock_timestamp() - $1::interval and release < $2`, silence, release).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the nodes of earlier releases: %w", err)
	}
	return n, nil
}

// unregister removes this node from those that hold keys. If that fails, it does not count after a minute.
func (k *Keyring) unregister(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, unregisterTimeout)
	defer cancel()
	_, _ = k.pool.Exec(ctx, `
		with setting as (select set_config('synchronous_commit', 'off', true))
		delete from keys.nodes where node = $1 and exists (select from setting)`, k.node)
}

// NodesLackKeyError means that running nodes do not hold the newest master key yet.
type NodesLackKeyError struct{ Nodes int }

func (e *NodesLackKeyError) Error() string {
	return fmt.Sprintf("%d running nodes do not hold the newest master key: copy the key file to all nodes, wait a minute and repeat", e.Nodes)
}

// checkNodesHold refuses a master key that a running node does not hold. Until tx ends no further node starts: it then finds the new
// master key, and refuses to start without it. Error: *NodesLackKeyError.
func checkNodesHold(ctx context.Context, tx pgx.Tx, check []byte) error {
	if _, err := tx.Exec(ctx, `lock table keys.nodes in share mode`); err != nil {
		return err
	}
	var lacking int
	err := tx.QueryRow(ctx, `
		select count(*) from keys.nodes where seen_at > clock_timestamp() - $1::interval and $2 <> all (masters)`, silence, check).Scan(&lacking)
	if err != nil {
		return err
	}
	if lacking > 0 {
		return &NodesLackKeyError{lacking}
	}
	return nil
}
