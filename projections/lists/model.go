// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/lists/searchterms"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// Model is the read model of the lists, of their counts and of the stream of changes. It is one model, so that all three always have the
// same position.
var Model = readmodel.Model{
	Name: "tickets", Version: 5,
	Tables:      []string{ticketsTable.Name, tracesTable.Name, countsTable.Name, timelineTable.Name},
	ReadTables:  []string{ticketsTable.Name, tracesTable.Name, countsTable.Name, timelineTable.Name},
	HashPurpose: searchterms.Purpose,
	Hashed: func(hash readmodel.KeyedHash) (readmodel.ApplyFunc, func() readmodel.Builder) {
		fold := folder{hash: hash}
		return fold.applyTickets, fold.buildTickets
	},
}

// The SQL functions that belong to version 5 of the model: a new version needs functions of its own for what reads its tables. searchFunction and handedOverFunction bypass row-level security, because a policy would keep an index from being used, and check themselves what the
// viewer may see.
const (
	searchFunction     = "read.search_tickets_v7"
	handedOverFunction = "read.handed_over_v5"
	matchFunction      = "read.said_v3"
	queryFunction      = "read.search_query_v3"

	// RestrictedFunction returns those of an array of ids of tickets whose access is restricted, also if the viewer may not see the ticket.
	RestrictedFunction = "read.restricted_v5"
)

var ticketsTable = readmodel.WithReplace(readmodel.Table[Row]{Name: "tickets", Key: "id", Columns: rowColumns(func(r Row) Row { return r })})

// tracesTable holds a row for each ticket and entity whose view has ended, in the same columns.
var tracesTable = readmodel.WithReplace(readmodel.Table[traceRow]{Name: "traces", Key: "id, holder", Columns: append(
	rowColumns(func(t traceRow) Row { return t.Row }), readmodel.NewColumn("holder", "text", func(t traceRow) any { return string(t.Holder) }))})

// rowColumns returns the columns of a row, of rows of another type.
func rowColumns[R any](row func(R) Row) (columns []readmodel.Column[R]) {
	add := func(name, sqlType string, value func(r Row) any) {
		columns = append(columns, readmodel.NewColumn(name, sqlType, func(r R) any { return value(row(r)) }))
	}
	add("id", "uuid", func(r Row) any { return readmodel.UUID(r.State.ID) })
	add("entity", "text", func(r Row) any { return string(r.State.Entity) })
	add("traces", "_text", func(r Row) any { return readmodel.TextArray(r.State.Traces) })
	add("readers", "_text", func(r Row) any { return readmodel.TextArray(r.readers()) })
	add("citizen", "text", func(r Row) any { return r.citizenColumn() })
	add("number", "text", func(r Row) any { return r.State.Number })
	add("status", "text", func(r Row) any { return string(r.State.Status) })
	add("assignee", "text", func(r Row) any { return r.assigneeColumn() })
	add("person", "text", func(r Row) any { return r.State.Person })
	add("requester", "text", func(r Row) any { return r.requesterColumn() })
	add("opened_at", "timestamptz", func(r Row) any { return r.OpenedAt })
	add("updated_at", "timestamptz", func(r Row) any { return r.UpdatedAt })
	add("version", "int4", func(r Row) any { return r.Version })
	add("position", "int8", func(r Row) any { return r.Position })
	add("said_until", "timestamptz", func(r Row) any { return r.allTextsVisibleFrom() })
	add("folded", "jsonb", func(r Row) any { return r.marshal() })
	return columns
}

// countChange is the number to add to one stored count.
type countChange struct {
	countKey
	n int
}

var countsTable = readmodel.Table[countChange]{
	Name: "queue_counts", Key: "entity, person, queue", OnConflict: "update set count = t.count + excluded.count",
	Columns: []readmodel.Column[countChange]{
		readmodel.NewColumn("entity", "text", func(c countChange) any { return string(c.Entity) }),
		readmodel.NewColumn("person", "text", func(c countChange) any { return c.Person }),
		readmodel.NewColumn("queue", "text", func(c countChange) any { return string(c.Queue) }),
		readmodel.NewColumn("count", "int8", func(c countChange) any { return c.n }),
	},
}

var timelineTable = readmodel.Table[ChangeRow]{
	Name: "timeline", Key: "position", OnConflict: "nothing",
	Columns: []readmodel.Column[ChangeRow]{
		readmodel.NewColumn("position", "int8", func(e ChangeRow) any { return e.Position }),
		readmodel.NewColumn("ticket", "uuid", func(e ChangeRow) any { return readmodel.UUID(e.Ticket) }),
		readmodel.NewColumn("type", "text", func(e ChangeRow) any { return e.Type }),
		readmodel.NewColumn("at", "timestamptz", func(e ChangeRow) any { return e.At }),
		readmodel.NewColumn("author", "text", func(e ChangeRow) any { return string(e.Author) }),
		readmodel.NewColumn("entities", "_text", func(e ChangeRow) any { return readmodel.TextArray(e.Entities) }),
		readmodel.NewColumn("entities_at", "timestamptz", func(e ChangeRow) any { return e.EntitiesFrom }),
		readmodel.NewColumn("citizen", "text", func(e ChangeRow) any { return e.Citizen }),
		readmodel.NewColumn("citizen_at", "timestamptz", func(e ChangeRow) any { return e.CitizenFrom }),
		readmodel.NewColumn("readers", "_text", func(e ChangeRow) any { return readmodel.TextArray(e.Readers) }),
	},
}

// readers returns the reader tags of those who may see the row. A citizen whose identity the form only declares has no tag.
func (row Row) readers() []ticket.ReaderTag {
	if row.TraceOf != "" {
		return []ticket.ReaderTag{row.traceReaders(row.TraceOf)}
	}
	return slices.DeleteFunc(row.State.Readers(), func(tag ticket.ReaderTag) bool {
		return tag == ticket.CitizenTag(row.State.Citizen) && row.citizenColumn() == ""
	})
}

// requesterColumn returns the name by which lists are sorted; "" in a trace.
func (row Row) requesterColumn() string {
	if row.TraceOf != "" {
		return ""
	}
	return row.FamilyName + ", " + row.GivenName
}

// citizenColumn returns the account whose own list shows the ticket: that of a verified citizen, or "" for an identity that the form only
// declares.
func (row Row) citizenColumn() string {
	if row.Identity != ticket.Verified {
		return ""
	}
	return row.State.Citizen
}

// assigneeColumn returns the value of the column assignee.
func (row Row) assigneeColumn() string { return row.State.Assignee.WireName() }

// allTextsVisibleFrom returns the moment from which no public note of the ticket is held any more.
func (row Row) allTextsVisibleFrom() time.Time {
	until := row.OpenedAt
	for _, s := range row.SearchableTexts {
		if s.From.After(until) {
			until = s.From
		}
	}
	return until
}

// marshal returns the row as JSON, as the table stores it.
func (row Row) marshal() string {
	text, err := json.Marshal(row)
	if err != nil {
		panic("encode row: " + err.Error())
	}
	return string(text)
}

// ticketsFold folds events into rows, and collects the rows, counts and changes that are to be written.
type ticketsFold struct {
	folder
	rows    map[ticket.ID]Row
	changed map[ticket.ID]Row // as they were before
	counts  countChanges
	changes []ChangeRow
}

// apply folds an event, unless it is applied already.
func (f *ticketsFold) apply(r ticket.Recorded) {
	before := f.rows[r.Ticket]
	after := f.foldEvent(before, r)
	if after.Version == before.Version {
		return
	}
	f.rows[r.Ticket] = after
	if _, again := f.changed[r.Ticket]; !again {
		f.changed[r.Ticket] = before
	}
	f.counts.move(before, after)
	f.changes = append(f.changes, newChangeRow(before, after, r))
}

// drain returns the rows that changed since the last call, the traces that did, and the tickets whose former traces are to be deleted.
func (f *ticketsFold) drain() (rows []Row, traces []traceRow, outdated []ticket.ID) {
	rows = make([]Row, 0, len(f.changed))
	for id, before := range f.changed {
		row := f.rows[id]
		rows = append(rows, row)
		was, is := before.traceRows(), row.traceRows()
		if reflect.DeepEqual(was, is) {
			continue
		}
		traces = append(traces, is...)
		if len(was) > 0 {
			outdated = append(outdated, id)
		}
	}
	clear(f.changed)
	return rows, traces, outdated
}

// newTicketsFold returns a fold that continues from the rows of tickets.
func newTicketsFold(fold folder, rows map[ticket.ID]Row) *ticketsFold {
	return &ticketsFold{folder: fold, rows: rows, changed: map[ticket.ID]Row{}, counts: countChanges{}}
}

// nonZero returns the changes of counts that are not zero.
func (t countChanges) nonZero() []countChange {
	var all []countChange
	for k, n := range t {
		if n != 0 {
			all = append(all, countChange{k, n})
		}
	}
	return all
}

// applyTickets applies events to the tables.
func (fold folder) applyTickets(ctx context.Context, tx pgx.Tx, names readmodel.TableNames, events []ticket.Recorded) error {
	rows, err := loadRows(ctx, tx, names, events)
	if err != nil {
		return err
	}
	f := newTicketsFold(fold, rows)
	for _, r := range events {
		f.apply(r)
	}
	changed, traces, outdated := f.drain()
	if err := ticketsTable.Upsert(ctx, tx, names, changed); err != nil {
		return err
	}
	if len(outdated) > 0 {
		_, err := tx.Exec(ctx, `delete from read.`+names.Name(tracesTable.Name)+` where id = any($1::text[]::uuid[])`, readmodel.TextArray(outdated))
		if err != nil {
			return fmt.Errorf("delete traces: %w", err)
		}
	}
	if err := tracesTable.Upsert(ctx, tx, names, traces); err != nil {
		return err
	}
	if err := countsTable.Upsert(ctx, tx, names, f.counts.nonZero()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from read.`+names.Name(countsTable.Name)+` where count = 0`); err != nil {
		return fmt.Errorf("delete empty counts: %w", err)
	}
	return timelineTable.Upsert(ctx, tx, names, f.changes)
}

// loadRows reads the stored rows of the tickets that the events are about.
func loadRows(ctx context.Context, tx pgx.Tx, names readmodel.TableNames, events []ticket.Recorded) (map[ticket.ID]Row, error) {
	ids := make([]string, len(events))
	for i, r := range events {
		ids[i] = string(r.Ticket)
	}
	found, err := tx.Query(ctx, fmt.Sprintf(`select folded from read.%s where id = any($1::text[]::uuid[])`,
		names.Name(ticketsTable.Name)), ids)
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

// buildTickets returns the builder that fills new tables.
func (fold folder) buildTickets() readmodel.Builder {
	f := newTicketsFold(fold, map[ticket.ID]Row{})
	return readmodel.Builder{
		Add: func(history []ticket.Recorded) {
			for _, r := range history {
				f.apply(r)
			}
		},
		Flush: func(ctx context.Context, tx pgx.Tx, names readmodel.TableNames) error {
			rows, traces, _ := f.drain()
			changes := f.changes
			clear(f.rows)
			f.changes = nil
			if err := ticketsTable.CopyIn(ctx, tx, names, rows); err != nil {
				return err
			}
			if err := tracesTable.CopyIn(ctx, tx, names, traces); err != nil {
				return err
			}
			return timelineTable.CopyIn(ctx, tx, names, changes)
		},
		Finish: func(ctx context.Context, tx pgx.Tx, names readmodel.TableNames) error {
			return countsTable.CopyIn(ctx, tx, names, f.counts.nonZero())
		},
	}
}

// EraseInEarlierVersion removes the personal data of an erased ticket from the lists of the release before, if they still exist: while no node
// of that release runs, nobody folds the erasure into them. Of the terms it leaves the number.
func EraseInEarlierVersion(ctx context.Context, worker *pgxpool.Pool, id ticket.ID) error {
	var exists bool
	if err := worker.QueryRow(ctx, `select to_regclass('read.tickets_v4') is not null`).Scan(&exists); err != nil || !exists {
		return err
	}
	_, err := worker.Exec(ctx, `
		update read.tickets_v4 set person = '', requester = ', ', folded = jsonb_set(jsonb_set(
			folded || '{"given_name": "", "family_name": "", "form": "", "said": null}' || jsonb_build_object('terms',
				(select jsonb_agg(t) from jsonb_array_elements_text(folded -> 'terms') t where t like '#%')), '{state,Subject}', '""'),
			'{shown}', coalesce((select jsonb_agg(jsonb_set(s, '{state,Subject}', '""') order by n)
				from jsonb_path_query(folded, '$.shown[*]') with ordinality e(s, n)), 'null'))
		where id = $1::text::uuid`, string(id))
	if err != nil {
		return fmt.Errorf("erase in the lists of the release before: %w", err)
	}
	return nil
}
