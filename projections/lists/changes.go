// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Changes returns the changes after a position that the viewer may see now or later, in the order of the log, from at most limit events.
// The caller must keep a change to itself until its VisibleFrom. It is for a stream that resumes at a position too old for the node's memory;
// row-level security selects the changes.
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
		var c Change
		_, err = pgx.ForEachRow(rows, []any{&c.Position, &c.Ticket, &c.Type, &c.At, &c.VisibleFrom}, func() error {
			if s.viewer.IsCitizen() {
				c.Type = ticketview.EventNameForCitizen(c.Type)
			}
			c.At, c.VisibleFrom = c.At.UTC(), c.VisibleFrom.UTC()
			changes.Items = append(changes.Items, c)
			return nil
		})
		if len(changes.Items) == limit { // there may be more
			changes.Next.N = c.Position
		}
		changes.Next.N = max(changes.Next.N, after)
		return err
	})
	if err != nil {
		return Changes{}, fmt.Errorf("read changes: %w", err)
	}
	return changes, nil
}

// visibleFromSQL returns the SQL of the moment from which the viewer may know of a change. In it, $2 is the viewer's entity.
func (s snapshot) visibleFromSQL() string {
	switch {
	case s.viewer.IsCitizen():
		return "citizen_at"
	case s.viewer.ReadsEverything():
		return "at"
	default:
		return "case when author = $2 then at else entities_at end"
	}
}
