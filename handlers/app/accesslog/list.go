// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/ticketlog"
)

// FirstEarlier is smaller than the positions of all records of the first releases.
const FirstEarlier int64 = -1_000_000_000_000_000

// earlierIDs is added to the ids of access.reads and access.searches: they are older than the records of access.records, whose ids are positive.
const earlierIDs = "-1000000000000000"

// EarlierSQL selects the records of the first releases with their ids and kinds as an Entry has them, for the request pool.
const EarlierSQL = `
select id ` + earlierIDs + ` as position, at, person, role, entity, what as kind, ticket, detail from shown.reads
union all
select id ` + earlierIDs + `, at, person, role, entity, case subject when '' then 'person-search' else 'search' end, null::uuid, '' from shown.searches`

// listSQL selects the records of a ticket and of searches for its citizen, in the order of Entry.ID.
const listSQL = `
select id, at, person, role, entity, coalesce(ticket::text, ''), what, detail, subject, outcome, controller, session, address, workstation, command_line, purpose from (
	(select position as id, coalesce(typed_at, at) as at, person, role, entity, ticket, kind as what, detail, subject, outcome, controller, session, address, workstation, command_line, purpose
		from shown.records where ticket = $1::text::uuid and ($8 = '' or $8 in (entity, controller)) and ($3::bigint = 0 or position < $3) order by position desc limit $4)
	union all
	(select position, coalesce(typed_at, at), person, role, entity, ticket, kind, detail, subject, outcome, controller, session, address, workstation, command_line, purpose
		from shown.records where (subject <> '' and subject = $2 or hashes && $7 and hashes <@ $7) and ticket is null and ($8 = '' or $8 in (entity, controller)) and ($3::bigint = 0 or position < $3)
		order by position desc limit $4)
	union all
	select id ` + earlierIDs + `, at, person, role, entity, ticket, what, detail, subject, 'shown', '', '', '', '', false, '' from (
		(select * from shown.reads where ($8 = '' or $8 = entity) and ticket = $1::text::uuid and ($3::bigint = 0 or id ` + earlierIDs + ` < $3) order by id desc limit $4)
		union all
		(select * from shown.reads where ($8 = '' or $8 = entity) and subject <> '' and subject = $2 and ($3::bigint = 0 or id ` + earlierIDs + ` < $3) order by id desc limit $4)
		union all
		(select * from shown.reads where ($8 = '' or $8 = entity) and subject <> '' and subject >= $5 and subject < $6 and length($2) > 0 and length(subject) = 64
			and person.id_of(subject) = $2 and ($3::bigint = 0 or id ` + earlierIDs + ` < $3) order by id desc limit $4)
		union all
		(select id, at, person, role, entity, null::uuid, case subject when '' then 'person-search' else 'search' end, '', subject
			from shown.searches where ($8 = '' or $8 = entity) and (subject <> '' and subject = $2 or terms && $7 and terms <@ $7) and ($3::bigint = 0 or id ` + earlierIDs + ` < $3)
			order by id desc limit $4)
	) earlier
) r order by id desc limit $4`

// List returns at most limit records of accesses to a ticket and of searches for its citizen: by tax code, or by those terms
// (Access.Hashes) alone. The newest come first, with ids below before (0: from the newest). The auditors and the data protection
// officer of an entity get the looks of its people, and those at tickets that it was competent for. Row-level security returns rows to auditors
// and data protection officers only; for other readers the list is empty.
func List(ctx context.Context, requests *pgpool.Requests, reader person.Actor, id ticket.ID, citizen string, terms []string, before int64, limit int) (
	entries []Entry, err error,
) {
	options := pgx.TxOptions{AccessMode: pgx.ReadOnly}
	err = requests.InTx(ctx, ticketlog.ReaderOf(reader), "accesses", options, func(tx pgx.Tx) error {
		// Rows of the first release hold a keyed hash, which begins with the first digits of the person id.
		earlier := strings.ReplaceAll(citizen, "-", "")
		earlier = earlier[:min(len(earlier), 12)]
		rows, err := tx.Query(ctx, listSQL, string(id), citizen, before, limit, earlier, earlier+"g", terms, ofEntity(reader))
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Entry, err error) {
			err = row.Scan(&e.ID, &e.At, &e.By.ID, &e.By.Role, &e.By.Entity, &e.Ticket, &e.Kind, &e.Detail, &e.Person, &e.Outcome, &e.Controller,
				&e.Session, &e.Address, &e.Workstation, &e.CommandLine, &e.Purpose)
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

// ofEntity returns the entity whose records a reader gets; "" for one who reads those of all.
func ofEntity(reader person.Actor) string {
	if policy.Off || policy.ReadsEverything(reader) {
		return ""
	}
	return string(reader.Entity)
}
