// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package draft stores the text that an operator typed into a ticket's form and did not send. A draft survives a reload, a change of
// machine and the end of the session. Only its author can read it. It is sealed with the ticket's key and deleted when the form is sent.
package draft

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/labelseal"
)

// retention is the time after the last change for which a draft is stored.
const retention = 90 * 24 * time.Hour

// share is the kind of use of the session pool.
const share = "draft"

// Store stores drafts in the database of the log: one for each account and ticket. It is safe for concurrent use.
type Store struct{ store *eventstore.Store }

// New returns a store of drafts that uses the event store's database and keys.
func New(store *eventstore.Store) *Store { return &Store{store} }

// Save stores the content of an account's form on a ticket, in place of an earlier draft, and returns the time. form identifies one form:
// after Discard of a form, Save of the same form stores nothing, so that a late request does not restore a sent draft.
// Errors: eventstore.ErrNotFound, eventstore.ErrErased.
func (d *Store) Save(ctx context.Context, account string, id ticket.ID, form string, content []byte) (time.Time, error) {
	sealed, err := labelseal.Seal(ctx, d.store, string(id), string(id), sealLabel(account), content)
	if err != nil {
		return time.Time{}, fmt.Errorf("save draft: %w", err)
	}
	return d.write(ctx, account, id, form, sealed)
}

// Discard deletes an account's draft on a ticket, after the form was sent or emptied.
func (d *Store) Discard(ctx context.Context, account string, id ticket.ID, form string) error {
	_, err := d.write(ctx, account, id, form, nil)
	return err
}

func (d *Store) write(ctx context.Context, account string, id ticket.ID, form string, sealed []byte) (time.Time, error) {
	release, err := d.store.Pools().ShareSession(ctx, share)
	if err != nil {
		return time.Time{}, fmt.Errorf("write draft: %w", err)
	}
	defer release()
	now := d.store.Now()
	_, err = d.store.Pools().Session.Exec(ctx, `
		with forgotten as (delete from draft.drafts where at < $6 and (account, ticket) <> ($1, $2))
		insert into draft.drafts as d (account, ticket, form, sealed, at) values ($1, $2, $3, $4, $5)
		on conflict (account, ticket) do update set form = excluded.form, sealed = excluded.sealed, at = excluded.at
		where d.sealed is not null or d.form <> excluded.form`, account, string(id), form, sealed, now, now.Add(-retention))
	if err != nil {
		return time.Time{}, fmt.Errorf("write draft: %w", err)
	}
	return now, nil
}

// Read returns the reader's draft on a ticket and the time of its last change. It returns nil without an error if there is no draft, if the
// ticket was erased, or if the reader may not read it.
func (d *Store) Read(ctx context.Context, by eventstore.Reader, id ticket.ID) (content []byte, at time.Time, err error) {
	var sealed, wrapped []byte
	batch := &pgx.Batch{}
	batch.Queue(`select sealed, at, wrapped from draft.read($1::text::uuid)`, string(id)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&sealed, &at, &wrapped)
	})
	err = d.store.Pools().Request.Read(ctx, by, share, batch)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && wrapped == nil {
		return nil, time.Time{}, nil
	}
	if err == nil {
		content, err = labelseal.Open(d.store, string(id), string(id), wrapped, sealLabel(by.Account), sealed)
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read draft: %w", err)
	}
	return content, at, nil
}

func sealLabel(account string) string { return "draft/" + account }
