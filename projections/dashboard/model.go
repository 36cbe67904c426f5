// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// Model is the read model of the facts from which the supervisors' figures are counted; see facts.go.
var Model = readmodel.Model{
	Name: "figures", Version: 1,
	Tables:     []string{intervalsTable.Name, activitiesTable.Name, figuresTable.Name},
	ReadTables: []string{intervalsTable.Name, activitiesTable.Name},
	Apply:      applyFigures,
	Build:      buildFigures,
}

// rowKey names a status interval or an activity. One event begins at most one of each.
type rowKey struct {
	Ticket  ticket.ID
	Version int
}

var intervalsTable = readmodel.WithReplace(readmodel.Table[statusInterval]{Name: "standings", Key: "ticket, version",
	Columns: []readmodel.Column[statusInterval]{
		readmodel.NewColumn("ticket", "uuid", func(s statusInterval) any { return readmodel.UUID(s.Ticket) }),
		readmodel.NewColumn("version", "int4", func(s statusInterval) any { return s.Version }),
		readmodel.NewColumn("number", "text", func(s statusInterval) any { return s.Number }),
		readmodel.NewColumn("entity", "text", func(s statusInterval) any { return string(s.Entity) }),
		readmodel.NewColumn("service", "text", func(s statusInterval) any { return string(s.Service) }),
		readmodel.NewColumn("problem", "text", func(s statusInterval) any { return string(s.Problem) }),
		readmodel.NewColumn("status", "text", func(s statusInterval) any { return string(s.Status) }),
		readmodel.NewColumn("assignee", "text", func(s statusInterval) any { return s.Assignee }),
		readmodel.NewColumn("channel", "text", func(s statusInterval) any { return string(s.Channel) }),
		readmodel.NewColumn("opened_at", "timestamptz", func(s statusInterval) any { return s.Opened }),
		readmodel.NewColumn("answered_at", "timestamptz", func(s statusInterval) any { return timeOrInfinity(s.Answered) }),
		readmodel.NewColumn("resolved_at", "timestamptz", func(s statusInterval) any { return timeOrInfinity(s.Resolved) }),
		readmodel.NewColumn("handovers", "int4", func(s statusInterval) any { return s.Handovers }),
		readmodel.NewColumn("reopenings", "int4", func(s statusInterval) any { return s.Reopenings }),
		readmodel.NewColumn("from_at", "timestamptz", func(s statusInterval) any { return s.From }),
		readmodel.NewColumn("to_at", "timestamptz", func(s statusInterval) any { return timeOrInfinity(s.To) }),
	}})

var activitiesTable = readmodel.WithReplace(readmodel.Table[activity]{Name: "deeds", Key: "ticket, version",
	Columns: []readmodel.Column[activity]{
		readmodel.NewColumn("ticket", "uuid", func(d activity) any { return readmodel.UUID(d.Ticket) }),
		readmodel.NewColumn("version", "int4", func(d activity) any { return d.Version }),
		readmodel.NewColumn("number", "text", func(d activity) any { return d.Number }),
		readmodel.NewColumn("kind", "text", func(d activity) any { return string(d.Kind) }),
		readmodel.NewColumn("entity", "text", func(d activity) any { return string(d.Entity) }),
		readmodel.NewColumn("other", "text", func(d activity) any { return string(d.Other) }),
		readmodel.NewColumn("service", "text", func(d activity) any { return string(d.Service) }),
		readmodel.NewColumn("problem", "text", func(d activity) any { return string(d.Problem) }),
		readmodel.NewColumn("detail", "text", func(d activity) any { return d.Detail }),
		readmodel.NewColumn("operator", "text", func(d activity) any { return d.Operator }),
		readmodel.NewColumn("opened_at", "timestamptz", func(d activity) any { return d.Opened }),
		readmodel.NewColumn("at", "timestamptz", func(d activity) any { return d.At }),
		readmodel.NewColumn("withdrawn_at", "timestamptz", func(d activity) any { return timeOrInfinity(d.Withdrawn) }),
	}})

var figuresTable = readmodel.WithReplace(readmodel.Table[ticketFigures]{Name: "figures", Key: "ticket",
	Columns: []readmodel.Column[ticketFigures]{
		readmodel.NewColumn("ticket", "uuid", func(f ticketFigures) any { return readmodel.UUID(f.State.ID) }),
		readmodel.NewColumn("folded", "jsonb", func(f ticketFigures) any { return f.marshal() }),
	}})

// timeOrInfinity returns a moment as the value of a timestamptz column; the zero time becomes infinity.
func timeOrInfinity(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// figuresFold folds events into ticketFigures, and collects the rows that are to be written.
type figuresFold struct {
	tickets    map[ticket.ID]ticketFigures
	changed    map[ticket.ID]bool
	intervals  map[rowKey]statusInterval
	activities map[rowKey]activity
}

// newFiguresFold returns a fold that continues from the figures of tickets.
func newFiguresFold(figures map[ticket.ID]ticketFigures) *figuresFold {
	return &figuresFold{tickets: figures, changed: map[ticket.ID]bool{}, intervals: map[rowKey]statusInterval{},
		activities: map[rowKey]activity{}}
}

// apply folds an event, unless it is applied already.
func (f *figuresFold) apply(r ticket.Recorded) {
	before := f.tickets[r.Ticket]
	after, intervals, activities := before.apply(r)
	if after.Version == before.Version {
		return
	}
	f.tickets[r.Ticket], f.changed[r.Ticket] = after, true
	for _, s := range intervals {
		f.intervals[rowKey{s.Ticket, s.Version}] = s
	}
	for _, d := range activities {
		f.activities[rowKey{d.Ticket, d.Version}] = d
	}
}

// drain returns the rows that changed since the last call.
func (f *figuresFold) drain() (figures []ticketFigures, intervals []statusInterval, activities []activity) {
	for id := range f.changed {
		figures = append(figures, f.tickets[id])
	}
	for _, s := range f.intervals {
		intervals = append(intervals, s)
	}
	for _, d := range f.activities {
		activities = append(activities, d)
	}
	clear(f.changed)
	clear(f.intervals)
	clear(f.activities)
	return figures, intervals, activities
}

// applyFigures applies events to the tables.
func applyFigures(ctx context.Context, tx pgx.Tx, names readmodel.TableNames, events []ticket.Recorded) error {
	figures, err := loadFigures(ctx, tx, names, events)
	if err != nil {
		return err
	}
	f := newFiguresFold(figures)
	for _, r := range events {
		f.apply(r)
	}
	changed, intervals, activities := f.drain()
	if err := figuresTable.Upsert(ctx, tx, names, changed); err != nil {
		return err
	}
	if err := intervalsTable.Upsert(ctx, tx, names, intervals); err != nil {
		return err
	}
	return activitiesTable.Upsert(ctx, tx, names, activities)
}

// loadFigures reads the stored ticketFigures of the tickets that the events are about.
func loadFigures(
	ctx context.Context, tx pgx.Tx, names readmodel.TableNames, events []ticket.Recorded,
) (map[ticket.ID]ticketFigures, error) {
	ids := make([]string, len(events))
	for i, r := range events {
		ids[i] = string(r.Ticket)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select folded from read.%s where ticket = any($1::text[]::uuid[])`,
		names.Name(figuresTable.Name)), ids)
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[ticketFigures])
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	figures := make(map[ticket.ID]ticketFigures, len(all))
	for _, f := range all {
		figures[f.State.ID] = f
	}
	return figures, nil
}

// buildFigures returns the builder that fills new tables.
func buildFigures() readmodel.Builder {
	f := newFiguresFold(map[ticket.ID]ticketFigures{})
	return readmodel.Builder{
		Add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.apply(r)
			}
		},
		Flush: func(ctx context.Context, tx pgx.Tx, names readmodel.TableNames) error {
			figures, intervals, activities := f.drain()
			clear(f.tickets)
			if err := figuresTable.CopyIn(ctx, tx, names, figures); err != nil {
				return err
			}
			if err := intervalsTable.CopyIn(ctx, tx, names, intervals); err != nil {
				return err
			}
			return activitiesTable.CopyIn(ctx, tx, names, activities)
		},
		Finish: func(context.Context, pgx.Tx, readmodel.TableNames) error { return nil }, // no row depends on more than one ticket
	}
}
