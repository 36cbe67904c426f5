// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package notification

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/sagas"
)

// Summary holds the number of a reader's unread notifications and the newest of them, for live updates.
type Summary struct {
	Unread int
	Latest *Latest // the newest unread one; nil if there is none
}

// Latest is a notification without its text and ticket. It shows no data of a ticket, so it leaves no access record.
type Latest struct {
	ID   string                 `json:"id"`
	Kind sagas.NotificationKind `json:"kind" example:"handover"`
	At   time.Time              `json:"at"`
}

// Summaries returns the summary of each reader, in their order, with one query on the connection of live updates. There row-level security
// does not apply, so the query itself selects what the policies of notifications and tickets let each reader see.
func (n *Store) Summaries(ctx context.Context, readers []person.Actor) ([]Summary, error) {
	var roles, entities, persons []string
	for _, by := range readers {
		role := ""
		switch {
		case by.Role == person.Citizen:
			role = "citizen"
		case by.Role.Supervises():
			role = "supervisor"
		case by.Role.Operates():
			role = "operator"
		}
		roles, entities, persons = append(roles, role), append(entities, string(by.Entity)), append(persons, by.ID)
	}
	rows, err := n.store.Pools().Live.Query(ctx, `
		with reader as (
			select * from unnest($1::text[], $2::text[], $3::text[]) with ordinality as r(role, entity, person, i)
		), readable as (
			select r.i, r.person, n.id, n.kind, n.at
			from reader r join notice.notices n on n.entity = r.entity join `+lists.Model.Table("tickets")+` t on t.id = n.ticket
			where r.role in ('operator', 'supervisor') and r.entity <> '' and n.entity <> ''
				and t.readers && array['entity/' || r.entity, 'operator/' || r.entity || '/' || r.person,
					case when r.role = 'supervisor' then 'supervisor/' || r.entity end]
				and case n.audience
					when 'operator' then n.person = r.person
					when 'operators' then n.by <> r.person
					when 'supervisors' then n.by <> r.person and r.role = 'supervisor'
					else false end
			union all
			select r.i, r.person, n.id, n.kind, n.at
			from reader r join notice.notices n on n.person = r.person join `+lists.Model.Table("tickets")+` t on t.id = n.ticket
			where r.role = 'citizen' and r.person <> '' and n.person <> '' and n.audience = 'citizen' and t.citizen = r.person
		)
		select distinct on (u.i) u.i, count(*) over (partition by u.i), u.id::text, u.kind, u.at
		from readable u where not exists (select from notice.marks m where m.notice = u.id and m.person = u.person)
		order by u.i, u.at desc, u.id desc`, roles, entities, persons)
	if err != nil {
		return nil, fmt.Errorf("summarize notifications: %w", err)
	}
	all := make([]Summary, len(readers))
	var i, unread int
	var latest Latest
	_, err = pgx.ForEachRow(rows, []any{&i, &unread, &latest.ID, &latest.Kind, &latest.At}, func() error {
		all[i-1] = Summary{Unread: unread, Latest: &Latest{latest.ID, latest.Kind, latest.At.UTC()}}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("summarize notifications: %w", err)
	}
	return all, nil
}
