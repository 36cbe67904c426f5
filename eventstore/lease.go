// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/notify"
)

// acquireLease acquires the consumer's lease if it is free, expired or held by this node, and returns the checkpoint. leads
// is false when another node holds the lease. Only the database's clock measures a lease, and it occupies no connection.
func (s *Store) acquireLease(ctx context.Context, c Consumer) (position int64, leads bool, err error) {
	err = s.pools.Lease.QueryRow(ctx, `
		insert into log.consumers as c (name, version, holder, lease_until)
		values ($1, $2, $3, clock_timestamp() + $4::interval)
		on conflict (name, version) do update set holder = excluded.holder, lease_until = excluded.lease_until
		where c.holder is null or c.holder = $3 or c.lease_until < clock_timestamp()
		returning position`, c.Name, c.Version, s.nodeID, s.cfg.LeaseDuration).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("lease of %s: %w", c.Name, err)
	}
	return position, true, nil
}

// renewLease renews the lease after each quarter of LeaseDuration. It returns when ctx ends or this node no longer holds
// the lease.
func (s *Store) renewLease(ctx context.Context, c Consumer) {
	for notify.Sleep(ctx, s.cfg.LeaseDuration/4) == nil {
		tag, err := s.pools.Lease.Exec(ctx, `
			update log.consumers set lease_until = clock_timestamp() + $4::interval
			where name = $1 and version = $2 and holder = $3`, c.Name, c.Version, s.nodeID, s.cfg.LeaseDuration)
		if err == nil && tag.RowsAffected() == 0 {
			return
		}
	}
}

// releaseLease releases the lease, so that another node can acquire it at once.
func (s *Store) releaseLease(ctx context.Context, c Consumer) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.LeaseDuration)
	defer cancel()
	_, err := s.pools.Lease.Exec(ctx, `
		update log.consumers set holder = null, lease_until = null
		where name = $1 and version = $2 and holder = $3`, c.Name, c.Version, s.nodeID)
	if err != nil {
		s.cfg.Log.Warn("lease could not be released; it expires by itself", "consumer", c.Name, "error", err)
	}
}

// ConsumerStatus is the status of a consumer across all nodes.
type ConsumerStatus struct {
	Name       string
	Version    int
	Position   int64
	Lag        int64 // number of events between Position and the head
	HasLeader  bool  // a node holds the lease now
	Failures   int   // consecutive failures of the batch after Position
	Error      string
	FailedAt   time.Time // of the last failure; zero when Failures is 0
	AdvancedAt time.Time // when Position last moved; zero before the first batch
}

// Consumers returns the status of every consumer that ever ran, ordered by name and version.
func (s *Store) Consumers(ctx context.Context) ([]ConsumerStatus, error) {
	rows, err := s.pools.Read.Query(ctx, `
		select name, version, position, l.head - position, coalesce(lease_until > clock_timestamp(), false), failures,
			coalesce(error, ''), failed_at, moved_at
		from log.consumers cross join log.logs l order by name, version`)
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ConsumerStatus, err error) {
		var failed, moved *time.Time
		err = row.Scan(&c.Name, &c.Version, &c.Position, &c.Lag, &c.HasLeader, &c.Failures, &c.Error, &failed, &moved)
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
