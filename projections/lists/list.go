// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"slices"

	"github.com/sol-assistenza/sol/domain/refusal"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// ListTickets lists the tickets that the viewer may see and asked for, a page at a time. *FilterError names what in the
// filter makes no list.
func (r *Reader) ListTickets(ctx context.Context, v ticketview.Viewer, f Filter) (Page, error) {
	f, err := f.validate(v.Actor.Role)
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
	var seen snapshot
	err = r.withSnapshot(ctx, v, func(s snapshot) (err error) {
		page.Position, seen = s.position, s
		searched, err := seen.search(ctx, f.parseSearch(r.store.KeyedHash))
		if err == nil && f.Queue == HandedOverQueue {
			searched.handedOver, err = seen.findHandedOver(ctx, f.Entity)
		}
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if page.Total, page.MoreThanTotal, err = seen.total(ctx, f, searched); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if f.sortsByName() && page.TooManyByName() {
			return readmodel.NewFilterError("sort", refusal.TooManyByName.With(), fmt.Sprintf("at most %d; narrow the list, or choose another order", maxSortedByName))
		}
		asked := f.conditions(seen, searched)
		found, err := seen.page(ctx, f, asked, from)
		if err == nil && from != nil && from.Back && !found.before { // the first page is a whole one
			found, err = seen.page(ctx, f, f.conditions(seen, searched), nil)
		}
		rows = found.rows
		if found.before {
			page.PreviousCursor = found.first.encode(r.store.KeyedHash, f, v)
		}
		if found.after {
			page.NextCursor = found.last.encode(r.store.KeyedHash, f, v)
		}
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	names, err := r.namesOf(ctx, rows)
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	for _, row := range rows {
		page.Items = append(page.Items, seen.newItem(row, names))
	}
	return page, nil
}

// namesOf looks up the operators that the rows name.
func (r *Reader) namesOf(ctx context.Context, rows []Row) (ticketview.Names, error) {
	var ids []string
	for _, row := range rows {
		if id := row.State.Assignee.Operator; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, ids)
}

// maxCounted is how far a list is counted that is no queue, and how many tickets a search looks up before the list is read: what
// has more is read in its order until a page is full. So neither takes longer among a million tickets.
const maxCounted = 1000

// maxSortedByName is how many tickets are put in order by name: no index holds names, which could outlive an erasure in it.
const maxSortedByName = 10_000

func (f Filter) sortsByName() bool { return f.Sort == ByRequester || f.Sort == ByRequesterDown }

// total is the kept count where a queue alone is asked for, and else counted, as far as most; more tells that it goes on.
func (s snapshot) total(ctx context.Context, f Filter, q searchTerms) (n int, more bool, err error) {
	switch {
	case f.isQueueOnly() && f.Entity == "":
		counts, err := s.queueCounts(ctx)
		return counts[countKeyFor(s.viewer, f.Queue)], false, err
	case f.isQueueOnly() && f.Queue == HandedOverQueue: // those at that entity were looked up
		return min(len(q.handedOver), maxCounted), len(q.handedOver) > maxCounted, nil
	}
	asked := f.conditions(s, q)
	err = s.tx.QueryRow(ctx, fmt.Sprintf(`select count(*) from (select from %s t where %s limit %d) counted`, s.table("tickets"), asked.SQL(), maxCounted+1),
		asked.Args...).Scan(&n)
	return min(n, maxCounted), n > maxCounted, err
}

// matchesTooMany tells whether so many of the newest tickets say the words that a page of the list is soon full of them: then looking
// them all up would be for nothing.
func (s snapshot) matchesTooMany(ctx context.Context, words string) (many bool, err error) {
	err = s.tx.QueryRow(ctx, `
		select count(*) > 50 from (
			select search, said_until, folded from `+s.table("tickets")+` where $3 = '' or entity = $3 order by updated_at desc, id desc limit 200) t
		where `+matchesWordsSQL("$1", "$2"), words, s.now, string(s.viewer.Actor.Entity)).Scan(&many)
	return many, err
}

// search looks up what was asked for by words, number or codice fiscale.
func (s snapshot) search(ctx context.Context, q searchTerms) (searchTerms, error) {
	if q.isEmpty() {
		return q, nil
	}
	if q.words != "" && q.numberPrefix+q.taxCodeHash == "" && !s.viewer.IsCitizen() {
		many, err := s.matchesTooMany(ctx, q.words)
		if err != nil || many {
			q.tooMany = many
			return q, err
		}
	}
	rows, err := s.tx.Query(ctx, `select distinct found::text from `+searchFunction+`($1, $2, $3, $4, $5) found`,
		q.words, q.numberPrefix, q.taxCodeHash, s.now, maxCounted+1)
	if err == nil {
		q.found, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	return q, err
}

// findHandedOver looks up the tickets that the viewer's entity handed over and that are at one now (zero: at any), as far as one more
// than most.
func (s snapshot) findHandedOver(ctx context.Context, at catalog.EntityCode) ([]string, error) {
	rows, err := s.tx.Query(ctx, `select `+handedOverFunction+`($1, $2)::text`, string(at), maxCounted+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// pageRows is some rows of a list in its order, where it begins and ends, and whether there are others before and after.
type pageRows struct {
	rows          []Row
	first, last   cursor
	before, after bool
}

// page reads the rows after the cursor, or with one that leads back those before it.
func (s snapshot) page(ctx context.Context, f Filter, asked *readmodel.Conditions, from *cursor) (pageRows, error) {
	order := sortOrders(s.viewer.IsCitizen())[f.Sort]
	back := from != nil && from.Back
	beyond, direction := ">", "asc"
	if order.descending != back {
		beyond, direction = "<", "desc"
	}
	if from != nil {
		asked.Add(fmt.Sprintf("(%s, t.id) %s (%%s::%s, %%s::uuid)", order.key, beyond, order.sqlType), from.Key, from.ID)
	}
	found, err := s.tx.Query(ctx, fmt.Sprintf(`
		select t.folded, %[1]s::text, t.id::text from %[5]s t where %[2]s
		order by %[1]s %[3]s, t.id %[3]s limit %[4]d`, order.key, asked.SQL(), direction, f.Limit+1, s.table("tickets")), asked.Args...)
	if err != nil {
		return pageRows{}, err
	}
	var rows []Row
	var places []cursor
	var row Row
	var at cursor
	_, err = pgx.ForEachRow(found, []any{&row, &at.Key, &at.ID}, func() error {
		rows, places = append(rows, row), append(places, at)
		row = Row{}
		return nil
	})
	if err != nil || len(rows) == 0 {
		return pageRows{}, err
	}
	more := len(rows) > f.Limit
	if more {
		rows, places = rows[:f.Limit], places[:f.Limit]
	}
	if back {
		slices.Reverse(rows)
		slices.Reverse(places)
	}
	all := pageRows{rows: rows, first: places[0], last: places[len(places)-1], before: from != nil, after: more}
	if back {
		all.before, all.after = more, true
	}
	all.first.Back = true
	return all, nil
}

// newItem is a row as the viewer may see it: a citizen sees no operator, and nothing of an act before its note.
func (s snapshot) newItem(row Row, n ticketview.Names) Item {
	state := row.State
	i := Item{
		ID: state.ID, Number: state.Number, Status: state.Status, StatusLabel: state.Status.Label(),
		Entity: n.Entity(state.Entity), Assignee: n.Assignee(state.Assignee),
		Service: n.Service(state.Service), Problem: n.Problem(state.Service, state.Problem, false),
		Channel: row.Channel, Identity: row.Identity, Requester: Person{row.GivenName, row.FamilyName},
		OpenedAt: row.OpenedAt, UpdatedAt: row.UpdatedAt, Version: row.Version,
		ReadOnly: !s.viewer.WorksAt(state.Entity), Erased: state.Erased, Flags: []Flag{},
	}
	if s.viewer.IsCitizen() {
		now := row.citizenStateAt(s.now)
		known := now.State
		i.Status, i.StatusLabel = known.Status, known.Status.CitizenLabel(ticketview.CameFromRegion(known))
		i.Entity, i.Assignee, i.ReadOnly = n.Entity(known.Entity), nil, false
		i.Problem = n.Problem(state.Service, state.Problem, true)
		i.UpdatedAt, i.Version = now.At, now.Version
		return i
	}
	if state.Handover.N > 0 {
		by := n.Entity(state.Handover.ASR)
		i.HandedOverBy = &by
	}
	i.Flags = append(i.Flags, newFlags(state)...)
	return i
}

func newFlags(s ticket.State) (raised []Flag) {
	if s.Status == ticket.HandedOver {
		switch {
		case s.Handover.Breached:
			raised = append(raised, FlagBreached)
		case s.Handover.Warned:
			raised = append(raised, FlagWarned)
		}
	}
	if s.Unreachable && s.Status != ticket.Closed {
		raised = append(raised, FlagUndeliverable)
	}
	if s.Reopened {
		raised = append(raised, FlagReopened)
	}
	return raised
}
