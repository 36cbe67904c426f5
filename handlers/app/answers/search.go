// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/refusal"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/lists"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// Search selects access records. Empty fields select all.
type Search struct {
	Account    string             // id of who looked
	Ticket     ticket.ID          // opened, or shown by a list
	Entity     catalog.EntityCode // placement of who looked
	Controller catalog.EntityCode // competent for the ticket that was opened
	Kind       accesslog.Kind
	Outcome    accesslog.Outcome
	From, To   time.Time // To is not included; zero: without a limit, but without account, ticket and From the last defaultDays
	Before     int64     // position before which the page begins, negative among records of the first releases; 0: from the newest
	Limit      int       // 1 to MaxFound
}

// Found is an access record with the number of its ticket.
type Found struct {
	accesslog.Entry
	Number string // "" without a ticket, and for one that its reader may not see
}

const (
	// MaxFound is the largest number of records of a page.
	MaxFound = 1000
	// defaultDays is the length of the interval without its beginning, unless an account or a ticket is given.
	defaultDays = 31
)

// FindRecords returns access records that the caller may audit, the newest first, and the position before which the next page begins (0: there is
// none). It records this look: one record a request, also if a file has several pages. Error: *readmodel.FilterError.
func (s *Service) FindRecords(ctx context.Context, by app.Caller, f Search) (found []Found, before int64, err error) {
	if err := f.check(); err != nil {
		return nil, 0, err
	}
	if f.Before == 0 {
		if err := s.app.AccessLog.RecordTypedSearches(ctx, true); err != nil {
			return nil, 0, err
		}
	}
	if !accesslog.HasRecord(ctx) {
		if _, err := s.record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Ticket: f.Ticket, Detail: "search"}); err != nil {
			return nil, 0, err
		}
	}
	err = s.readAs(ctx, by, func(tx pgx.Tx) error {
		found, err = f.find(ctx, tx)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("search access records: %w", err)
	}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		before = found[f.Limit-1].ID
	}
	return found, before, nil
}

// check returns an error for a field that is not valid.
func (f Search) check() error {
	err := readmodel.CheckText(map[string]string{"account": f.Account, "entity": string(f.Entity), "controller": string(f.Controller), "kind": string(f.Kind), "outcome": string(f.Outcome)})
	switch {
	case err != nil:
		return err
	case f.Ticket != "" && !eventstore.IsID(string(f.Ticket)):
		return readmodel.NewFilterError("ticket", refusal.UnknownTicket.With(), "the id of a ticket")
	case !f.From.IsZero() && !f.To.IsZero() && f.From.After(f.To):
		return readmodel.NewFilterError("from", refusal.PeriodReversed.With(), "a moment before to")
	case f.Limit < 1 || f.Limit > MaxFound:
		return readmodel.NewFilterError("limit", refusal.OutOfRange.With(), fmt.Sprintf("1 to %d", MaxFound))
	}
	return nil
}

// find reads a page and one record more: first the access log, then the records of the first releases, which are older. Row-level security selects
// the records that the reader may audit.
func (f Search) find(ctx context.Context, tx pgx.Tx) (found []Found, err error) {
	if f.Before >= 0 {
		found, err = f.findRecords(ctx, tx)
	}
	if err != nil || len(found) > f.Limit || f.Outcome == accesslog.Refused || f.Controller != "" { // the first releases recorded neither
		return found, err
	}
	earlier, err := f.findEarlier(ctx, tx, f.Limit+1-len(found))
	return append(found, earlier...), err
}

// findEarlier is find in the records of the first releases.
func (f Search) findEarlier(ctx context.Context, tx pgx.Tx, limit int) ([]Found, error) {
	where := &readmodel.Conditions{}
	f.addInterval(where)
	for column, value := range map[string]string{"person": f.Account, "entity": string(f.Entity), "kind": string(f.Kind)} {
		if value != "" {
			where.Add("r."+column+" = %s", value)
		}
	}
	if f.Ticket != "" {
		where.Add("r.ticket = %s::text::uuid", string(f.Ticket))
	}
	if f.Before < 0 {
		where.Add("r.position < %s", f.Before)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		select r.position, r.at, r.person, r.role, r.entity, r.kind, coalesce(r.ticket::text, ''), r.detail, coalesce(t.number, '')
		from (select * from (`+accesslog.EarlierSQL+`) r where %s order by position desc limit %d) r left join %s t on t.id = r.ticket order by r.position desc`,
		where.SQL(), limit, lists.Model.View("tickets")), where.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Found, err error) {
		err = row.Scan(&e.ID, &e.At, &e.By.ID, &e.By.Role, &e.By.Entity, &e.Kind, &e.Ticket, &e.Detail, &e.Number)
		e.At, e.Outcome = e.At.UTC(), accesslog.Shown
		return e, err
	})
}

// addInterval adds the conditions about the time of a record.
func (f Search) addInterval(where *readmodel.Conditions) {
	where.Add("true")
	switch {
	case !f.From.IsZero():
		where.Add("r.at >= %s", f.From)
	case !f.To.IsZero() && f.Account == "" && f.Ticket == "":
		where.Add("r.at >= %s", f.To.AddDate(0, 0, -defaultDays))
	case f.Account == "" && f.Ticket == "":
		where.Add("r.at >= now() - make_interval(days => %s)", defaultDays) // the time of records is the database's
	}
	if !f.To.IsZero() {
		where.Add("r.at < %s", f.To)
	}
}

// Coverage returns from which moments on the access log holds looks.
func (s *Service) Coverage(ctx context.Context, by app.Caller) (accesslog.Coverage, error) {
	return accesslog.ReadCoverage(ctx, s.app.Store.Pools().Request, by.Viewer().Reader())
}

// findRecords is find in the access log.
func (f Search) findRecords(ctx context.Context, tx pgx.Tx) ([]Found, error) {
	where := &readmodel.Conditions{}
	f.addInterval(where)
	for column, value := range map[string]string{
		"person": f.Account, "entity": string(f.Entity), "controller": string(f.Controller), "kind": string(f.Kind), "outcome": string(f.Outcome),
	} {
		if value != "" {
			where.Add("r."+column+" = %s", value)
		}
	}
	if f.Ticket != "" {
		where.Add("(r.ticket = %[1]s::text::uuid or r.shown @> array[%[1]s::text::uuid])", string(f.Ticket))
	}
	order := "r.at desc, r.position desc"
	if f.Account != "" || f.Ticket != "" {
		order = "r.position desc"
	}
	if f.Before != 0 {
		where.Add("r.position < %s", f.Before)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		select r.position, r.at, coalesce(r.typed_at, 'epoch'), r.person, r.role, r.entity, r.kind, r.outcome, r.controller, coalesce(r.ticket::text, ''),
			coalesce(r.shown::text[], '{}'), r.detail, r.session, r.address, r.workstation, r.command_line, r.purpose, r.leaf, coalesce(t.number, '')
		from (select * from shown.records r where %s order by %s limit %d) r left join %s t on t.id = r.ticket order by r.position desc`,
		where.SQL(), order, f.Limit+1, lists.Model.View("tickets")), where.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Found, err error) {
		err = row.Scan(&e.ID, &e.At, &e.Typed, &e.By.ID, &e.By.Role, &e.By.Entity, &e.Kind, &e.Outcome, &e.Controller, &e.Ticket, &e.Shown, &e.Detail, &e.Session,
			&e.Address, &e.Workstation, &e.CommandLine, &e.Purpose, &e.Leaf, &e.Number)
		e.At = e.At.UTC()
		if e.Typed.Unix() == 0 {
			e.Typed = time.Time{}
		}
		return e, err
	})
}
