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
	tables: []string{standingsTable.name, deedsTable.name, figuredTable.name},
	shown:  []string{standingsTable.name, deedsTable.name},
	dress:  "read.dress_figures_v1",
	apply:  applyFigures,
	build:  buildFigures,
}

// row names a standing or a deed: one event begins one at most.
type row struct {
	Ticket  ticket.ID
	Version int
}

var standingsTable = whole(table[stood]{name: "standings_v1", key: "ticket, version", columns: []column[stood]{
	{"ticket", "uuid", func(s stood) string { return string(s.Ticket) }},
	{"version", "integer", func(s stood) string { return strconv.Itoa(s.Version) }},
	{"number", "text", func(s stood) string { return s.Number }},
	{"entity", "text", func(s stood) string { return string(s.Entity) }},
	{"service", "text", func(s stood) string { return string(s.Service) }},
	{"problem", "text", func(s stood) string { return string(s.Problem) }},
	{"status", "text", func(s stood) string { return string(s.Status) }},
	{"assignee", "text", func(s stood) string { return s.Assignee }},
	{"channel", "text", func(s stood) string { return string(s.Channel) }},
	{"opened_at", "timestamptz", func(s stood) string { return instant(s.Opened) }},
	{"answered_at", "timestamptz", func(s stood) string { return ever(s.Answered) }},
	{"resolved_at", "timestamptz", func(s stood) string { return ever(s.Resolved) }},
	{"handovers", "integer", func(s stood) string { return strconv.Itoa(s.Handovers) }},
	{"reopenings", "integer", func(s stood) string { return strconv.Itoa(s.Reopenings) }},
	{"from_at", "timestamptz", func(s stood) string { return instant(s.From) }},
	{"to_at", "timestamptz", func(s stood) string { return ever(s.To) }},
}})

var deedsTable = whole(table[deed]{name: "deeds_v1", key: "ticket, version", columns: []column[deed]{
	{"ticket", "uuid", func(d deed) string { return string(d.Ticket) }},
	{"version", "integer", func(d deed) string { return strconv.Itoa(d.Version) }},
	{"number", "text", func(d deed) string { return d.Number }},
	{"kind", "text", func(d deed) string { return string(d.Kind) }},
	{"entity", "text", func(d deed) string { return string(d.Entity) }},
	{"other", "text", func(d deed) string { return string(d.Other) }},
	{"service", "text", func(d deed) string { return string(d.Service) }},
	{"problem", "text", func(d deed) string { return string(d.Problem) }},
	{"detail", "text", func(d deed) string { return d.Detail }},
	{"operator", "text", func(d deed) string { return d.Operator }},
	{"opened_at", "timestamptz", func(d deed) string { return instant(d.Opened) }},
	{"at", "timestamptz", func(d deed) string { return instant(d.At) }},
	{"withdrawn_at", "timestamptz", func(d deed) string { return ever(d.Withdrawn) }},
}})

var figuredTable = whole(table[figured]{name: "figures_v1", key: "ticket", columns: []column[figured]{
	{"ticket", "uuid", func(f figured) string { return string(f.State.ID) }},
	{"folded", "jsonb", figured.json},
}})

// whole is a table whose rows are written anew as a whole.
func whole[R any](t table[R]) table[R] {
	t.clash = t.replaced()
	return t
}

// ever is a moment that may not have come: zero is for ever.
func ever(t time.Time) string {
	if t.IsZero() {
		return "infinity"
	}
	return instant(t)
}

// figuring takes events into memories and keeps the rows that follow.
type figuring struct {
	memories  map[ticket.ID]figured
	touched   map[ticket.ID]bool
	standings map[row]stood
	deeds     map[row]deed
}

func newFiguring(memories map[ticket.ID]figured) *figuring {
	return &figuring{memories: memories, touched: map[ticket.ID]bool{}, standings: map[row]stood{}, deeds: map[row]deed{}}
}

func (f *figuring) take(r ticket.Recorded) {
	before := f.memories[r.Ticket]
	after, standings, deeds := before.fold(r)
	if after.Version == before.Version {
		return
	}
	f.memories[r.Ticket], f.touched[r.Ticket] = after, true
	for _, s := range standings {
		f.standings[row{s.Ticket, s.Version}] = s
	}
	for _, d := range deeds {
		f.deeds[row{d.Ticket, d.Version}] = d
	}
}

// drain gives the rows that were touched since the last time.
func (f *figuring) drain() (memories []figured, standings []stood, deeds []deed) {
	for id := range f.touched {
		memories = append(memories, f.memories[id])
	}
	for _, s := range f.standings {
		standings = append(standings, s)
	}
	for _, d := range f.deeds {
		deeds = append(deeds, d)
	}
	clear(f.touched)
	clear(f.standings)
	clear(f.deeds)
	return memories, standings, deeds
}

func applyFigures(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error {
	memories, err := loadFigured(ctx, tx, suffix, happened)
	if err != nil {
		return err
	}
	f := newFiguring(memories)
	for _, r := range happened {
		f.take(r)
	}
	touched, standings, deeds := f.drain()
	if err := figuredTable.upsert(ctx, tx, suffix, touched); err != nil {
		return err
	}
	if err := standingsTable.upsert(ctx, tx, suffix, standings); err != nil {
		return err
	}
	return deedsTable.upsert(ctx, tx, suffix, deeds)
}

// loadFigured reads the memories of the tickets that the events touch.
func loadFigured(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) (map[ticket.ID]figured, error) {
	ids := make([]string, len(happened))
	for i, r := range happened {
		ids[i] = string(r.Ticket)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select folded from read.%s where ticket = any($1::text[]::uuid[])`, figuredTable.name+suffix), ids)
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[figured])
	if err != nil {
		return nil, fmt.Errorf("load figures: %w", err)
	}
	memories := make(map[ticket.ID]figured, len(all))
	for _, f := range all {
		memories[f.State.ID] = f
	}
	return memories, nil
}

func buildFigures() builder {
	f := newFiguring(map[ticket.ID]figured{})
	return builder{
		add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.take(r)
			}
		},
		flush: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			memories, standings, deeds := f.drain()
			clear(f.memories)
			if err := figuredTable.load(ctx, tx, suffix, memories); err != nil {
				return err
			}
			if err := standingsTable.load(ctx, tx, suffix, standings); err != nil {
				return err
			}
			return deedsTable.load(ctx, tx, suffix, deeds)
		},
		end: func(context.Context, pgx.Tx, string) error { return nil }, // every ticket was whole
	}
}
