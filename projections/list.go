// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Tickets lists the tickets that the viewer may see and asked for, a page at a time. *FilterError names what in the
// filter makes no list.
func (r *Reader) Tickets(ctx context.Context, v Viewer, f Filter) (Page, error) {
	f, err := f.check(v.Actor.Role)
	if err != nil {
		return Page{}, err
	}
	var from *cursor
	if f.Cursor != "" {
		c, err := decodeCursor(r.store.KeyedHash, f, v)
		if err != nil {
			return Page{}, err
		}
		from = &c
	}
	page := Page{Items: []Item{}}
	var rows []Row
	var seen view
	err = r.look(ctx, v, func(s view) (err error) {
		page.Position, seen = s.position, s
		asked := f.conditions(seen, r.store.KeyedHash)
		if page.Total, err = seen.total(ctx, f, asked); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		var last cursor
		var more bool
		if rows, last, more, err = seen.page(ctx, f, asked, from); more {
			page.NextCursor = last.encode(r.store.KeyedHash, f, v)
		}
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	names, err := r.names(ctx, rows)
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	for _, row := range rows {
		page.Items = append(page.Items, seen.item(row, names))
	}
	return page, nil
}

// names looks up the operators that the rows name.
func (r *Reader) names(ctx context.Context, rows []Row) (Names, error) {
	var ids []string
	for _, row := range rows {
		if id := row.State.Assignee.Operator; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	known := map[string]string{}
	if r.operators != nil && len(ids) > 0 {
		var err error
		if known, err = r.operators(ctx, ids); err != nil {
			return Names{}, err
		}
	}
	return Names{Catalog: r.catalog, Operator: func(id string) string { return known[id] }}, nil
}

// total is the kept count where a queue alone is asked for, and else counted.
func (s view) total(ctx context.Context, f Filter, asked *conditions) (n int, err error) {
	if f.alone() {
		counts, err := s.counts(ctx)
		return counts[countFor(s.viewer, f.Queue)], err
	}
	err = s.tx.QueryRow(ctx, `select count(*) from read.tickets_v1 t where `+asked.sql(), asked.args...).Scan(&n)
	return n, err
}

// page reads the rows after the cursor, and where they end when there are more.
func (s view) page(ctx context.Context, f Filter, asked *conditions, from *cursor) (rows []Row, last cursor, more bool, err error) {
	order := sortings(s.viewer.citizen())[f.Sort]
	after, direction := ">", "asc"
	if order.down {
		after, direction = "<", "desc"
	}
	if from != nil {
		asked.add(fmt.Sprintf("(%s, t.id) %s (%%s::%s, %%s::uuid)", order.key, after, order.kind), from.Key, from.ID)
	}
	found, err := s.tx.Query(ctx, fmt.Sprintf(`
		select t.folded, %[1]s::text, t.id::text from read.tickets_v1 t where %[2]s
		order by %[1]s %[3]s, t.id %[3]s limit %[4]d`, order.key, asked.sql(), direction, f.Limit+1), asked.args...)
	if err != nil {
		return nil, cursor{}, false, err
	}
	var row Row
	var at cursor
	_, err = pgx.ForEachRow(found, []any{&row, &at.Key, &at.ID}, func() error {
		if len(rows) == f.Limit {
			more = true
			return nil
		}
		rows, last = append(rows, row), at
		row = Row{}
		return nil
	})
	return rows, last, more, err
}

// item is a row as the viewer may see it: a citizen sees no operator, and nothing of an act before its note.
func (s view) item(row Row, n Names) Item {
	state := row.State
	i := Item{
		ID: state.ID, Number: state.Number, Status: state.Status, StatusLabel: state.Status.Label(),
		Entity: n.entity(state.Entity), Assignee: n.assignee(state.Assignee),
		Service: n.service(state.Service), Problem: n.problem(state.Service, state.Problem, false),
		Channel: row.Channel, Identity: row.Identity, Requester: Person{row.GivenName, row.FamilyName},
		OpenedAt: row.OpenedAt, UpdatedAt: row.UpdatedAt, Version: row.Version,
		ReadOnly: !s.viewer.at(state.Entity), Erased: state.Erased,
	}
	if s.viewer.citizen() {
		now := row.shownAt(s.now)
		known := now.State
		i.Status, i.StatusLabel = known.Status, known.Status.CitizenLabel(redirected(known))
		i.Entity, i.Assignee, i.ReadOnly = n.entity(known.Entity), nil, false
		i.Problem = n.problem(state.Service, state.Problem, true)
		i.UpdatedAt, i.Version = now.At, now.Version
	}
	return i
}
