// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/representation"
	"github.com/sol-assistenza/sol/projections/readmodel"
	"github.com/sol-assistenza/sol/projections/ticketview"

	"github.com/jackc/pgx/v5"
)

// ListTickets returns one page of the tickets that match the filter and that the viewer may see. Error: *readmodel.FilterError for a field
// of the filter that is not valid.
func (r *Reader) ListTickets(ctx context.Context, v ticketview.Viewer, f Filter) (Page, error) {
	f, err := f.validate(v.Actor.Role)
	if err != nil {
		return Page{}, err
	}
	var from *cursor
	if f.Cursor != "" {
		c, err := r.readCursor(ctx, f, v)
		if err != nil {
			return Page{}, err
		}
		from = &c
	}
	terms := r.parseSearch(f)
	page := Page{Items: []Item{}}
	var rows []Row
	var read map[ticket.ID]bool
	var snap snapshot
	err = r.withSnapshot(ctx, v, func(s snapshot) (err error) {
		page.Position, snap = s.position, s
		searched, err := snap.search(ctx, terms)
		if err == nil && f.showsTraces(snap.viewer) {
			searched.handedOver, err = snap.findHandedOver(ctx, f.Entity, f.Queue == AllQueue)
		}
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if f.isQueueOnly() && f.Entity == "" {
			var counts Counts
			counts, err = snap.queueCounts(ctx)
			page.Total, page.Queues = counts.of(snap.viewer, f.Queue), counts.Queues(snap.viewer)
		} else {
			page.Total, page.MoreThanTotal, err = snap.total(ctx, f, searched)
		}
		if err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if f.sortsByName() && page.TooManyByName() {
			return readmodel.NewFilterError("sort", refusal.TooManyByName.With(),
				fmt.Sprintf("at most %d; narrow the list, or choose another order", maxSortedByName))
		}
		found, err := snap.page(ctx, f, f.conditions(snap, searched), from)
		if err == nil && from != nil && from.Back && !found.before { // fewer rows than a page are before the cursor: return the first page
			found, err = snap.page(ctx, f, f.conditions(snap, searched), nil)
		}
		rows = found.rows
		if err == nil {
			read, err = snap.readReplies(ctx, rows)
		}
		if found.before {
			page.PreviousCursor = found.first.at(page.Position).encode(r.cursorKeys, f, v)
		}
		if found.after {
			page.NextCursor = found.last.at(page.Position).encode(r.cursorKeys, f, v)
		}
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	names, err := r.namesOf(ctx, v, rows)
	if err != nil {
		return Page{}, fmt.Errorf("list tickets: %w", err)
	}
	for _, row := range rows {
		page.Items = append(page.Items, snap.newItem(row, names, read))
	}
	return page, nil
}

// namesOf returns the names of the operators to whom the tickets are assigned.
func (r *Reader) namesOf(ctx context.Context, v ticketview.Viewer, rows []Row) (ticketview.Names, error) {
	var ids []string
	for _, row := range rows {
		if id := row.State.Assignee.Operator; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ticketview.LookUpNames(ctx, r.catalog, r.operatorNames, v.Reader(), ids)
}

// maxCounted is the number at which the count of a list that is no queue stops, and the largest number of tickets that a search looks up
// before the list is read. A list with more matches is read in its order until a page is full. So neither takes longer among a million
// tickets.
const maxCounted = 1000

// maxSortedByName is the largest number of tickets that are sorted by name. No index helps to sort them: an index on names could keep a
// name after its erasure.
const maxSortedByName = 10_000

// sortsByName reports whether the list is sorted by the requester's name.
func (f Filter) sortsByName() bool { return f.Sort == ByRequester || f.Sort == ByRequesterDown }

// total counts the tickets that match the filter, up to maxCounted, and more reports that there are more.
func (s snapshot) total(ctx context.Context, f Filter, q searchTerms) (n int, more bool, err error) {
	if f.isQueueOnly() && f.Queue == HandedOverQueue { // findHandedOver has looked them up
		return min(len(q.handedOver), maxCounted), len(q.handedOver) > maxCounted, nil
	}
	where := f.conditions(s, q)
	var counted []string
	for _, part := range where.parts {
		counted = append(counted, fmt.Sprintf(`(select from %s t where %s and %s limit %d)`, part.table, where.SQL(), part.condition, maxCounted+1))
	}
	err = s.tx.QueryRow(ctx, `select count(*) from (`+strings.Join(counted, " union all ")+`) counted`, where.Args...).Scan(&n)
	return min(n, maxCounted), n > maxCounted, err
}

// matchesTooMany reports whether more than 50 of the 200 tickets updated last, at the viewer's entity if there is one, contain the words.
// Then a few rows of the list fill a page, and looking up all matches first would take longer.
func (s snapshot) matchesTooMany(ctx context.Context, q searchTerms) (many bool, err error) {
	args := []any{q.query.JSON(), s.now}
	var atEntity string
	if entity := s.viewer.Actor.Entity; entity != "" { // two statements: one for both cases would be planned anew for each search
		args, atEntity = append(args, string(entity)), "where entity = $3"
	}
	err = s.tx.QueryRow(ctx, `
		select count(*) > 50 from (
			select search, said_until, folded from `+s.table("tickets")+` `+atEntity+` order by updated_at desc, id desc limit 200) t
		where `+matchesWordsSQL("$1", "$2"), args...).Scan(&many)
	return many, err
}

// search returns the terms with the ids of the tickets that match them, at most maxCounted+1, or with tooMany set.
func (s snapshot) search(ctx context.Context, q searchTerms) (searchTerms, error) {
	if q.isEmpty() {
		return q, nil
	}
	if !s.viewer.IsCitizen() {
		many, err := s.matchesTooMany(ctx, q)
		if err != nil || many {
			q.tooMany = many
			return q, err
		}
	}
	rows, err := s.tx.Query(ctx, `select distinct found::text from `+searchFunction+`($1, $2, $3) found`,
		q.query.JSON(), s.now, maxCounted+1)
	if err == nil {
		q.found, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	return q, err
}

// findHandedOver returns the ids of the tickets that the viewer's entity handed over and that are now at another entity: at the given one, or
// at any if at is empty; with closed ones or without. It returns at most maxCounted+1 ids.
func (s snapshot) findHandedOver(ctx context.Context, at catalog.EntityCode, closed bool) ([]string, error) {
	rows, err := s.tx.Query(ctx, `select `+handedOverFunction+`($1, $2, $3)::text`, string(at), closed, maxCounted+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// pageRows holds the rows of one page in the list's order, the cursors of the first and the last row, and whether more rows come before
// and after.
type pageRows struct {
	rows          []Row
	first, last   cursor
	before, after bool
}

// page reads the rows after the cursor, or those before it if the cursor leads back. Each part of the list is read in its order by an index of
// its own.
func (s snapshot) page(ctx context.Context, f Filter, where listConditions, from *cursor) (pageRows, error) {
	order := sortOrders(s.viewer.IsCitizen())[f.Sort]
	back := from != nil && from.Back
	beyond, direction := ">", "asc"
	if order.descending != back {
		beyond, direction = "<", "desc"
	}
	if from != nil {
		where.Add(fmt.Sprintf("(%s, t.id) %s (%%s::%s, %%s::uuid)", order.key, beyond, order.sqlType), from.Key, from.ID)
	}
	var selected []string
	for _, part := range where.parts {
		selected = append(selected, fmt.Sprintf(`(select t.folded, %[1]s as key, t.id from %[5]s t where %[2]s and %[6]s
			order by %[1]s %[3]s, t.id %[3]s limit %[4]d)`, order.key, where.SQL(), direction, f.Limit+1, part.table, part.condition))
	}
	found, err := s.tx.Query(ctx, fmt.Sprintf(`select folded, key::text, id::text from (%[1]s) t order by t.key %[2]s, t.id %[2]s limit %[3]d`,
		strings.Join(selected, " union all "), direction, f.Limit+1), where.Args...)
	if err != nil {
		return pageRows{}, err
	}
	var rows []Row
	var cursors []cursor
	var row Row
	var at cursor
	_, err = pgx.ForEachRow(found, []any{&row, &at.Key, &at.ID}, func() error {
		rows, cursors = append(rows, row), append(cursors, at)
		row = Row{}
		return nil
	})
	if err != nil || len(rows) == 0 {
		return pageRows{}, err
	}
	more := len(rows) > f.Limit
	if more {
		rows, cursors = rows[:f.Limit], cursors[:f.Limit]
	}
	if back {
		slices.Reverse(rows)
		slices.Reverse(cursors)
	}
	all := pageRows{rows: rows, first: cursors[0], last: cursors[len(cursors)-1], before: from != nil, after: more}
	if back {
		all.before, all.after = more, true
	}
	all.first.Back = true
	return all, nil
}

// newItem returns a row as the viewer may see it. A citizen sees no operator, and nothing of an act before its note may be read.
func (s snapshot) newItem(row Row, n ticketview.Names, read map[ticket.ID]bool) Item {
	state := row.State
	if row.TraceOf != "" {
		return Item{
			ID: state.ID, Number: state.Number, Status: state.Status, StatusLabel: state.Status.Label(), Entity: n.Entity(state.Entity),
			OpenedAt: row.OpenedAt, UpdatedAt: row.UpdatedAt, ReadOnly: true, Restricted: state.Restricted, TraceOnly: true, Flags: []Flag{},
		}
	}
	i := Item{
		ID: state.ID, Number: state.Number, Status: state.Status, StatusLabel: state.Status.Label(),
		Entity: n.Entity(state.Entity), Assignee: n.Assignee(state.Assignee),
		Service: n.Service(state.Service), Problem: n.Problem(state.Service, state.Problem, false),
		Channel: row.Channel, Identity: row.Identity, Requester: Person{row.GivenName, row.FamilyName},
		OpenedAt: row.OpenedAt, UpdatedAt: row.UpdatedAt, Version: row.Known.VersionFor(s.viewer.Actor, s.now),
		ReadOnly: !s.viewer.WorksAt(state.Entity), Erased: state.Erased, Flags: []Flag{},
	}
	if s.viewer.IsCitizen() {
		now := row.citizenStateAt(s.now)
		known := now.State
		i.Status, i.StatusLabel = known.Status, known.Status.CitizenLabel(ticketview.CameFromRegion(known))
		i.Entity, i.Assignee, i.ReadOnly = n.Entity(known.Entity), nil, false
		i.Problem = n.Problem(state.Service, state.Problem, true)
		i.UpdatedAt = now.At
		return i
	}
	i.Restricted = state.Restricted
	if state.Handover.N > 0 {
		by := n.Entity(state.Handover.ASR)
		i.HandedOverBy = &by
	}
	if state.Answered > 0 && !read[state.ID] && state.Status != ticket.StatusClosed {
		i.Flags = append(i.Flags, FlagReplied)
	}
	i.Flags = append(i.Flags, newFlags(state, s.now)...)
	return i
}

// newFlags returns the flags of a ticket at a moment.
func newFlags(s ticket.State, now time.Time) (flags []Flag) {
	if s.Status == ticket.StatusHandedOver {
		switch {
		case s.Handover.Breached:
			flags = append(flags, FlagBreached)
		case s.Handover.Warned:
			flags = append(flags, FlagWarned)
		}
	}
	if s.Unreachable && s.Status != ticket.StatusClosed {
		flags = append(flags, FlagUndeliverable)
	}
	if s.Informing.Note != "" && s.Status != ticket.StatusClosed {
		flags = append(flags, FlagToInform)
	}
	switch representation.At(s, now) {
	case ticket.Unchecked:
		flags = append(flags, FlagUnchecked)
	case ticket.Rejected:
		flags = append(flags, FlagRejected)
	case ticket.Confirmed, "":
	}
	if s.Reopened {
		flags = append(flags, FlagReopened)
	}
	return flags
}

// readReplies returns the tickets whose operator has opened them since the citizen's latest reply. It asks nothing without such replies.
func (s snapshot) readReplies(ctx context.Context, rows []Row) (map[ticket.ID]bool, error) {
	var tickets, accounts []string
	var versions []int
	for _, row := range rows {
		if state := row.State; state.Answered > 0 && state.Assignee.Operator != "" && !s.viewer.IsCitizen() {
			tickets, accounts, versions = append(tickets, string(state.ID)), append(accounts, state.Assignee.Operator), append(versions, state.Answered)
		}
	}
	if tickets == nil {
		return nil, nil
	}
	found, err := s.tx.Query(ctx, `
		select t::text from notice.opened_since($1::text[]::uuid[], $2, $3) t`, tickets, accounts, versions)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(found, pgx.RowTo[ticket.ID])
	read := make(map[ticket.ID]bool, len(all))
	for _, id := range all {
		read[id] = true
	}
	return read, err
}
