// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accessreport

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Reporter makes reports. All fields are required but Progress.
type Reporter struct {
	Requests *pgpool.Requests
	Catalog  *catalog.Catalog
	// History returns the events of a ticket as a viewer may read them. Error: eventstore.ErrNotFound.
	History func(context.Context, ticketview.Viewer, ticket.ID) ([]ticket.Recorded, error)
	Now     func() time.Time
	// Record records that the report shows tickets, before their rows are passed on. look is the position of the report's first record, 0 for that one.
	Record func(ctx context.Context, shown []ticket.ID, look int64) (position int64, err error)
	// Progress is called with the number of looks that were read, and of tickets of which the personal data were read. nil: not called.
	Progress func(looks, tickets, of int64)

	memory int // number of tickets in memory; 0: maxInMemory
}

// Summary counts what a report holds.
type Summary struct {
	Persons     int                  `json:"persons"` // a ticket without a tax code is a person of its own
	Tickets     int                  `json:"tickets"`
	Openings    int                  `json:"openings"` // of a ticket, its checks, a file …
	Listings    int                  `json:"listings"` // rows of lists, searches and exports
	Controllers []catalog.EntityCode `json:"controllers"`
	accesslog.Coverage
}

// Row is a ticket of a person concerned. The rows of one person follow each other.
type Row struct {
	PersonID   string `json:"person_id" doc:"Id of the person; empty without a tax code"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	Concerns   string `json:"concerns,omitempty" doc:"Whom the request is about when not the requester"`
	// Represented is the check whether the requester, whose contacts these are, may act for the person whom the form names.
	Represented ticket.Representation `json:"representation,omitempty" enum:"unverified,verified,refused" doc:"Whether the requester, whose contacts these are, may act for the person whom the form names"`
	Erased      bool                  `json:"erased" doc:"The personal data were erased"`
	Unreadable  bool                  `json:"unreadable,omitempty" doc:"The ticket cannot be read now"`
	Ticket      ticket.ID             `json:"ticket"`
	Number      string                `json:"number"`

	Openings    int                    `json:"openings"`
	Listings    int                    `json:"listings"`
	Opened      map[accesslog.Kind]int `json:"opened" doc:"Number of looks at the ticket by kind"`
	Listed      map[accesslog.Kind]int `json:"listed" doc:"Number of lists that showed it by kind"`
	Files       []string               `json:"files" doc:"Names of the files that were seen; empty ones were erased"`
	Accounts    []string               `json:"accounts" doc:"Ids of the accounts that looked"`
	Controllers []catalog.EntityCode   `json:"controllers"`
	First       time.Time              `json:"first"`
	Last        time.Time              `json:"last"`
}

const (
	chunkSize = 200 // number of tickets of one record of a report
	readers   = 2   // number of tickets that are read at the same time: the request pool and the read pool have other users
)

// Run makes a report for an auditor or data protection officer: it calls begin once with the summary, and then each for every row. by may be
// the actor of the command line, who reads as viewer. No connection is held while each runs. Errors: ErrTooWide, those of begin and each.
func (r Reporter) Run(ctx context.Context, v ticketview.Viewer, q Query, begin func(Summary) error, each func(Row) error) (err error) {
	if err := q.check(); err != nil {
		return err
	}
	limit := r.memory
	if limit == 0 {
		limit = maxInMemory
	}
	s := newSpool(limit)
	defer func() { err = errors.Join(err, s.close()) }()
	looks := int64(0)
	err = forEachLook(ctx, r.Requests, v.Actor, q, func(l look) error {
		if looks++; looks%1000 == 0 {
			r.progress(looks, 0, 0)
		}
		return s.add(l)
	})
	if err != nil {
		return err
	}
	summary, err := summarize(s)
	if err != nil {
		return err
	}
	if summary.Coverage, err = accesslog.ReadCoverage(ctx, r.Requests, v.Reader()); err != nil {
		return err
	}
	if err := begin(summary); err != nil {
		return err
	}
	var chunk []*seen
	var position, done int64
	pass := func() error {
		rows, at, err := r.rows(ctx, v, chunk, position)
		if err != nil {
			return err
		}
		position = at
		for _, row := range rows {
			if err := each(row); err != nil {
				return err
			}
		}
		done += int64(len(chunk))
		r.progress(looks, done, int64(summary.Tickets))
		chunk = chunk[:0]
		return nil
	}
	err = s.forEach(func(t *seen) error {
		if chunk = append(chunk, t); len(chunk) < chunkSize {
			return nil
		}
		return pass()
	})
	if err == nil && (len(chunk) > 0 || position == 0) { // an empty report leaves a record too
		err = pass()
	}
	return err
}

func (r Reporter) progress(looks, tickets, of int64) {
	if r.Progress != nil {
		r.Progress(looks, tickets, of)
	}
}

// summarize counts what a spool holds. The controllers of lists are known with the rows only.
func summarize(s *spool) (sum Summary, err error) {
	last := ""
	sum.Controllers = []catalog.EntityCode{}
	err = s.forEach(func(t *seen) error {
		if t.Person == "" || t.Person != last {
			sum.Persons++
		}
		last = t.Person
		sum.Tickets++
		sum.Openings += t.Openings
		sum.Listings += t.Listings
		for _, c := range t.Controllers {
			sum.Controllers = addOnce(sum.Controllers, c)
		}
		return nil
	})
	slices.Sort(sum.Controllers)
	return sum, err
}

// rows records that the report shows some tickets, and returns their rows. It returns the position of the report's first record.
func (r Reporter) rows(ctx context.Context, v ticketview.Viewer, chunk []*seen, first int64) ([]Row, int64, error) {
	shown := make([]ticket.ID, len(chunk))
	for i, t := range chunk {
		shown[i] = t.Ticket
	}
	position, err := r.Record(ctx, shown, first)
	if err != nil {
		return nil, 0, err
	}
	if first == 0 {
		first = position
	}
	rows := make([]Row, len(chunk))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	for i, t := range chunk {
		g.Go(func() (err error) {
			rows[i], err = r.row(ctx, v, t)
			return err
		})
	}
	return rows, first, g.Wait()
}

// row returns the row of a ticket, with the personal data that its log still holds.
func (r Reporter) row(ctx context.Context, v ticketview.Viewer, t *seen) (Row, error) {
	row := Row{
		PersonID: t.Person, Ticket: t.Ticket, Openings: t.Openings, Listings: t.Listings, Opened: t.Kinds, Listed: t.Listed, Files: []string{},
		Controllers: slices.Clone(t.Controllers), First: t.First.UTC(), Last: t.Last.UTC(),
	}
	for account := range t.By {
		row.Accounts = append(row.Accounts, account)
	}
	slices.Sort(row.Accounts)
	history, err := r.History(ctx, v, t.Ticket)
	if errors.Is(err, eventstore.ErrNotFound) {
		row.Unreadable = true
		return row, nil
	}
	if err != nil {
		return Row{}, err
	}
	view, ok := ticketview.Open(history, r.Now()).Detail(v, ticketview.Names{Catalog: r.Catalog})
	if !ok {
		row.Unreadable = true
		return row, nil
	}
	if view.Representation != nil {
		row.Represented = view.Representation.Status
	}
	row.Number, row.Erased, row.Concerns = view.Number, view.Erased, view.Concerns
	row.GivenName, row.FamilyName = view.Requester.GivenName, view.Requester.FamilyName
	row.Email, row.Phone = view.Requester.Email, view.Requester.Phone
	for _, f := range view.Files() {
		if slices.Contains(t.Files, string(f.ID)) {
			row.Files = append(row.Files, f.Name)
		}
	}
	for _, c := range controllersBetween(history, t.FirstUnnamed, t.LastUnnamed) {
		row.Controllers = addOnce(row.Controllers, c)
	}
	slices.Sort(row.Controllers)
	return row, nil
}

// controllersBetween returns the entities that were competent for a ticket at some moment of an interval, both ends included. Records of lists,
// and those of the release before, do not name the controllers of their tickets.
func controllersBetween(history []ticket.Recorded, from, to time.Time) (all []catalog.EntityCode) {
	if from.IsZero() {
		return nil
	}
	var s ticket.State
	for _, e := range history {
		before := s.Entity
		s = ticket.Evolve(s, e)
		switch {
		case e.At.After(to):
			if len(all) == 0 && before != "" {
				all = append(all, before)
			}
			return all
		case e.At.After(from):
			if before != "" {
				all = addOnce(all, before)
			}
			all = addOnce(all, s.Entity)
		}
	}
	if len(all) == 0 && s.Entity != "" {
		all = append(all, s.Entity)
	}
	return all
}
