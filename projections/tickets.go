// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket"
)

// ticketsModel keeps the lists, their counts and the stream of changes: one model, so that all three always stand at
// the same position.
var ticketsModel = model{
	name: "tickets", version: 1,
	tables: []string{ticketsTable.name, countsTable.name, timelineTable.name},
	shown:  []string{ticketsTable.name, countsTable.name, timelineTable.name},
	dress:  "read.dress_tickets_v1",
	apply:  applyTickets,
	build:  buildTickets,
}

var ticketsTable = whole(table[Row]{name: "tickets_v1", key: "id", columns: []column[Row]{
	{"id", "uuid", func(r Row) string { return string(r.State.ID) }},
	{"entity", "text", func(r Row) string { return string(r.State.Entity) }},
	{"traces", "text[]", func(r Row) string { return array(r.State.Traces) }},
	{"citizen", "text", Row.citizen},
	{"number", "text", func(r Row) string { return r.State.Number }},
	{"status", "text", func(r Row) string { return string(r.State.Status) }},
	{"assignee", "text", Row.assignee},
	{"subject", "text", func(r Row) string { return r.State.Subject }},
	{"requester", "text", func(r Row) string { return r.FamilyName + ", " + r.GivenName }},
	{"opened_at", "timestamptz", func(r Row) string { return instant(r.OpenedAt) }},
	{"updated_at", "timestamptz", func(r Row) string { return instant(r.UpdatedAt) }},
	{"version", "integer", func(r Row) string { return strconv.Itoa(r.Version) }},
	{"position", "bigint", func(r Row) string { return strconv.FormatInt(r.Position, 10) }},
	{"said_until", "timestamptz", func(r Row) string { return instant(r.saidUntil()) }},
	{"folded", "jsonb", Row.json},
}})

// counted is a change of one kept count.
type counted struct {
	countKey
	n int
}

var countsTable = table[counted]{
	name: "queue_counts_v1", key: "entity, person, queue", clash: "update set count = t.count + excluded.count",
	columns: []column[counted]{
		{"entity", "text", func(c counted) string { return string(c.Entity) }},
		{"person", "text", func(c counted) string { return c.Person }},
		{"queue", "text", func(c counted) string { return string(c.Queue) }},
		{"count", "bigint", func(c counted) string { return strconv.Itoa(c.n) }},
	},
}

var timelineTable = table[entry]{
	name: "timeline_v1", key: "position", clash: "nothing",
	columns: []column[entry]{
		{"position", "bigint", func(e entry) string { return strconv.FormatInt(e.Position, 10) }},
		{"ticket", "uuid", func(e entry) string { return string(e.Ticket) }},
		{"type", "text", func(e entry) string { return e.Type }},
		{"at", "timestamptz", func(e entry) string { return instant(e.At) }},
		{"author", "text", func(e entry) string { return string(e.Author) }},
		{"entities", "text[]", func(e entry) string { return array(e.Entities) }},
		{"entities_at", "timestamptz", func(e entry) string { return instant(e.From) }},
		{"citizen", "text", func(e entry) string { return e.Citizen }},
		{"citizen_at", "timestamptz", func(e entry) string { return instant(e.CitizenFrom) }},
	},
}

// citizen is the account in whose area the ticket shows: never one that was only typed into a form.
func (row Row) citizen() string {
	if row.Identity != ticket.Verified {
		return ""
	}
	return row.State.Citizen
}

func (row Row) assignee() string { return assigned(row.State.Assignee) }

// assigned is an assignee in a column.
func assigned(a ticket.Assignee) string {
	if a.Supervisors {
		return Supervisors
	}
	return a.Operator
}

func (row Row) saidUntil() time.Time {
	until := row.OpenedAt
	for _, s := range row.Said {
		if s.From.After(until) {
			until = s.From
		}
	}
	return until
}

func (row Row) json() string {
	text, err := json.Marshal(row)
	if err != nil {
		panic("a row of plain values cannot be encoded: " + err.Error())
	}
	return string(text)
}

// folding takes events into rows and keeps what follows from it.
type folding struct {
	rows    map[ticket.ID]Row
	touched map[ticket.ID]bool
	counts  tally
	entries []entry
}

func (f *folding) take(r ticket.Recorded) {
	before := f.rows[r.Ticket]
	after := fold(before, r)
	if after.Version == before.Version {
		return
	}
	f.rows[r.Ticket], f.touched[r.Ticket] = after, true
	f.counts.move(before, after)
	f.entries = append(f.entries, entryOf(before, after, r))
}

// drain gives the rows touched since the last time.
func (f *folding) drain() []Row {
	rows := make([]Row, 0, len(f.touched))
	for id := range f.touched {
		rows = append(rows, f.rows[id])
	}
	clear(f.touched)
	return rows
}

func newFolding(rows map[ticket.ID]Row) *folding {
	return &folding{rows: rows, touched: map[ticket.ID]bool{}, counts: tally{}}
}

// changed lists the counts that are not zero.
func (t tally) changed() []counted {
	var all []counted
	for k, n := range t {
		if n != 0 {
			all = append(all, counted{k, n})
		}
	}
	return all
}

func applyTickets(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error {
	rows, err := loadRows(ctx, tx, suffix, happened)
	if err != nil {
		return err
	}
	f := newFolding(rows)
	for _, r := range happened {
		f.take(r)
	}
	if err := ticketsTable.upsert(ctx, tx, suffix, f.drain()); err != nil {
		return err
	}
	if err := countsTable.upsert(ctx, tx, suffix, f.counts.changed()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from read.`+countsTable.name+suffix+` where count = 0`); err != nil {
		return fmt.Errorf("forget empty counts: %w", err)
	}
	return timelineTable.upsert(ctx, tx, suffix, f.entries)
}

// loadRows reads the rows that the events touch.
func loadRows(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) (map[ticket.ID]Row, error) {
	ids := make([]string, len(happened))
	for i, r := range happened {
		ids[i] = string(r.Ticket)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select folded from read.%s where id = any($1::text[]::uuid[])`,
		ticketsTable.name+suffix), ids)
	if err != nil {
		return nil, fmt.Errorf("load rows: %w", err)
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[Row])
	if err != nil {
		return nil, fmt.Errorf("load rows: %w", err)
	}
	rows := make(map[ticket.ID]Row, len(all))
	for _, row := range all {
		rows[row.State.ID] = row
	}
	return rows, nil
}

func buildTickets() builder {
	f := newFolding(map[ticket.ID]Row{})
	return builder{
		add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.take(r)
			}
		},
		flush: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			rows, entries := f.drain(), f.entries
			clear(f.rows)
			f.entries = nil
			if err := ticketsTable.load(ctx, tx, suffix, rows); err != nil {
				return err
			}
			return timelineTable.load(ctx, tx, suffix, entries)
		},
		end: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			return countsTable.load(ctx, tx, suffix, f.counts.changed())
		},
	}
}
