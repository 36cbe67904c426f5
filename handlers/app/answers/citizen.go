// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package answers

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/policy"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/handlers/app"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// Look is one look of somebody else at a citizen's ticket, as the citizen may know of it: without the person who looked.
type Look struct {
	Position int64 // of the record; for the next page
	At       time.Time
	Kind     accesslog.Kind
	Role     person.Role
	Entity   catalog.EntityCode // structure of who looked; empty for roles without one
	Detail   string             // the query of a question to a connected system
	Link     bool               // the holder of the ticket's personal link
}

// Listing is the number of lists of one kind that showed a citizen's ticket on one day to one role at one structure.
type Listing struct {
	Day         time.Time // midnight UTC of the day in Rome
	Role        person.Role
	Entity      catalog.EntityCode
	Kind        accesslog.Kind
	Looks       int
	First, Last time.Time
}

// CitizenAnswer lists the looks at a ticket.
type CitizenAnswer struct {
	Number   string
	Looks    []Look    // the newest first
	Before   int64     // position before which the next page begins; 0: there is none
	Listings []Listing // of all times, the newest days first, maxListings at most; on the first page only
}

// maxListings is the largest number of listings of an answer: more than two years of several structures.
const maxListings = 5000

// ForCitizen returns at most limit looks at a ticket before a position (0: from the newest), to the verified citizen whose ticket it is. It
// records this look. Error: *ticket.NotVisibleError for all others, the holder of a personal link included: anybody can have one.
func (s *Service) ForCitizen(ctx context.Context, by app.Caller, id ticket.ID, before int64, limit int) (a CitizenAnswer, err error) {
	if !isVerified(by) {
		return a, &ticket.NotVisibleError{}
	}
	state, _, err := s.app.StateFor(ctx, by.Viewer(), id)
	if err != nil {
		return CitizenAnswer{}, err
	}
	if !state.Allows(by.Actor, policy.ReadOwnAccesses) {
		return CitizenAnswer{}, &ticket.NotVisibleError{}
	}
	if err := s.app.AccessLog.RecordTypedSearches(ctx, true); err != nil {
		return CitizenAnswer{}, err
	}
	if _, err := s.record(ctx, by, accesslog.Access{Kind: accesslog.Accesses, Ticket: id, Controller: state.Entity}); err != nil {
		return CitizenAnswer{}, err
	}
	a, err = s.MoreForCitizen(ctx, by, id, before, limit)
	a.Number = state.Number
	return a, err
}

// MoreForCitizen is ForCitizen for the further looks of one answer: it records nothing and returns no number.
func (s *Service) MoreForCitizen(ctx context.Context, by app.Caller, id ticket.ID, before int64, limit int) (a CitizenAnswer, err error) {
	if !isVerified(by) {
		return a, &ticket.NotVisibleError{}
	}
	err = s.readAs(ctx, by, func(tx pgx.Tx) error {
		if a.Looks, err = readLooks(ctx, tx, id, before, limit+1); err != nil || before != 0 {
			return err
		}
		a.Listings, err = readListings(ctx, tx, id)
		return err
	})
	if err != nil {
		return CitizenAnswer{}, fmt.Errorf("read accesses of a citizen's ticket: %w", err)
	}
	if len(a.Looks) > limit {
		a.Looks = a.Looks[:limit]
		a.Before = a.Looks[limit-1].Position
	}
	return a, nil
}

// isVerified reports whether a caller is a citizen who logged in. The database asks whose ticket it is.
func isVerified(by app.Caller) bool {
	return by.May(policy.ReadOwnAccesses)
}

// readAs runs a read-only transaction on the request pool for a caller.
func (s *Service) readAs(ctx context.Context, by app.Caller, read func(pgx.Tx) error) error {
	return s.app.Store.Pools().Request.InTx(ctx, by.Viewer().Reader(), "access answers", pgx.TxOptions{AccessMode: pgx.ReadOnly}, read)
}

func readLooks(ctx context.Context, tx pgx.Tx, id ticket.ID, before int64, limit int) ([]Look, error) {
	rows, err := tx.Query(ctx, `select position, at, kind, role, entity, detail, link from access.citizen_looks($1::text::uuid, $2, $3)`, string(id), before, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Look, err error) {
		err = row.Scan(&l.Position, &l.At, &l.Kind, &l.Role, &l.Entity, &l.Detail, &l.Link)
		l.At = l.At.UTC()
		return l, err
	})
}

func readListings(ctx context.Context, tx pgx.Tx, id ticket.ID) ([]Listing, error) {
	rows, err := tx.Query(ctx, `select day, role, entity, kind, looks, first_at, last_at from access.citizen_listings($1::text::uuid, $2)`, string(id), maxListings)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Listing, err error) {
		err = row.Scan(&l.Day, &l.Role, &l.Entity, &l.Kind, &l.Looks, &l.First, &l.Last)
		l.First, l.Last = l.First.UTC(), l.Last.UTC()
		return l, err
	})
}
