// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// checkpoint is the row of one version of a saga in saga.sagas. A transaction locks it before it changes instances and timers, so these
// always fit the position.
type checkpoint struct {
	Position int64
	WorkerID *uuid.UUID // the runner that reconciled the timers last, or the claim of one that does so now; nil: none yet
	Live     bool
	LiveAt   *int64 // position at which the version goes live; nil: it is live, or was replaced
}

// registerVersion inserts the row of a new version and sets today's head as the position at which a version that is not live goes live.
// It first handles the log up to there, because later events cancel most timers that earlier events set.
func registerVersion(ctx context.Context, tx pgx.Tx, id SagaID) error {
	_, err := tx.Exec(ctx, `
		insert into saga.sagas as s (name, version, live, live_from) select $1, $2, false, head from log.logs
		on conflict (name, version) do update set live_from = excluded.live_from where not s.live`, id.Name, id.Version)
	return err
}

// lockCheckpoint reads and locks the row of a version.
func lockCheckpoint(ctx context.Context, tx pgx.Tx, id SagaID) (checkpoint, error) {
	rows, err := tx.Query(ctx, `
		select position, worker, live, live_from from saga.sagas where name = $1 and version = $2 for update`,
		id.Name, id.Version)
	if err != nil {
		return checkpoint{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[checkpoint])
}

// saveCheckpoint stores the checkpoint. A version that has reached the position at which it goes live replaces the live version; going
// back to the former version works in the same way.
func saveCheckpoint(ctx context.Context, tx pgx.Tx, id SagaID, p checkpoint) error {
	goesLive := p.LiveAt != nil && p.Position >= *p.LiveAt
	if goesLive {
		p.Live, p.LiveAt = true, nil
	}
	_, err := tx.Exec(ctx, `
		update saga.sagas set position = $3, worker = $4, live = $5, live_from = $6 where name = $1 and version = $2`,
		id.Name, id.Version, p.Position, p.WorkerID, p.Live, p.LiveAt)
	if err != nil {
		return fmt.Errorf("move %s: %w", id, err)
	}
	if goesLive {
		_, err = tx.Exec(ctx, `
			update saga.sagas set live = false, live_from = null where name = $1 and version <> $2 and live`, id.Name, id.Version)
	}
	return err
}
