// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package persons is the directory of persons. It leads from a tax code, by its keyed hash, to the person id that events, access records
// and accounts hold. The directory may change, the log does not: without a person's rows nothing leads from the tax code to the events.
package persons

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/keyring"
)

// HashPurpose is the purpose of the keyed hash of a tax code. It is a stored name.
const HashPurpose = "subject"

// Directory finds person ids. It is safe for concurrent use.
type Directory struct {
	store *eventstore.Store
}

// New returns the directory of a log.
func New(store *eventstore.Store) *Directory { return &Directory{store} }

// Person is the entry of a tax code.
type Person struct {
	ID string // UUID
	// Subject is the keyed hash of the tax code, in hex, as ticket.opened.v1 holds it. It is empty once persons are re-indexed: from then
	// on events hold the id alone.
	Subject string
}

// Assign returns the person with a tax code in its normal form, and adds one with a new id if there is none. Nodes that add the same
// person at the same time get the same id.
func (d *Directory) Assign(ctx context.Context, taxCode string) (p Person, err error) {
	err = d.withValidHashes(ctx, taxCode, func(versions []int32, hashes [][]byte) (valid bool, err error) {
		var random bool
		// The lock keeps a version from being destroyed meanwhile.
		err = d.store.Pools().Session.QueryRow(ctx, `
			with valid as materialized (select $1::integer[] as versions from person.settings where not destroyed_keys && $1 for share)
			select a.id::text, a.random from valid v cross join lateral person.assign(v.versions, $2) a`,
			versions, hashes).Scan(&p.ID, &random)
		if err == nil && !random {
			p.Subject = fmt.Sprintf("%x", hashes[0])
		}
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return Person{}, fmt.Errorf("assign a person id: %w", err)
	}
	return p, nil
}

// Find returns the person id for a tax code in its normal form, and false if there is none.
func (d *Directory) Find(ctx context.Context, taxCode string) (id string, ok bool, err error) {
	var found *string
	err = d.withValidHashes(ctx, taxCode, func(versions []int32, hashes [][]byte) (valid bool, err error) {
		err = d.store.Pools().Session.QueryRow(ctx, `select not destroyed_keys && $1, person.find($1, $2)::text from person.settings`,
			versions, hashes).Scan(&valid, &found)
		return valid, err
	})
	if err != nil {
		return "", false, fmt.Errorf("find a person: %w", err)
	}
	if found == nil {
		return "", false, nil
	}
	return *found, true, nil
}

// withValidHashes calls do with the hashes of a tax code. When do reports that the key of one was destroyed, the node had not read that yet:
// it reads the keys again and calls do once more. Error: eventstore.ErrUnavailable.
func (d *Directory) withValidHashes(ctx context.Context, taxCode string, do func(versions []int32, hashes [][]byte) (valid bool, err error)) error {
	valid, err := do(d.hashes(taxCode))
	if err != nil || valid {
		return err
	}
	if err := d.store.Keyring().Refresh(ctx); err != nil {
		return err
	}
	valid, err = do(d.hashes(taxCode))
	if err == nil && !valid {
		err = fmt.Errorf("a key of tax codes is being destroyed: %w", eventstore.ErrUnavailable)
	}
	return err
}

// hashes returns the hashes of a tax code and the versions of their keys, the oldest first.
func (d *Directory) hashes(taxCode string) (versions []int32, hashes [][]byte) {
	all := d.store.Keyring().Hashes(HashPurpose, []byte(taxCode))
	slices.SortFunc(all, func(a, b keyring.KeyedHash) int { return a.Version - b.Version })
	for _, h := range all {
		versions, hashes = append(versions, int32(h.Version)), append(hashes, h.Sum)
	}
	return versions, hashes
}

// RemoveErased deletes the rows of a person who has no account and no ticket with personal data any more. It reports whether the person
// was removed. Tickets and access records keep the id, to which nothing leads then.
func (d *Directory) RemoveErased(ctx context.Context, id string) (removed bool, err error) {
	digits := id[:8] + id[9:13]
	// Subjects of the first release begin with the first digits of the id, so the index on subject finds them.
	rows := make(chan int64, 1)
	err = d.store.Pools().Durably(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `
			delete from person.directory where person = $1::text::uuid
				and not exists (select from identity.accounts where person = $1::text::uuid)
				and not exists (select from keys.keys where subject = $1 and wrapped is not null)
				and not exists (
					select from keys.keys where subject >= $2 and subject < $3 and person.id_of(subject) = $1 and wrapped is not null)`,
			id, digits, digits+"g")
		rows <- done.RowsAffected()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove a person: %w", err)
	}
	return <-rows > 0, nil
}

// RenewKey adds a version of the key of tax codes. Error: ErrNotReindexed. Reindex then adds the rows of the new version.
func (d *Directory) RenewKey(ctx context.Context) (version int, err error) {
	if err := d.CheckReindexed(ctx); err != nil {
		return 0, err
	}
	return d.store.Keyring().Renew(ctx, HashPurpose, time.Time{})
}

// ErrNotReindexed means that events may still be written with the keyed hash of version 1.
var ErrNotReindexed = errors.New("the persons of earlier events are not re-indexed yet: run sol persons reindex")

// CheckReindexed returns ErrNotReindexed until Reindex has run once.
func (d *Directory) CheckReindexed(ctx context.Context) error {
	var done bool
	if err := d.store.Pools().Session.QueryRow(ctx, `select random_ids from person.settings`).Scan(&done); err != nil {
		return fmt.Errorf("read the settings of persons: %w", err)
	}
	if !done {
		return ErrNotReindexed
	}
	return nil
}

// knowsFirstVersion reports whether the key of the hashes in ticket.opened.v1 is not destroyed.
func (d *Directory) knowsFirstVersion() bool {
	versions, _ := d.hashes("")
	return versions[0] == 1
}

// newestVersion returns the newest version of the key of tax codes, which may not be in use yet.
func (d *Directory) newestVersion() int {
	versions, _ := d.hashes("")
	return int(versions[len(versions)-1])
}
