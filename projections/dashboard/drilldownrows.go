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
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// rows reads what was asked for in order, after a place, limit of them.
func (a drillDownQuery) rows(ctx context.Context, tx pgx.Tx, after *drillDownCursor, limit int) ([]DrillDownItem, error) {
	c := a.where.Clone()
	from, columns, order := Model.Table("standings")+" s", `s.ticket::text, s.version, s.number, s.entity, '', s.service, s.problem, s.channel, s.status, s.assignee, '',
		s.opened_at, s.from_at, nullif(s.answered_at, 'infinity'), nullif(s.resolved_at, 'infinity'), s.handovers, s.reopenings,
		exists (select from `+lists.Model.Table("tickets")+` t where t.id = s.ticket)`, "s.opened_at, s.ticket, s.version"
	if !a.tickets {
		from, columns, order = Model.Table("deeds")+" d", `d.ticket::text, d.version, d.number, d.entity, d.other, d.service, d.problem, '', '', d.operator, d.detail,
			d.opened_at, d.at, null::timestamptz, null::timestamptz, 0, 0, exists (select from `+lists.Model.Table("tickets")+` t where t.id = d.ticket)`, "d.at, d.ticket, d.version"
	}
	if after != nil {
		c.Add("("+order+") > (%s, %s::uuid, %s)", after.at, after.ticket, after.version)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select %s from %s where %s order by %s limit %d`, columns, from, c.SQL(), order, limit), c.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, func(row pgx.CollectableRow) (c DrillDownItem, err error) {
		var other catalog.EntityCode
		var answered, resolved *time.Time
		err = row.Scan(&c.Ticket, &c.version, &c.Number, &c.Entity.Code, &other, &c.Service.ID, &c.Problem.ID, &c.Channel, &c.Status, &c.operatorID, &c.Detail,
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
		if a.tickets {
			c.Elapsed = max(0, a.at.Sub(c.OpenedAt))
		}
		return c, err
	})
}

// addNames fills in the names that people read.
func (r *Reader) addNames(ctx context.Context, items []DrillDownItem) error {
	var ids []string
	for _, c := range items {
		if c.operatorID != "" && !slices.Contains(ids, c.operatorID) {
			ids = append(ids, c.operatorID)
		}
	}
	names, err := ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, ids)
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
		c.Service, c.Problem = names.Service(service), names.Problem(service, catalog.ProblemID(c.Problem.ID), false)
		if c.Operator = names.OperatorName(c.operatorID); c.operatorID == ticketview.Supervisors {
			c.Operator = "Supervisori"
		}
	}
	return nil
}

// DrillDown lists what is behind a figure, a page at a time; the total is the figure. *FilterError names what in the question
// has no answer.
func (r *Reader) DrillDown(ctx context.Context, v ticketview.Viewer, b DrillDown) (DrillDownPage, error) {
	a, err := b.validate(v, r.catalog, r.store.SettledTime())
	if err != nil {
		return DrillDownPage{}, err
	}
	page := DrillDownPage{From: a.From, To: a.To, At: a.at.UTC()}
	err = readmodel.WithSnapshot(ctx, r.store, v.Actor, []readmodel.Model{Model, lists.Model}, func(seen readmodel.Snapshot) error {
		page.Position = seen.Position
		from := Model.Table("standings") + " s"
		if !a.tickets {
			from = Model.Table("deeds") + " d"
		}
		if err := seen.Tx.QueryRow(ctx, `select count(*) from `+from+` where `+a.where.SQL(), a.where.Args...).Scan(&page.Total); err != nil {
			return err
		}
		page.Items, err = a.rows(ctx, seen.Tx, a.after, a.limit+1)
		return err
	})
	if err != nil {
		return DrillDownPage{}, fmt.Errorf("list what is counted: %w", err)
	}
	if len(page.Items) > a.limit {
		page.Items = page.Items[:a.limit]
		page.Next = page.Items[a.limit-1].cursorText(a.tickets)
	}
	return page, r.addNames(ctx, page.Items)
}

// exportPageSize is how many rows an export reads at a time, if no limit is asked for.
const exportPageSize = 1000

// maxExports is how many exports read at a time. Each holds a connection for as long as its reader takes: the others are for pages.
const maxExports = 2

// Export gives everything behind a figure, however much it is, in one snapshot: first begin is told where it stands, then
// each is given a page of it. It waits for its turn.
func (r *Reader) Export(ctx context.Context, v ticketview.Viewer, b DrillDown, begin func(DrillDownPage) error, each func([]DrillDownItem) error) error {
	a, err := b.validate(v, r.catalog, r.store.SettledTime())
	if err != nil {
		return err
	}
	step := exportPageSize
	if b.Limit > 0 {
		step = b.Limit
	}
	select {
	case r.exportSlots <- struct{}{}:
		defer func() { <-r.exportSlots }()
	case <-ctx.Done():
		return fmt.Errorf("export: %w", ctx.Err())
	}
	return readmodel.WithSnapshot(ctx, r.store, v.Actor, []readmodel.Model{Model, lists.Model}, func(seen readmodel.Snapshot) error {
		if err := begin(DrillDownPage{From: a.From, To: a.To, At: a.at.UTC(), Position: seen.Position}); err != nil {
			return err
		}
		for after := a.after; ; {
			page, err := a.rows(ctx, seen.Tx, after, step)
			if err == nil {
				err = r.addNames(ctx, page)
			}
			if err == nil {
				err = each(page)
			}
			if err != nil || len(page) < step {
				return err
			}
			if after, err = parseDrillDownCursor(page[len(page)-1].cursorText(a.tickets)); err != nil {
				return err
			}
		}
	})
}
