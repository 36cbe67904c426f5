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
	tables:         []string{ticketsTable.name, countsTable.name, timelineTable.name},
	readTables:     []string{ticketsTable.name, countsTable.name, timelineTable.name},
	setupProcedure: "read.dress_tickets_v1",
	apply:          applyTickets,
	build:          buildTickets,
}

var ticketsTable = withReplace(table[Row]{name: "tickets_v1", key: "id", columns: []column[Row]{
	newColumn("id", "uuid", func(r Row) string { return string(r.State.ID) }),
	newColumn("entity", "text", func(r Row) string { return string(r.State.Entity) }),
	newColumn("traces", "text[]", func(r Row) string { return textArray(r.State.Traces) }),
	newColumn("citizen", "text", Row.citizenColumn),
	newColumn("number", "text", func(r Row) string { return r.State.Number }),
	newColumn("status", "text", func(r Row) string { return string(r.State.Status) }),
	newColumn("assignee", "text", Row.assigneeColumn),
	newColumn("subject", "text", func(r Row) string { return r.State.Subject }),
	newColumn("requester", "text", func(r Row) string { return r.FamilyName + ", " + r.GivenName }),
	newColumn("opened_at", "timestamptz", func(r Row) string { return formatTime(r.OpenedAt) }),
	newColumn("updated_at", "timestamptz", func(r Row) string { return formatTime(r.UpdatedAt) }),
	newColumn("version", "integer", func(r Row) string { return strconv.Itoa(r.Version) }),
	newColumn("position", "bigint", func(r Row) string { return strconv.FormatInt(r.Position, 10) }),
	newColumn("said_until", "timestamptz", func(r Row) string { return formatTime(r.allTextsVisibleFrom()) }),
	newColumn("folded", "jsonb", Row.marshal),
}})

// countChange is a change of one kept count.
type countChange struct {
	countKey
	n int
}

var countsTable = table[countChange]{
	name: "queue_counts_v1", key: "entity, person, queue", onConflict: "update set count = t.count + excluded.count",
	columns: []column[countChange]{
		newColumn("entity", "text", func(c countChange) string { return string(c.Entity) }),
		newColumn("person", "text", func(c countChange) string { return c.Person }),
		newColumn("queue", "text", func(c countChange) string { return string(c.Queue) }),
		newColumn("count", "bigint", func(c countChange) string { return strconv.Itoa(c.n) }),
	},
}

var timelineTable = table[changeRow]{
	name: "timeline_v1", key: "position", onConflict: "nothing",
	columns: []column[changeRow]{
		newColumn("position", "bigint", func(e changeRow) string { return strconv.FormatInt(e.Position, 10) }),
		newColumn("ticket", "uuid", func(e changeRow) string { return string(e.Ticket) }),
		newColumn("type", "text", func(e changeRow) string { return e.Type }),
		newColumn("at", "timestamptz", func(e changeRow) string { return formatTime(e.At) }),
		newColumn("author", "text", func(e changeRow) string { return string(e.Author) }),
		newColumn("entities", "text[]", func(e changeRow) string { return textArray(e.Entities) }),
		newColumn("entities_at", "timestamptz", func(e changeRow) string { return formatTime(e.EntitiesFrom) }),
		newColumn("citizen", "text", func(e changeRow) string { return e.Citizen }),
		newColumn("citizen_at", "timestamptz", func(e changeRow) string { return formatTime(e.CitizenFrom) }),
	},
}

// citizenColumn is the account in whose area the ticket shows: never one that was only typed into a form.
func (row Row) citizenColumn() string {
	if row.Identity != ticket.Verified {
		return ""
	}
	return row.State.Citizen
}

func (row Row) assigneeColumn() string { return assigneeKey(row.State.Assignee) }

// assigneeKey is an assignee in a column.
func assigneeKey(a ticket.Assignee) string {
	if a.Supervisors {
		return Supervisors
	}
	return a.Operator
}

func (row Row) allTextsVisibleFrom() time.Time {
	until := row.OpenedAt
	for _, s := range row.SearchableTexts {
		if s.From.After(until) {
			until = s.From
		}
	}
	return until
}

func (row Row) marshal() string {
	text, err := json.Marshal(row)
	if err != nil {
		panic("a row of plain values cannot be encoded: " + err.Error())
	}
	return string(text)
}

// ticketsFold takes events into rows and keeps what follows from it.
type ticketsFold struct {
	rows    map[ticket.ID]Row
	touched map[ticket.ID]bool
	counts  countChanges
	changes []changeRow
}

func (f *ticketsFold) apply(r ticket.Recorded) {
	before := f.rows[r.Ticket]
	after := foldEvent(before, r)
	if after.Version == before.Version {
		return
	}
	f.rows[r.Ticket], f.touched[r.Ticket] = after, true
	f.counts.move(before, after)
	f.changes = append(f.changes, newChangeRow(before, after, r))
}

// drain gives the rows touched since the last time.
func (f *ticketsFold) drain() []Row {
	rows := make([]Row, 0, len(f.touched))
	for id := range f.touched {
		rows = append(rows, f.rows[id])
	}
	clear(f.touched)
	return rows
}

func newTicketsFold(rows map[ticket.ID]Row) *ticketsFold {
	return &ticketsFold{rows: rows, touched: map[ticket.ID]bool{}, counts: countChanges{}}
}

// nonZero lists the counts that are not zero.
func (t countChanges) nonZero() []countChange {
	var all []countChange
	for k, n := range t {
		if n != 0 {
			all = append(all, countChange{k, n})
		}
	}
	return all
}

func applyTickets(ctx context.Context, tx pgx.Tx, suffix string, happened []ticket.Recorded) error {
	rows, err := loadRows(ctx, tx, suffix, happened)
	if err != nil {
		return err
	}
	f := newTicketsFold(rows)
	for _, r := range happened {
		f.apply(r)
	}
	if err := ticketsTable.upsert(ctx, tx, suffix, f.drain()); err != nil {
		return err
	}
	if err := countsTable.upsert(ctx, tx, suffix, f.counts.nonZero()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from read.`+countsTable.name+suffix+` where count = 0`); err != nil {
		return fmt.Errorf("forget empty counts: %w", err)
	}
	return timelineTable.upsert(ctx, tx, suffix, f.changes)
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
	f := newTicketsFold(map[ticket.ID]Row{})
	return builder{
		add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.apply(r)
			}
		},
		flush: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			rows, entries := f.drain(), f.changes
			clear(f.rows)
			f.changes = nil
			if err := ticketsTable.copyIn(ctx, tx, suffix, rows); err != nil {
				return err
			}
			return timelineTable.copyIn(ctx, tx, suffix, entries)
		},
		finish: func(ctx context.Context, tx pgx.Tx, suffix string) error {
			return countsTable.copyIn(ctx, tx, suffix, f.counts.nonZero())
		},
	}
}
