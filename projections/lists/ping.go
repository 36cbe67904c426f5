// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lists

import (
	"context"
	"fmt"
	"time"

	"github.com/sol-assistenza/sol/projections/ticketview"
)

// Ping returns an error if the lists cannot be read: their tables are locked, or the database does not answer.
func (r *Reader) Ping(ctx context.Context) error {
	return r.withSnapshot(ctx, ticketview.Viewer{}, func(snapshot) error { return nil })
}

// Lag returns how long ago the oldest event was recorded that the lists do not contain; 0 if they contain all.
func (r *Reader) Lag(ctx context.Context) (lag time.Duration, err error) {
	err = r.store.Pools().Read.QueryRow(ctx, `
		select coalesce(greatest(interval '0', $3::timestamptz - (select recorded_at from log.events where position = 1 +
			coalesce((select position from log.consumers where name = $1 and version = $2), 0))), interval '0')`,
		r.model.Name, r.model.Version, r.store.Now()).Scan(&lag)
	if err != nil {
		return 0, fmt.Errorf("lag of the lists: %w", err)
	}
	return lag, nil
}
