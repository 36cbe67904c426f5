// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// consumerID names one version of a consumer.
type consumerID struct {
	name    string
	version int
}

// id returns name and version.
func (c Consumer) id() consumerID { return consumerID{c.Name, c.Version} }

// freeLeases remembers which leases were free a moment ago, so that a node asks for all its consumers in one query.
type freeLeases struct {
	mu     sync.Mutex
	readAt time.Time
	free   map[consumerID]bool
}

// tryToLead acquires the consumer's lease if it is free, and returns the checkpoint. The first call also inserts the row of a consumer that
// never ran.
func (s *Store) tryToLead(ctx context.Context, c Consumer, registered *bool) (position int64, leads bool, err error) {
	if s.yielder.Waits(s.cfg.LeaseDuration) {
		return 0, false, nil
	}
	if !*registered {
		_, err := s.pools.Lease.Exec(ctx, `insert into log.consumers (name, version) values ($1, $2) on conflict do nothing`, c.Name, c.Version)
		if err != nil {
			return 0, false, fmt.Errorf("register consumer %s: %w", c.Name, err)
		}
		*registered = true
	} else if free, err := s.isLeaseFree(ctx, c.id()); err != nil || !free {
		return 0, false, err
	}
	return s.acquireLease(ctx, c)
}

// isLeaseFree reports whether nobody else held the lease a moment ago: an eighth of LeaseDuration at most.
func (s *Store) isLeaseFree(ctx context.Context, id consumerID) (bool, error) {
	f := &s.freeLeases
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.readAt) < s.cfg.LeaseDuration/8 {
		return f.free[id], nil
	}
	rows, err := s.pools.Lease.Query(ctx, `
		select name, version from log.consumers where holder is null or holder = $1 or lease_until < clock_timestamp()`, s.nodeID)
	if err != nil {
		return false, fmt.Errorf("read free leases: %w", err)
	}
	f.readAt, f.free = time.Now(), map[consumerID]bool{}
	var c consumerID
	_, err = pgx.ForEachRow(rows, []any{&c.name, &c.version}, func() error {
		f.free[c] = true
		return nil
	})
	return f.free[id], err
}

// acquireLease acquires the consumer's lease if it is free, expired or held by this node, and returns the checkpoint. leads
// is false when another node holds the lease or the row is locked: its holder may be frozen, so nobody waits for it. Only the
// database's clock measures a lease, and it occupies no connection.
func (s *Store) acquireLease(ctx context.Context, c Consumer) (position int64, leads bool, err error) {
	err = s.pools.Lease.QueryRow(ctx, `
		with free as (
			select ctid from log.consumers
			where name = $1 and version = $2 and (holder is null or holder = $3 or lease_until < clock_timestamp())
			for update skip locked
		)
		update log.consumers c set holder = $3, lease_until = clock_timestamp() + $4::interval from free where c.ctid = free.ctid
		returning c.position`, c.Name, c.Version, s.nodeID, s.cfg.LeaseDuration).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("lease of %s: %w", c.Name, err)
	}
	return position, true, nil
}

// renewLeases is the lease.RenewFunc of the consumers that this node leads. A row that is locked, mostly by the commit of the consumer's own
// batch, is renewed the next time.
func (s *Store) renewLeases(ctx context.Context, duration time.Duration, held []consumerID) (renewed []consumerID, err error) {
	names, versions := make([]string, len(held)), make([]int, len(held))
	for i, c := range held {
		names[i], versions[i] = c.name, c.version
	}
	sent := time.Now()
	rows, err := s.pools.Lease.Query(ctx, `
		with held as (
			select c.ctid from log.consumers c join unnest($1::text[], $2::integer[]) as h (name, version) on (c.name, c.version) = (h.name, h.version)
			where c.holder = $3 for update of c skip locked
		)
		update log.consumers c set lease_until = clock_timestamp() + $4::interval from held where c.ctid = held.ctid
		returning c.name, c.version`, names, versions, s.nodeID, duration)
	if err != nil {
		return nil, fmt.Errorf("renew leases: %w", err)
	}
	var c consumerID
	_, err = pgx.ForEachRow(rows, []any{&c.name, &c.version}, func() error {
		renewed = append(renewed, c)
		return nil
	})
	if took := time.Since(sent); err == nil && s.yielder.Observe(took, duration) {
		s.cfg.Log.Warn("the way to the database is slow; other nodes may take over this node's consumers", "renewal", took)
	}
	return renewed, err
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
	Skipped    int       // streams that the consumer has left, see Consumer.Knows
}

// Consumers returns the status of every consumer that ever ran, ordered by name and version.
func (s *Store) Consumers(ctx context.Context) ([]ConsumerStatus, error) {
	rows, err := s.pools.Read.Query(ctx, `
		select name, version, position, l.head - position, coalesce(lease_until > clock_timestamp(), false), failures,
			coalesce(error, ''), failed_at, moved_at,
			(select count(*) from log.skipped_streams k where (k.name, k.version) = (c.name, c.version))
		from log.consumers c cross join log.logs l order by name, version`)
	if err != nil {
		return nil, fmt.Errorf("list consumers: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ConsumerStatus, err error) {
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
