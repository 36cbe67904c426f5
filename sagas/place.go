// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package sagas

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// place is where one version of a saga stands. Its row is locked before its instances and timers are touched, so
// they move with it alone.
type place struct {
	Position int64
	Worker   *uuid.UUID // who handled last; nil: nobody yet
	Live     bool
	LiveFrom *int64 // goes live when it gets there; nil: it is live, or was replaced
}

// enter makes the row of a version that is new here, and lets one that is not live go live at today's head: it first
// handles what the log already tells, because timers set on the way are mostly cancelled further on.
func enter(ctx context.Context, tx pgx.Tx, id id) error {
	_, err := tx.Exec(ctx, `
		insert into saga.sagas as s (name, version, live, live_from) select $1, $2, false, head from log.logs
		on conflict (name, version) do update set live_from = excluded.live_from where not s.live`, id.name, id.version)
	return err
}

func lockPlace(ctx context.Context, tx pgx.Tx, id id) (place, error) {
	rows, err := tx.Query(ctx, `
		select position, worker, live, live_from from saga.sagas where name = $1 and version = $2 for update`,
		id.name, id.version)
	if err != nil {
		return place{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[place])
}

// movePlace says how far the version has come and who brought it there. One that arrives where it goes live takes
// over from the version that was; going back to that one works in the same way.
func movePlace(ctx context.Context, tx pgx.Tx, id id, p place) error {
	arrives := p.LiveFrom != nil && p.Position >= *p.LiveFrom
	if arrives {
		p.Live, p.LiveFrom = true, nil
	}
	_, err := tx.Exec(ctx, `
		update saga.sagas set position = $3, worker = $4, live = $5, live_from = $6 where name = $1 and version = $2`,
		id.name, id.version, p.Position, p.Worker, p.Live, p.LiveFrom)
	if err != nil {
		return fmt.Errorf("move %s: %w", id, err)
	}
	if arrives {
		_, err = tx.Exec(ctx, `
			update saga.sagas set live = false, live_from = null where name = $1 and version <> $2 and live`, id.name, id.version)
	}
	return err
}
