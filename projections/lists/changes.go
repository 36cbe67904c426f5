// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Changes tells which tickets that the viewer may see changed after a position, in its order, at most limit of them.
// A change that is still held from the viewer is left out, and Next stays before it: ask again from there, at the
// latest at HeldUntil. So every change is told at least once.
func (r *Reader) Changes(ctx context.Context, v ticketview.Viewer, after int64, limit int) (Changes, error) {
	changes := Changes{Items: []Change{}}
	err := r.withSnapshot(ctx, v, func(s snapshot) error {
		rows, err := s.tx.Query(ctx, `
			select position, ticket::text, type, at, `+s.visibleFromSQL()+`
			from `+s.table("timeline")+` where position > $1 and $2::text is not null order by position limit $3`,
			after, string(s.viewer.Actor.Entity), limit)
		if err != nil {
			return err
		}
		changes.Next = s.position
		sent, held := 0, int64(0)
		var c Change
		var from time.Time
		_, err = pgx.ForEachRow(rows, []any{&c.Position, &c.Ticket, &c.Type, &c.At, &from}, func() error {
			sent++
			if sent == limit { // there may be more
				changes.Next.N = c.Position
			}
			if s.viewer.IsCitizen() {
				c.Type = ticketview.EventNameForCitizen(c.Type)
			}
			if !from.After(s.now) {
				changes.Items = append(changes.Items, Change{c.Position, c.Ticket, c.Type, c.At.UTC(), from.UTC()})
				return nil
			}
			if held == 0 {
				held = c.Position
			}
			if changes.HeldUntil.IsZero() || from.Before(changes.HeldUntil) {
				changes.HeldUntil = from.UTC()
			}
			return nil
		})
		if held > 0 {
			changes.Next.N = held - 1
		}
		changes.Next.N = max(changes.Next.N, after)
		return err
	})
	if err != nil {
		return Changes{}, fmt.Errorf("read changes: %w", err)
	}
	return changes, nil
}

// ResumePosition is from where a viewer who has read everything up to a position misses nothing: before the first change up to
// there that was still held from them.
func (r *Reader) ResumePosition(ctx context.Context, v ticketview.Viewer, read int64) (int64, error) {
	err := r.withSnapshot(ctx, v, func(s snapshot) error {
		rows, err := s.tx.Query(ctx, `
			select position from `+s.table("timeline")+`
			where position <= $1 and $2::text is not null and citizen_at > at and citizen_at > $3 and `+s.visibleFromSQL()+` > $3`,
			read, string(s.viewer.Actor.Entity), s.now)
		if err != nil {
			return err
		}
		held, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		for _, position := range held {
			read = min(read, position-1)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read what is held: %w", err)
	}
	return read, nil
}

// visibleFromSQL is the moment from which the viewer may know of a change.
func (s snapshot) visibleFromSQL() string {
	switch {
	case s.viewer.IsCitizen():
		return "citizen_at"
	case s.viewer.IsAuditor():
		return "at"
	default:
		return "case when author = $2 then at else entities_at end"
	}
}
