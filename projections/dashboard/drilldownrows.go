// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// rows reads the items after a cursor in their order, at most limit of them.
func (q drillDownQuery) rows(ctx context.Context, tx pgx.Tx, after *drillDownCursor, limit int) ([]DrillDownItem, error) {
	c := q.where.Clone()
	from, columns, order := Model.View("standings")+" s", `s.ticket::text, s.version, s.number, s.entity, '', s.service, s.problem, s.channel, s.status, s.assignee, '',
		s.opened_at, s.from_at, nullif(s.answered_at, 'infinity'), nullif(s.resolved_at, 'infinity'), s.handovers, s.reopenings,
		exists (select from `+lists.Model.View("tickets")+` t where t.id = s.ticket)`, "s.opened_at, s.ticket, s.version"
	if !q.tickets {
		from, columns, order = Model.View("deeds")+" d", `d.ticket::text, d.version, d.number, d.entity, d.other, d.service, d.problem, '', '', d.operator, d.detail,
			d.opened_at, d.at, null::timestamptz, null::timestamptz, 0, 0, exists (select from `+lists.Model.View("tickets")+` t where t.id = d.ticket)`, "d.at, d.ticket, d.version"
	}
	if after != nil {
		c.Add("("+order+") > (%s, %s::uuid, %s)", after.at, after.ticket, after.version)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select %s from %s where %s order by %s limit %d`, columns, from, c.SQL(), order, limit),
		c.Args...)
	if err != nil {
		return nil, err
	}
	items, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (c DrillDownItem, err error) {
		var other catalog.EntityCode
		var answered, resolved *time.Time
		err = row.Scan(&c.Ticket, &c.version, &c.Number, &c.Entity.Code, &other, &c.Service.ID, &c.Problem.ID, &c.Channel, &c.Status,
			&c.operatorID, &c.Detail,
			&c.OpenedAt, &c.At, &answered, &resolved, &c.Handovers, &c.Reopenings, &c.Reachable)
		if other != "" {
			c.Receiver = &ticketview.Entity{Code: other}
		}
		if answered != nil {
			c.AnsweredAt = *answered
		}
		if resolved != nil {
			c.ResolvedAt = *resolved
		}
		c.Elapsed = c.At.Sub(c.OpenedAt)
		if q.tickets {
			c.Elapsed = max(0, q.at.Sub(c.OpenedAt))
		}
		return c, err
	})
	if err != nil {
		return nil, err
	}
	return items, hideRestricted(ctx, tx, items)
}

// hideRestricted removes from items what their tickets are about and who works on them, where the access is restricted and the viewer may not open the
// ticket. It asks once for all items, since the database checks the signed reader with each call.
func hideRestricted(ctx context.Context, tx pgx.Tx, items []DrillDownItem) error {
	var hidden []string
	for _, c := range items {
		if !c.Reachable {
			hidden = append(hidden, string(c.Ticket))
		}
	}
	if hidden == nil {
		return nil
	}
	rows, err := tx.Query(ctx, `select id::text from `+lists.RestrictedFunction+`($1::text[]::uuid[]) as r (id)`, hidden)
	if err != nil {
		return err
	}
	restricted := map[ticket.ID]bool{}
	var id ticket.ID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error { restricted[id] = true; return nil })
	for i := range items {
		if c := &items[i]; restricted[c.Ticket] && !c.Reachable {
			c.Service, c.Problem, c.operatorID, c.Detail = ticketview.Labelled{}, ticketview.Labelled{}, "", ""
		}
	}
	return err
}

// addNames sets the names and labels of items, and no operators of entities that have not agreed (PerPerson).
func (r *Reader) addNames(ctx context.Context, v ticketview.Viewer, items []DrillDownItem, perPerson []catalog.EntityCode) error {
	var ids []string
	for i := range items {
		c := &items[i]
		if c.operatorID != ticket.Supervisors && !slices.Contains(perPerson, c.Entity.Code) {
			c.operatorID = ""
		}
		if c.operatorID != "" && !slices.Contains(ids, c.operatorID) {
			ids = append(ids, c.operatorID)
		}
	}
	names, err := ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, v.Reader(), ids)
	if err != nil {
		return err
	}
	for i := range items {
		c := &items[i]
		c.Entity = names.Entity(c.Entity.Code)
		if c.Receiver != nil {
			other := names.Entity(c.Receiver.Code)
			c.Receiver = &other
		}
		service := catalog.ServiceID(c.Service.ID)
		if service == "" {
			continue
		}
		c.Service, c.Problem = names.Service(service), names.Problem(service, catalog.ProblemID(c.Problem.ID), false)
		if c.Operator = names.OperatorName(c.operatorID); c.operatorID == ticket.Supervisors {
			c.Operator = "Supervisori"
		}
	}
	return nil
}

// DrillDown returns a page of the tickets or activities that a figure counts; the total is the figure. Error: *readmodel.FilterError for a
// field that is not valid.
func (r *Reader) DrillDown(ctx context.Context, v ticketview.Viewer, d DrillDown) (DrillDownPage, error) {
	var err error
	if d.perPerson, err = r.agreed(ctx); err != nil {
		return DrillDownPage{}, err
	}
	q, err := d.validate(v, r.catalog, r.store.SettledTime(ctx))
	if err != nil {
		return DrillDownPage{}, err
	}
	page := DrillDownPage{From: q.From, To: q.To, At: q.at.UTC()}
	err = readmodel.WithSnapshot(ctx, r.store, v.Reader(), []readmodel.Model{Model, lists.Model}, func(snap readmodel.Snapshot) error {
		page.Position = snap.Position
		from := Model.View("standings") + " s"
		if !q.tickets {
			from = Model.View("deeds") + " d"
		}
		if err := snap.Tx.QueryRow(ctx, `select count(*) from `+from+` where `+q.where.SQL(), q.where.Args...).Scan(&page.Total); err != nil {
			return err
		}
		page.Items, err = q.rows(ctx, snap.Tx, q.after, q.limit+1)
		return err
	})
	if err != nil {
		return DrillDownPage{}, fmt.Errorf("drill down: %w", err)
	}
	if len(page.Items) > q.limit {
		page.Items = page.Items[:q.limit]
		page.Next = page.Items[q.limit-1].cursorText(q.tickets)
	}
	return page, r.addNames(ctx, v, page.Items, q.perPerson)
}
