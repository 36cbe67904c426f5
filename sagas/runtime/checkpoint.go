// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// checkpoint is where one version of a saga stands. Its row is locked before its instances and timers are touched, so
// they move with it alone.
type checkpoint struct {
	Position int64
	WorkerID *uuid.UUID // who handled last; nil: nobody yet
	Live     bool
	LiveAt   *int64 // goes live when it gets there; nil: it is live, or was replaced
}

// registerVersion makes the row of a version that is new here, and lets one that is not live go live at today's head: it first
// handles what the log already tells, because timers set on the way are mostly cancelled further on.
func registerVersion(ctx context.Context, tx pgx.Tx, id SagaID) error {
	_, err := tx.Exec(ctx, `
		insert into saga.sagas as s (name, version, live, live_from) select $1, $2, false, head from log.logs
		on conflict (name, version) do update set live_from = excluded.live_from where not s.live`, id.Name, id.Version)
	return err
}

func lockCheckpoint(ctx context.Context, tx pgx.Tx, id SagaID) (checkpoint, error) {
	rows, err := tx.Query(ctx, `
		select position, worker, live, live_from from saga.sagas where name = $1 and version = $2 for update`,
		id.Name, id.Version)
	if err != nil {
		return checkpoint{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[checkpoint])
}

// saveCheckpoint says how far the version has come and who brought it there. One that arrives where it goes live takes
// over from the version that was; going back to that one works in the same way.
func saveCheckpoint(ctx context.Context, tx pgx.Tx, id SagaID, p checkpoint) error {
	arrives := p.LiveAt != nil && p.Position >= *p.LiveAt
	if arrives {
		p.Live, p.LiveAt = true, nil
	}
	_, err := tx.Exec(ctx, `
		update saga.sagas set position = $3, worker = $4, live = $5, live_from = $6 where name = $1 and version = $2`,
		id.Name, id.Version, p.Position, p.WorkerID, p.Live, p.LiveAt)
	if err != nil {
		return fmt.Errorf("move %s: %w", id, err)
	}
	if arrives {
		_, err = tx.Exec(ctx, `
			update saga.sagas set live = false, live_from = null where name = $1 and version <> $2 and live`, id.Name, id.Version)
	}
	return err
}
