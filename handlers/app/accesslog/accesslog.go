// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accesslog records who read what of whom, and tells it to auditors. Health data ask for it: every access, reads
// included, for 24 months at least, and a citizen may ask who read (Garante, 4 June 2015).
package accesslog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
)

// Kind is the kind of thing that was read.
type Kind string

// The kinds.
const (
	Ticket     Kind = "ticket"     // its form, notes and timeline
	Checks     Kind = "checks"     // the answers of its playbook, with their evidence
	Attachment Kind = "attachment" //
	History    Kind = "history"    // everything that was recorded, at any moment
	Dossier    Kind = "dossier"    // the same, taken away as a file
	Accesses   Kind = "accesses"   // who had read it
	Search     Kind = "search"     // for a codice fiscale
)

// Access is one access.
type Access struct {
	By      person.Actor
	Ticket  ticket.ID // empty for a search
	Kind    Kind
	Detail  ticket.ID // of an attachment
	Subject string    // keyed hash of the codice fiscale that was searched for
}

// Record writes one down, for good. It is one insert, and done when it returns: whoever reads does not get what they asked
// for before.
func Record(ctx context.Context, requests *pgxpool.Pool, r Access) error {
	_, err := requests.Exec(ctx, `
		insert into access.reads (person, role, entity, ticket, what, detail, subject) values ($1, $2, $3, nullif($4, '')::uuid, $5, $6, $7)`,
		r.By.ID, r.By.Role, r.By.Entity, string(r.Ticket), r.Kind, r.Detail, r.Subject)
	if err != nil {
		return fmt.Errorf("record who reads: %w", err)
	}
	return nil
}

// Entry is an access as it was recorded.
type Entry struct {
	ID int64
	At time.Time
	Access
}

// List gives the accesses to a ticket and the searches for its citizen, the newest first: at most limit of them, before an
// id (0: from the newest on). Only an auditor is shown any.
func List(ctx context.Context, requests *pgxpool.Pool, as person.Actor, on ticket.ID, subject string, before int64, limit int) (all []Entry, err error) {
	options := pgx.TxOptions{AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, requests, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('app.role', $1, true)`, string(as.Role)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select id, at, person, role, entity, coalesce(ticket::text, ''), what, detail, subject from (
				(select * from access.reads where ticket = $1::text::uuid and ($3::bigint = 0 or id < $3) order by id desc limit $4)
				union all
				(select * from access.reads where subject <> '' and subject = $2 and ($3::bigint = 0 or id < $3) order by id desc limit $4)
			) r order by id desc limit $4`, string(on), subject, before, limit)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
			err = row.Scan(&e.ID, &e.At, &e.By.ID, &e.By.Role, &e.By.Entity, &e.Ticket, &e.Kind, &e.Detail, &e.Subject)
			e.At = e.At.UTC()
			return e, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who read: %w", err)
	}
	return all, nil
}

// DeleteExpired forgets what the law lets go, and answers how many accesses those were.
func DeleteExpired(ctx context.Context, worker *pgxpool.Pool) (int64, error) {
	tag, err := worker.Exec(ctx, `delete from access.reads where at < clock_timestamp() - interval '24 months'`)
	if err != nil {
		return 0, fmt.Errorf("tidy accesses: %w", err)
	}
	return tag.RowsAffected(), nil
}
