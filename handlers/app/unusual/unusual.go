// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package unusual

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/agreement"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// Finder evaluates the rules.
type Finder struct {
	Pools      *pgpool.Pools
	Agreements func(context.Context) (agreement.State, error) // that hold now
}

// Find evaluates the rules for each entity with an agreement, for each whole day since the agreement that was not evaluated yet, and returns the number
// of findings. Several nodes may call it: a day of an entity is evaluated once.
func (f Finder) Find(ctx context.Context) (found int64, err error) {
	state, err := f.Agreements(ctx)
	if err != nil {
		return 0, err
	}
	for _, e := range state.Entities(agreement.UnusualReading) {
		a, _ := state.Find(e, agreement.UnusualReading)
		n, err := f.findFor(ctx, a)
		if found += n; err != nil {
			return found, fmt.Errorf("unusual reading at %s: %w", e, err)
		}
	}
	return found, nil
}

// findFor evaluates the rules for one entity, day by day.
func (f Finder) findFor(ctx context.Context, a agreement.Agreement) (found int64, err error) {
	days, err := f.openDays(ctx, a)
	if err != nil {
		return 0, err
	}
	for _, day := range days {
		err := pgx.BeginFunc(ctx, f.Pools.Consumer, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `insert into access.evaluated_days (entity, day) values ($1, $2) on conflict do nothing`, string(a.Entity), day)
			if err != nil || tag.RowsAffected() == 0 { // another node has
				return err
			}
			for _, r := range rules {
				var n int64
				err := tx.QueryRow(ctx, `select access.find_unusual($1, $2, $3, $4, $5, $6)`, r.ID, r.Condition, r.Least, string(a.Entity), day, a.At).Scan(&n)
				if found += n; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// openDays returns the days in Rome since the agreement, at most 31 at a time, that have ended a day ago and were not evaluated yet. An act on the day
// after a look counts for the look.
func (f Finder) openDays(ctx context.Context, a agreement.Agreement) ([]time.Time, error) {
	rows, err := f.Pools.Consumer.Query(ctx, `
		select d::date from generate_series(
			greatest(($2::timestamptz at time zone 'Europe/Rome')::date, (now() at time zone 'Europe/Rome')::date - 400), (now() at time zone 'Europe/Rome')::date - 2, interval '1 day') d
		where not exists (select from access.evaluated_days e where e.entity = $1 and e.day = d::date) order by d limit 31`, string(a.Entity), a.At)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}
