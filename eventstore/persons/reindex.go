// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package persons

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/keyring"
)

const (
	reindexPage    = 500 // streams that one statement reads
	hexFormat      = "hex"
	subjectPattern = "^[0-9a-f]{64}$" // a subject of ticket.opened.v1
)

// Reindexed is the result of Reindex.
type Reindexed struct {
	Streams int64 `json:"streams"` // streams of persons that were read
	Added   int64 `json:"added"`   // persons that got a row of the newest version of the key
	// Left is the number of persons without a row of the newest version: no form holds their tax code, for example of an account without a
	// ticket. They get a new id once an earlier version of the key is destroyed.
	Left int64 `json:"left"`
}

// Reindex gives a row in the directory to the persons of events that were recorded before the directory existed, and to every person one
// for the newest version of the key. taxCode returns the tax code in the form of a stream in its normal form, or "". From the first
// Reindex on, new persons get random ids and events hold no keyed hash, so every node must have a release that knows person ids.
//
// An interrupted Reindex is repeated. It works in pages and holds no transaction open between them.
func (d *Directory) Reindex(ctx context.Context, taxCode func(context.Context, eventstore.StreamID) (string, error), progress func(streams int64)) (
	r Reindexed, err error,
) {
	after := uuid.Nil.String()
	for {
		page, err := d.readStreams(ctx, after)
		if err != nil {
			return r, fmt.Errorf("re-index persons: %w", err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].id
		for _, s := range page {
			if s.person == nil {
				continue
			}
			if r.Streams++; !s.lacksNewest {
				continue
			}
			added, err := d.addNewest(ctx, s, taxCode)
			if err != nil {
				return r, fmt.Errorf("re-index persons: stream %s: %w", s.id, err)
			}
			r.Added += added
		}
		progress(r.Streams)
	}
	if err := d.finishReindex(ctx); err != nil {
		return r, fmt.Errorf("re-index persons: %w", err)
	}
	err = d.store.Pools().Consumer.QueryRow(ctx, `
		select count(distinct person) from person.directory d
		where not exists (select from person.directory n where n.person = d.person and n.key_version = $1)`, d.newestVersion()).Scan(&r.Left)
	if err != nil {
		return r, fmt.Errorf("re-index persons: %w", err)
	}
	return r, nil
}

// streamRow is a stream with its person.
type streamRow struct {
	id          string
	person      *string // nil for a stream about nobody or whose personal data were erased
	lacksNewest bool    // the person has no row of the newest version of the key
}

// readStreams returns the next page of streams, by id. It adds the rows of version 1 of the key of the subjects among them.
func (d *Directory) readStreams(ctx context.Context, after string) ([]streamRow, error) {
	rows, err := d.store.Pools().Consumer.Query(ctx, `
		with page as materialized (
			select s.id, s.subject, case when length(s.subject) > 0 and exists (select from keys.keys k where k.id = s.id and k.wrapped is not null)
				then person.id_of(s.subject) end as person
			from log.streams s where s.id > $1::text::uuid order by s.id limit $2
		), added as (
			insert into person.directory (key_version, hash, person)
			select distinct 1, decode(subject, $5), person::uuid from page where person is not null and subject ~ $6 and $3
			on conflict do nothing
			returning key_version, person
		)
		select p.id::text, p.person,
			p.person is not null and not exists (select from person.directory d where d.person = p.person::uuid and d.key_version = $4)
				and not exists (select from added a where a.person = p.person::uuid and a.key_version = $4)
		from page p order by p.id`, after, reindexPage, d.knowsFirstVersion(), d.newestVersion(), hexFormat, subjectPattern)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s streamRow, err error) {
		return s, row.Scan(&s.id, &s.person, &s.lacksNewest)
	})
}

// addNewest adds the missing rows of the person of a stream, with the tax code of its form.
func (d *Directory) addNewest(ctx context.Context, s streamRow, taxCode func(context.Context, eventstore.StreamID) (string, error)) (int64, error) {
	code, err := taxCode(ctx, s.id)
	if err != nil || code == "" {
		return 0, err
	}
	versions, hashes := d.hashes(code)
	tag, err := d.store.Pools().Consumer.Exec(ctx, `
		insert into person.directory (key_version, hash, person)
		select key_version, hash, $3::text::uuid from unnest($1::integer[], $2::bytea[]) as h (key_version, hash) on conflict do nothing`,
		versions, hashes, *s.person)
	return min(tag.RowsAffected(), 1), err
}

// finishReindex gives the accounts their person ids in place of keyed hashes, and begins with random ids.
func (d *Directory) finishReindex(ctx context.Context) error {
	consumer := d.store.Pools().Consumer
	if d.knowsFirstVersion() {
		_, err := consumer.Exec(ctx, `
			insert into person.directory (key_version, hash, person) select 1, decode(subject, $1), person.id_of(subject)::uuid
			from identity.accounts where subject ~ $2 on conflict do nothing`, hexFormat, subjectPattern)
		if err != nil {
			return err
		}
	}
	_, err := consumer.Exec(ctx, `update identity.accounts set person = person.id_of(subject)::uuid, subject = null where subject is not null`)
	if err != nil {
		return err
	}
	return d.store.Pools().Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update person.settings set random_ids = true where not random_ids`)
		return err
	})
}

// DestroyKey deletes the rows of a version of the key of tax codes and destroys the version. Without force it refuses when persons would
// lose their last row. Errors: ErrNotReindexed, *LeftError, those of keyring.Destroy.
func (d *Directory) DestroyKey(ctx context.Context, version int, force bool) error {
	if err := d.CheckReindexed(ctx); err != nil {
		return err
	}
	var left int64
	err := d.store.Pools().Consumer.QueryRow(ctx, `
		select count(distinct person) from person.directory d where key_version = $1
			and not exists (select from person.directory n where n.person = d.person and n.key_version > $1)`, version).Scan(&left)
	if err != nil {
		return fmt.Errorf("destroy a key of persons: %w", err)
	}
	if left > 0 && !force {
		return &LeftError{left}
	}
	destroyErr := d.store.Keyring().Destroy(ctx, HashPurpose, version)
	if destroyErr != nil && !errors.Is(destroyErr, keyring.ErrNoKey) { // destroyed already: its rows may be left
		return destroyErr
	}
	err = d.store.Pools().Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// From here on no node adds a row of this version.
		_, err := tx.Exec(ctx, `update person.settings set destroyed_keys = destroyed_keys || $1::integer where not destroyed_keys @> array[$1::integer]`, version)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `delete from person.directory where key_version = $1`, version)
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy a key of persons: %w", err)
	}
	return destroyErr
}

// LeftError means that persons have no row of a later version of the key.
type LeftError struct{ Persons int64 }

func (e *LeftError) Error() string {
	return fmt.Sprintf("%d persons have no hash by a later key: their next ticket would get another person id", e.Persons)
}
