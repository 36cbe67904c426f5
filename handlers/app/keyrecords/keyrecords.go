// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package keyrecords tells auditors and administrators which keys the log has, since when and until when, and who made, ended, destroyed and used
// them. It reads no key: requests see the columns without the wrapped keys.
package keyrecords

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// Version is one version of a key.
type Version struct {
	Purpose     string // of a key of hashes; "": the master key
	Number      int
	ID          string // of a master key: the beginning of its check value, in hex
	CreatedAt   time.Time
	ActiveAt    *time.Time // from when it is in use; nil: a node has not read it yet
	EndsAt      *time.Time // until when it is accepted, if a later one is in use; nil: until it is destroyed
	DestroyedAt *time.Time
	InUse       bool
	Ended       bool // it is not accepted any more, by the database's clock, which nodes ask too
	// MadeBy, EndedBy and DestroyedBy are users of the operating system, by the record of uses; "": a node made the version, or no record says it.
	MadeBy, EndedBy, DestroyedBy string
}

// Use is a use of the master key, or a change of keys, by a person at the command line.
type Use struct {
	ID              int64
	At              time.Time
	Act             string // kind of the security event, key.…
	Key             string // purpose of a key of hashes, and its version; "": the master key
	Person, Machine string // user of the operating system
	Address         string // of the ssh client; "": none
	Command         string
}

// Reader reads the records for people, whom row-level security knows: others than auditors of all entities and administrators get none.
type Reader struct{ Requests *pgpool.Requests }

// Versions returns all versions of all keys: first those of the master key, then those of each purpose, the newest first.
func (r Reader) Versions(ctx context.Context, reader person.Actor) ([]Version, error) {
	// The record of a renewal comes before the new version: the last one before it is that of the version.
	return read(ctx, r, reader, "key versions", `
		with uses as (select id, at, act, key, person from shown.key_uses where act in ('key.master-rotated', 'key.hash-renewed', 'key.hash-ended', 'key.hash-destroyed'))
		select '' as purpose, m.version, m.id, m.added_at as created_at, m.added_at as active_at, null::timestamptz as ends_at, null::timestamptz as destroyed_at,
			m.version = max(m.version) over () as in_use, false as ended,
			coalesce((select u.person from uses u where m.version > 1 and u.act = 'key.master-rotated' and u.at <= m.added_at order by u.at desc limit 1), ''), '', ''
		from shown.master_keys m
		union all
		select k.purpose, k.version, '', k.created_at, k.active_at, k.ends_at, k.destroyed_at, k.in_use,
			k.destroyed_at is not null or not k.in_use and coalesce(k.ends_at <= clock_timestamp(), false),
			coalesce((select u.person from uses u where k.version > 1 and u.act = 'key.hash-renewed' and u.key = k.purpose and u.at <= k.created_at order by u.at desc limit 1), ''),
			coalesce((select u.person from uses u where k.ends_at is not null and (u.act = 'key.hash-ended' and u.key = k.purpose || ' ' || k.version
				or u.act = 'key.hash-renewed' and u.key = k.purpose and u.at > k.created_at) order by u.act, u.at desc limit 1), ''),
			coalesce((select u.person from uses u where k.destroyed_at is not null and u.act = 'key.hash-destroyed' and u.key = k.purpose || ' ' || k.version
				order by u.at desc limit 1), '')
		from (
			select *, coalesce(version = max(version) filter (where active_at is not null and destroyed_at is null) over (partition by purpose), false) as in_use from shown.key_versions) k
		order by purpose, version desc`, nil, func(row pgx.CollectableRow) (v Version, err error) {
		return v, row.Scan(&v.Purpose, &v.Number, &v.ID, &v.CreatedAt, &v.ActiveAt, &v.EndsAt, &v.DestroyedAt, &v.InUse, &v.Ended, &v.MadeBy, &v.EndedBy, &v.DestroyedBy)
	})
}

// Uses returns at most limit uses, the newest first, with ids below before (0: from the newest).
func (r Reader) Uses(ctx context.Context, reader person.Actor, before int64, limit int) ([]Use, error) {
	return read(ctx, r, reader, "key uses", `
		select id, at, act, key, person, machine, address, command from shown.key_uses where $1::bigint = 0 or id < $1 order by id desc limit $2`,
		[]any{before, limit}, pgx.RowToStructByPos[Use])
}

func read[T any](ctx context.Context, r Reader, reader person.Actor, what, sql string, args []any, scan pgx.RowToFunc[T]) (all []T, err error) {
	err = r.Requests.InTx(ctx, ticketlog.ReaderOf(reader), what, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scan)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return all, nil
}
