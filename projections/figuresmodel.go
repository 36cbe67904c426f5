// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// figuresModel keeps what the supervisors' figures follow from; see figures.go.
var figuresModel = model{
	name: "figures", version: 1,
	tables:         []string{intervalsTable.name, activitiesTable.name, figuresTable.name},
	readTables:     []string{intervalsTable.name, activitiesTable.name},
	setupProcedure: "read.dress_figures_v1",
	apply:          applyFigures,
	build:          buildFigures,
}

// rowKey names a standing or a deed: one event begins one at most.
type rowKey struct {
	Ticket  ticket.ID
	Version int
}

var intervalsTable = withReplace(table[statusInterval]{name: "standings_v1", key: "ticket, version", columns: []column[statusInterval]{
	newColumn("ticket", "uuid", func(s statusInterval) string { return string(s.Ticket) }),
	newColumn("version", "integer", func(s statusInterval) string { return strconv.Itoa(s.Version) }),
	newColumn("number", "text", func(s statusInterval) string { return s.Number }),
	newColumn("entity", "text", func(s statusInterval) string { return string(s.Entity) }),
	newColumn("service", "text", func(s statusInterval) string { return string(s.Service) }),
	newColumn("problem", "text", func(s statusInterval) string { return string(s.Problem) }),
	newColumn("status", "text", func(s statusInterval) string { return string(s.Status) }),
	newColumn("assignee", "text", func(s statusInterval) string { return s.Assignee }),
	newColumn("channel", "text", func(s statusInterval) string { return string(s.Channel) }),
	newColumn("opened_at", "timestamptz", func(s statusInterval) string { return formatTime(s.Opened) }),
	newColumn("answered_at", "timestamptz", func(s statusInterval) string { return timeOrInfinity(s.Answered) }),
	newColumn("resolved_at", "timestamptz", func(s statusInterval) string { return timeOrInfinity(s.Resolved) }),
	newColumn("handovers", "integer", func(s statusInterval) string { return strconv.Itoa(s.Handovers) }),
	newColumn("reopenings", "integer", func(s statusInterval) string { return strconv.Itoa(s.Reopenings) }),
	newColumn("from_at", "timestamptz", func(s statusInterval) string { return formatTime(s.From) }),
	newColumn("to_at", "timestamptz", func(s statusInterval) string { return timeOrInfinity(s.To) }),
}})

var activitiesTable = withReplace(table[activity]{name: "deeds_v1", key: "ticket, version", columns: []column[activity]{
	newColumn("ticket", "uuid", func(d activity) string { return string(d.Ticket) }),
	newColumn("version", "integer", func(d activity) string { return strconv.Itoa(d.Version) }),
	newColumn("number", "text", func(d activity) string { return d.Number }),
	newColumn("kind", "text", func(d activity) string { return string(d.Kind) }),
	newColumn("entity", "text", func(d activity) string { return string(d.Entity) }),
	newColumn("other", "text", func(d activity) string { return string(d.Other) }),
	newColumn("service", "text", func(d activity) string { return string(d.Service) }),
	newColumn("problem", "text", func(d activity) string { return string(d.Problem) }),
	newColumn("detail", "text", func(d activity) string { return d.Detail }),
	newColumn("operator", "text", func(d activity) string { return d.Operator }),
	newColumn("opened_at", "timestamptz", func(d activity) string { return formatTime(d.Opened) }),
	newColumn("at", "timestamptz", func(d activity) string { return formatTime(d.At) }),
	newColumn("withdrawn_at", "timestamptz", func(d activity) string { return timeOrInfinity(d.Withdrawn) }),
}})

var figuresTable = withReplace(table[ticketFigures]{name: "figures_v1", key: "ticket", columns: []column[ticketFigures]{
	newColumn("ticket", "uuid", func(f ticketFigures) string { return string(f.State.ID) }),
	newColumn("folded", "jsonb", ticketFigures.marshal),
}})

// timeOrInfinity is a moment that may not have come: zero is for ever.
func timeOrInfinity(t time.Time) string {
	if t.IsZero() {
		return "infinity"
	}
	return formatTime(t)
}

// figuresFold takes events into memories and keeps the rows that follow.
type figuresFold struct {
	tickets    map[ticket.ID]ticketFigures
	touched    map[ticket.ID]bool
	intervals  map[rowKey]statusInterval
	activities map[rowKey]activity
}

func newFiguresFold(memories map[ticket.ID]ticketFigures) *figuresFold {
	return &figuresFold{tickets: memories, touched: map[ticket.ID]bool{}, intervals: map[rowKey]statusInterval{}, activities: map[rowKey]activity{}}
}

func (f *figuresFold) apply(r ticket.Recorded) {
	before := f.tickets[r.Ticket]
	after, standings, deeds := before.apply(r)
	if after.Version == before.Version {
		return
	}
	f.tickets[r.Ticket], f.touched[r.Ticket] = after, true
	for _, s := range standings {
		f.intervals[rowKey{s.Ticket, s.Version}] = s
	}
	for _, d := range deeds {
		f.activities[rowKey{d.Ticket, d.Version}] = d
	}
}

// drain gives the rows that were touched since the last time.
func (f *figuresFold) drain() (memories []ticketFigures, standings []statusInterval, deeds []activity) {
	for id := range f.touched {
		memories = append(memories, f.tickets[id])
	}
	for _, s := range f.intervals {
		standings = append(standings, s)
	}
	for _, d := range f.activities {
		deeds = append(deeds, d)
	}
	clear(f.touched)
	clear(f.intervals)
	clear(f.activities)
	return memories, standings, deeds
}

func applyFigures(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error {
	memories, err := loadFigures(ctx, tx, suffix, happened)
	if err != nil {
		return err
	}
	f := newFiguresFold(memories)
	for _, r := range happened {
		f.apply(r)
	}
	touched, standings, deeds := f.drain()
	if err := figuresTable.upsert(ctx, tx, suffix, touched); err != nil {
		return err
	}
	if err := intervalsTable.upsert(ctx, tx, suffix, standings); err != nil {
		return err
	}
	return activitiesTable.upsert(ctx, tx, suffix, deeds)
}

// loadFigures reads the memories of the tickets that the events touch.
func loadFigures(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) (map[ticket.ID]ticketFigures, error) {
	ids := make([]string, len(happened))
	for i, r := range happened {
		ids[i] = string(r.Ticket)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select folded from read.%s where ticket = any($1::text[]::uuid[])`, figuresTable.name+suffix), ids)
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[ticketFigures])
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	memories := make(map[ticket.ID]ticketFigures, len(all))
	for _, f := range all {
		memories[f.State.ID] = f
	}
	return memories, nil
}

func buildFigures() builder {
	f := newFiguresFold(map[ticket.ID]ticketFigures{})
	return builder{
		add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.apply(r)
			}
		},
		flush: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			memories, standings, deeds := f.drain()
			clear(f.tickets)
			if err := figuresTable.copyIn(ctx, tx, suffix, memories); err != nil {
				return err
			}
			if err := intervalsTable.copyIn(ctx, tx, suffix, standings); err != nil {
				return err
			}
			return activitiesTable.copyIn(ctx, tx, suffix, deeds)
		},
		finish: func(context.Context, pgx.Tx, string) error { return nil }, // every ticket was whole
	}
}
