// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package draft keeps what somebody has typed about a ticket and not sent yet: it survives a reload, another machine and a
// session that ended. It is the author's alone, sealed with the ticket's key, and gone once it is sent.
package draft

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
)

// retention is how long a draft lies untouched before it is thrown away.
const retention = 90 * 24 * time.Hour

// Store keeps them beside the log.
type Store struct{ store *eventstore.Store }

// New keeps drafts in the store's database.
func New(store *eventstore.Store) *Store { return &Store{store} }

// Save keeps what an account typed into a form about a ticket, in place of what it was before, and answers when. What comes
// late, when that form was sent already, is not kept. Errors: eventstore.ErrNotFound, eventstore.ErrErased.
func (d *Store) Save(ctx context.Context, account string, on ticket.ID, form string, content []byte) (time.Time, error) {
	sealed, err := d.store.SealWithLabel(ctx, string(on), string(on), sealLabel(account), content)
	if err != nil {
		return time.Time{}, fmt.Errorf("save draft: %w", err)
	}
	return d.write(ctx, account, on, form, sealed)
}

// Discard throws away what an account typed about a ticket: the form was sent, or emptied.
func (d *Store) Discard(ctx context.Context, account string, on ticket.ID, form string) error {
	_, err := d.write(ctx, account, on, form, nil)
	return err
}

func (d *Store) write(ctx context.Context, account string, on ticket.ID, form string, sealed []byte) (time.Time, error) {
	now := d.store.Now()
	_, err := d.store.WorkerPool().Exec(ctx, `
		with forgotten as (delete from draft.drafts where at < $6 and (account, ticket) <> ($1, $2))
		insert into draft.drafts as d (account, ticket, form, sealed, at) values ($1, $2, $3, $4, $5)
		on conflict (account, ticket) do update set form = excluded.form, sealed = excluded.sealed, at = excluded.at
		where d.sealed is not null or d.form <> excluded.form`, account, string(on), form, sealed, now, now.Add(-retention))
	if err != nil {
		return time.Time{}, fmt.Errorf("write draft: %w", err)
	}
	return now, nil
}

// Read gives what an account typed about a ticket, and when. Nil: nothing, or it was erased with the ticket.
func (d *Store) Read(ctx context.Context, account string, on ticket.ID) (content []byte, at time.Time, err error) {
	var sealed []byte
	err = d.store.WorkerPool().QueryRow(ctx, `select sealed, at from draft.drafts where account = $1 and ticket = $2 and sealed is not null`, account, string(on)).Scan(&sealed, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, time.Time{}, nil
	}
	if err == nil {
		content, err = d.store.OpenWithLabel(ctx, string(on), string(on), sealLabel(account), sealed)
	}
	if errors.Is(err, eventstore.ErrErased) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read draft: %w", err)
	}
	return content, at, nil
}

func sealLabel(account string) string { return "draft/" + account }
