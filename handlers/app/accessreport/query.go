// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package accessreport answers, from the access log, whose data were seen: from accounts, an interval or tickets to the persons concerned, with
// their contacts, the data that were shown and the controllers. It is for a breach, whose controllers must tell the persons (GDPR, articles 33
// and 34). Memory does not grow with the number of records: what does not fit is spooled to a temporary file, which holds ids alone.
package accessreport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Query selects looks. Empty lists select all; one of the lists, or both moments, must be given.
type Query struct {
	Accounts []string // who looked
	Tickets  []ticket.ID
	From, To time.Time // the interval, To excluded; zero: without a limit
}

// ErrTooWide refuses a query without accounts, tickets and interval.
var ErrTooWide = errors.New("name an account, a ticket or an interval: the whole access log is no report")

func (q Query) check() error {
	if len(q.Accounts) == 0 && len(q.Tickets) == 0 && (q.From.IsZero() || q.To.IsZero()) {
		return ErrTooWide
	}
	return nil
}

// interval returns the moments of the query for the database.
func (q Query) interval() (from, to any) {
	from, to = "-infinity", "infinity"
	if !q.From.IsZero() {
		from = q.From.UTC().Format(time.RFC3339Nano)
	}
	if !q.To.IsZero() {
		to = q.To.UTC().Format(time.RFC3339Nano)
	}
	return from, to
}

// look is one ticket that one record showed.
type look struct {
	at         time.Time
	kind       accesslog.Kind
	by         string             // account
	controller catalog.EntityCode // empty: the record does not name it
	detail     string
	opened     bool // not as a row of a list
	ticket     ticket.ID
	person     string // person id; "" without a tax code
}

// pieceSize is the number of records that one statement reads, so that it ends within the time limit of the request pool.
const pieceSize = 400

// forEachLook calls each for all looks of a query that the reader may audit. It holds no connection while it calls each.
func forEachLook(ctx context.Context, requests *pgpool.Requests, by person.Actor, q Query, each func(look) error) error {
	accounts, tickets := q.Accounts, q.Tickets
	if len(accounts) == 0 {
		accounts = []string{""}
	}
	if len(tickets) == 0 {
		tickets = []ticket.ID{""}
	}
	for _, account := range accounts {
		for _, id := range tickets {
			if err := forEachLookOf(ctx, requests, by, q, account, id, each); err != nil {
				return err
			}
		}
	}
	return nil
}

// looksSQL and earlierSQL select a piece of the looks of one account and one ticket: $5 and $6 are the time and position after which it begins.
const (
	columnsSQL = `
		select position, at, coalesce(kind, ''), coalesce(person, ''), coalesce(controller, ''), coalesce(detail, ''), coalesce(opened, false),
			coalesce(ticket::text, ''), coalesce(subject, '') from `
	looksSQL   = columnsSQL + `access.looks(nullif($1, ''), nullif($2, '')::uuid, $3::text::timestamptz, $4::text::timestamptz, $5::text::timestamptz, $6, $7)`
	earlierSQL = columnsSQL + `access.earlier_looks(nullif($1, ''), nullif($2, '')::uuid, $3::text::timestamptz, $4::text::timestamptz, $6, $7) where $5::text <> ''`
)

// forEachLookOf is forEachLook for one account and one ticket; "" for all. The looks that the release before recorded come first.
func forEachLookOf(ctx context.Context, requests *pgpool.Requests, by person.Actor, q Query, account string, id ticket.ID, each func(look) error) error {
	from, to := q.interval()
	for _, source := range []struct {
		sql   string
		first int64
	}{{earlierSQL, accesslog.FirstEarlier}, {looksSQL, 0}} {
		after, position := from, source.first
		for more := true; more; {
			more = false
			var piece []look
			err := requests.InTx(ctx, ticketview.Viewer{Actor: by}.Reader(), "access report", pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
				rows, err := tx.Query(ctx, source.sql, account, string(id), from, to, after, position, pieceSize)
				if err != nil {
					return err
				}
				var l look
				var at int64
				_, err = pgx.ForEachRow(rows, []any{&at, &l.at, &l.kind, &l.by, &l.controller, &l.detail, &l.opened, &l.ticket, &l.person}, func() error {
					if l.ticket == "" { // there are more pieces
						more, after, position = true, l.at.UTC().Format(time.RFC3339Nano), at
						return nil
					}
					piece = append(piece, l)
					return nil
				})
				return err
			})
			if err != nil {
				return fmt.Errorf("read looks: %w", err)
			}
			for _, l := range piece {
				if err := each(l); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
