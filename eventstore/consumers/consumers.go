// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

// Package consumers reads the status of the consumers of the log.
package consumers

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Status is the status of a consumer across all nodes.
type Status struct {
	Name       string
	Version    int
	Position   int64
	Lag        int64 // number of events between Position and the head
	HasLeader  bool  // a node holds the lease now
	Failures   int   // consecutive failures of the batch after Position
	Error      string
	FailedAt   time.Time // of the last failure; zero when Failures is 0
	AdvancedAt time.Time // when Position last moved; zero before the first batch
	Skipped    int       // streams that the consumer has left, see eventstore.Consumer.Knows
}

// List returns the status of every consumer that ever ran, ordered by name and version.
func List(ctx context.Context, db *pgxpool.Pool) ([]Status, error) {
	rows, err := db.Query(ctx, `
		select name, version, position, l.head - position, coalesce(lease_until > clock_timestamp(), false), failures,
			coalesce(error, ''), failed_at, moved_at,
			(select count(*) from log.skipped_streams k where (k.name, k.version) = (c.name, c.version))
		from log.consumers c cross join log.logs l order by name, version`)
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Status, err error) {
		var failed, moved *time.Time
		err = row.Scan(&c.Name, &c.Version, &c.Position, &c.Lag, &c.HasLeader, &c.Failures, &c.Error, &failed, &moved, &c.Skipped)
		if failed != nil {
			c.FailedAt = failed.UTC()
		}
		if moved != nil {
			c.AdvancedAt = moved.UTC()
		}
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", err)
	}
	return list, nil
}
