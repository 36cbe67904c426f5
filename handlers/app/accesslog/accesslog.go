// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accesslog stores access records: each read of a ticket or attachment, each search for a person and each question to a connected
// system. It reads login records too. Only auditors can read the records. Health data require it: all accesses, reads included, must be
// recorded for at least 24 months, and a citizen may ask who read their data (Garante, 4 June 2015).
package accesslog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// Kind is the kind of the data that were read.
type Kind string

// The kinds.
const (
	Ticket     Kind = "ticket"     // form, notes and timeline of a ticket
	Checks     Kind = "checks"     // answers to the checks of the playbook, with evidence
	Attachment Kind = "attachment" // one attachment
	History    Kind = "history"    // all events of a ticket
	Dossier    Kind = "dossier"    // the dossier of a ticket
	Accesses   Kind = "accesses"   // the access records of a ticket
	Search     Kind = "search"     // a search by tax code
	// PersonSearched is a search by name, telephone, e-mail or the beginning of a tax code. In the database it is a row of access.searches.
	PersonSearched Kind = "person-search"
	Question       Kind = "question" // a question to a connected system about the citizen
)

// Access is a read of data by an actor.
type Access struct {
	By     person.Actor
	Ticket ticket.ID // empty for a search
	Kind   Kind
	Detail ticket.ID // id of the attachment; the query of a question; empty for other kinds
	Person string    // person id of the tax code that was searched for; empty for other kinds
}

// Record stores an access record, which nobody can change. The record is committed when Record returns, so callers call it before they
// return the data.
func Record(ctx context.Context, pools *pgpool.Pools, r Access) error {
	release, err := pools.ShareSession(ctx, "access")
	if err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	defer release()
	_, err = pools.Session.Exec(ctx, `
		insert into access.reads (person, role, entity, ticket, what, detail, subject) values ($1, $2, $3, nullif($4, '')::uuid, $5, $6, $7)`,
		r.By.ID, r.By.Role, r.By.Entity, string(r.Ticket), r.Kind, r.Detail, r.Person)
	if err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// Entry is an access record.
type Entry struct {
	ID int64
	At time.Time
	Access
}

// List returns at most limit records of accesses to a ticket and of searches for its citizen: by tax code, or by those terms
// (PersonSearch.Terms) alone. The newest come first, with ids below before (0: from the newest). Row-level security returns rows to the role auditor only; for other readers the list is empty.
func List(ctx context.Context, requests *pgpool.Requests, reader person.Actor, id ticket.ID, citizen string, terms []string, before int64, limit int) (
	entries []Entry, err error,
) {
	options := pgx.TxOptions{AccessMode: pgx.ReadOnly}
	err = requests.InTx(ctx, "accesses", options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('app.role', $1, true)`, string(reader.Role)); err != nil {
			return err
		}
		// Rows of the first release hold a keyed hash, which begins with the first digits of the person id.
		earlier := strings.ReplaceAll(citizen, "-", "")
		earlier = earlier[:min(len(earlier), 12)]
		rows, err := tx.Query(ctx, `
			select id, at, person, role, entity, coalesce(ticket::text, ''), what, detail, subject from (
				(select * from access.reads where ticket = $1::text::uuid and ($3::bigint = 0 or id < $3) order by id desc limit $4)
				union all
				(select * from access.reads where subject <> '' and subject = $2 and ($3::bigint = 0 or id < $3) order by id desc limit $4)
				union all
				(select * from access.reads where subject <> '' and subject >= $5 and subject < $6 and length($2) > 0 and length(subject) = 64
					and person.id_of(subject) = $2 and ($3::bigint = 0 or id < $3) order by id desc limit $4)
				union all
				(select id, at, person, role, entity, null::uuid, case subject when '' then 'person-search' else 'search' end, '', subject
					from access.searches where (subject <> '' and subject = $2 or terms && $7 and terms <@ $7) and ($3::bigint = 0 or id < $3)
					order by id desc limit $4)
			) r order by id desc limit $4`, string(id), citizen, before, limit, earlier, earlier+"g", terms)
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
			err = row.Scan(&e.ID, &e.At, &e.By.ID, &e.By.Role, &e.By.Entity, &e.Ticket, &e.Kind, &e.Detail, &e.Person)
			e.At, e.Person = e.At.UTC(), person.IDFromSubject(e.Person) // rows of the first release hold a keyed hash
			return e, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list accesses: %w", err)
	}
	return entries, nil
}

// DeleteExpired records the searches that were typed and not sent. It deletes the access and login records that are older than 24 months, and
// returns their number.
func DeleteExpired(ctx context.Context, worker *pgxpool.Pool) (deleted int64, err error) {
	if _, err := worker.Exec(ctx, `select access.record_typed_searches(false)`); err != nil {
		return 0, fmt.Errorf("record typed searches: %w", err)
	}
	for _, statement := range []string{
		`delete from access.reads where at < clock_timestamp() - interval '24 months'`,
		`delete from access.searches where at < clock_timestamp() - interval '24 months'`,
		`delete from access.logins where at < clock_timestamp() - interval '24 months' and last_at < clock_timestamp() - interval '24 months'`,
	} {
		tag, err := worker.Exec(ctx, statement)
		if err != nil {
			return deleted, fmt.Errorf("delete expired accesses: %w", err)
		}
		deleted += tag.RowsAffected()
	}
	return deleted, nil
}
