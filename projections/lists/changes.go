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

// Changes returns the changes after a position that the viewer may see, in the order of the log, at most limit of them. It leaves out a
// change that is still held from the viewer, and Next stays before it; the caller must ask again from Next, at HeldUntil at the latest. So
// the caller gets every change at least once.
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
		n, held := 0, int64(0)
		var c Change
		var from time.Time
		_, err = pgx.ForEachRow(rows, []any{&c.Position, &c.Ticket, &c.Type, &c.At, &from}, func() error {
			n++
			if n == limit { // there may be more
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

// ResumePosition returns the position from which a viewer who has read the changes up to a position must read on to miss none: the position
// before the first of those changes that is still held from them, or else the position itself.
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
		return 0, fmt.Errorf("find held changes: %w", err)
	}
	return read, nil
}

// visibleFromSQL returns the SQL of the moment from which the viewer may know of a change. In it, $2 is the viewer's entity.
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
