// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Scope names the viewers who share changes and counts: the operators of an entity, one citizen, or, the zero value, those who read everything.
type Scope struct {
	Entity  catalog.EntityCode
	Citizen string
}

// ScopeOf returns the scope of a viewer. It selects rows and counts in advance; ChangeRow.VisibleFrom and Counts.Queues decide what the
// viewer may see of them.
func ScopeOf(v ticketview.Viewer) Scope {
	switch {
	case v.Actor.Role == person.Citizen:
		return Scope{Citizen: v.Actor.ID}
	case v.Actor.Role.ReadsForEntity() && !policy.ReadsEverything(v.Actor):
		return Scope{Entity: v.Actor.Entity}
	default:
		return Scope{}
	}
}

// Scopes returns the scopes that an event concerns.
func (e ChangeRow) Scopes() []Scope {
	all := []Scope{{}}
	for _, entity := range e.Entities {
		all = append(all, Scope{Entity: entity})
	}
	if e.Citizen != "" {
		all = append(all, Scope{Citizen: e.Citizen})
	}
	return all
}

// Counts holds the stored counts of a scope.
type Counts map[countKey]int

// Queues returns a viewer's queues with their counts. The counts must be those of the viewer's scope.
func (c Counts) Queues(v ticketview.Viewer) []Queue {
	list := []Queue{}
	for _, q := range queuesForRole(v.Actor.Role) {
		count := c.of(ticketview.Viewer{Actor: v.Actor}, q)
		if ScopeOf(v) == (Scope{}) && !policy.ReadsEverything(v.Actor) { // an operator without an entity sees nothing
			count = 0
		}
		list = append(list, Queue{ID: q, Name: queueNames[q], Count: count})
	}
	return list
}

// Feed is a part of the change feed for all viewers of a node, with the counts of the scopes that it concerns.
type Feed struct {
	Rows     []*ChangeRow
	Position eventstore.Position // Rows holds all events up to it
	Counts   map[Scope]Counts
}

// Changed returns a channel that is closed when the lists have processed new events. It is a hint: callers poll besides.
func (r *Reader) Changed() <-chan struct{} {
	return r.store.ConsumerChanged(r.model.Name, r.model.Version)
}

// ReadFeed returns the rows after a position, at most limit of them, and the counts of the scopes that countsOf returns for these rows, in
// one snapshot on the connection of live updates.
func (r *Reader) ReadFeed(ctx context.Context, after int64, limit int, countsOf func([]*ChangeRow) []Scope) (f Feed, err error) {
	err = r.withLiveSnapshot(ctx, func(s snapshot) error {
		f.Position = s.position
		if f.Rows, err = s.changeRows(ctx, `position > $1 order by position limit $2`, after, limit); err != nil {
			return err
		}
		if len(f.Rows) == limit { // there may be more
			f.Position.N = f.Rows[limit-1].Position
		}
		f.Position.N = max(f.Position.N, after)
		f.Counts, err = s.scopeCounts(ctx, countsOf(f.Rows))
		return err
	})
	if err != nil {
		return Feed{}, fmt.Errorf("read change feed: %w", err)
	}
	return f, nil
}

// LatestFeed returns the last rows of the feed, at most limit of them, and the earlier rows that are still held from somebody.
func (r *Reader) LatestFeed(ctx context.Context, limit int) (latest Feed, held []*ChangeRow, err error) {
	settled := r.store.SettledTime(ctx)
	err = r.withLiveSnapshot(ctx, func(s snapshot) error {
		latest.Position = s.position
		if latest.Rows, err = s.changeRows(ctx, `position <= $1 order by position desc limit $2`, s.position.N, limit); err != nil {
			return err
		}
		slices.Reverse(latest.Rows)
		first := s.position.N + 1
		if len(latest.Rows) > 0 {
			first = latest.Rows[0].Position
		}
		// A row that is held from an entity is held from the citizen too (newChangeRow), so the index on citizen_at finds it.
		held, err = s.changeRows(ctx, `citizen_at > at and citizen_at > $1 and position < $2 order by position`, settled, first)
		return err
	})
	if err != nil {
		return Feed{}, nil, fmt.Errorf("read change feed: %w", err)
	}
	return latest, held, nil
}

// changeRows returns the rows of the timeline for which a condition holds.
func (s snapshot) changeRows(ctx context.Context, condition string, args ...any) ([]*ChangeRow, error) {
	rows, err := s.tx.Query(ctx, `
		select position, ticket::text, type, at, author, entities, entities_at, citizen, citizen_at, readers
		from `+s.table("timeline")+` where `+condition, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[ChangeRow])
}

// scopeCounts returns the counts of scopes. A scope without a stored count has an empty entry.
func (s snapshot) scopeCounts(ctx context.Context, scopes []Scope) (map[Scope]Counts, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	all := make(map[Scope]Counts, len(scopes))
	var entities, citizens []string
	for _, scope := range scopes {
		all[scope] = Counts{}
		if scope.Entity != "" {
			entities = append(entities, string(scope.Entity))
		} else {
			citizens = append(citizens, scope.Citizen) // "" for the auditors
		}
	}
	rows, err := s.tx.Query(ctx, `
		select entity, person, queue, count from `+s.table("queue_counts")+`
		where entity <> '' and entity = any($1::text[]) or entity = '' and person = any($2::text[])`, entities, citizens)
	if err != nil {
		return nil, err
	}
	var k countKey
	var n int
	_, err = pgx.ForEachRow(rows, []any{&k.Entity, &k.Person, &k.Queue, &n}, func() error {
		scope := Scope{Entity: k.Entity}
		if k.Entity == "" {
			scope.Citizen = k.Person
		}
		all[scope][k] = n
		return nil
	})
	return all, err
}

// ReadersOf returns, for each of the tickets that the lists hold, the reader tags of those who may read it. It reads on the connection of live
// updates.
func (r *Reader) ReadersOf(ctx context.Context, tickets []ticket.ID) (map[ticket.ID][]ticket.ReaderTag, error) {
	all := make(map[ticket.ID][]ticket.ReaderTag, len(tickets))
	rows, err := r.store.Pools().Live.Query(ctx, `
		select id::text, readers from `+r.model.Table("tickets")+` where id = any($1::text[]::uuid[])`, readmodel.TextArray(tickets))
	if err != nil {
		return nil, fmt.Errorf("read who sees tickets: %w", err)
	}
	var id ticket.ID
	var tags []ticket.ReaderTag
	_, err = pgx.ForEachRow(rows, []any{&id, &tags}, func() error {
		all[id], tags = tags, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read who sees tickets: %w", err)
	}
	return all, nil
}
