// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package lease

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Consumer names one version of a consumer of the log.
type Consumer struct {
	Name    string
	Version int
}

// Consumers acquires and renews the leases of the consumers that a node leads, which are columns of log.consumers.
type Consumers struct {
	pool     *pgxpool.Pool // serves nothing else, so that a renewal waits for no work
	node     uuid.UUID
	duration time.Duration
	log      *slog.Logger
	keeper   *Keeper[Consumer]
	yielder  Yielder
	free     freeLeases
}

// NewConsumers returns the leases of a node. A lease ends after the duration without a renewal.
func NewConsumers(pool *pgxpool.Pool, node uuid.UUID, duration time.Duration, log *slog.Logger) *Consumers {
	l := &Consumers{pool: pool, node: node, duration: duration, log: log}
	l.keeper = NewKeeper(duration, l.renew)
	return l
}

// Hold renews the lease that was acquired after claimedAt until release is called. The context that it returns ends with ctx, at release, when
// the lease may have ended, and when the node gives its leases away.
func (l *Consumers) Hold(ctx context.Context, c Consumer, claimedAt time.Time) (_ context.Context, release func()) {
	held, stop := l.keeper.Hold(ctx, c, claimedAt)
	leading, cancel := l.yielder.Begin(held)
	return leading, func() {
		cancel()
		stop()
	}
}

// freeLeases remembers which leases were free a moment ago, so that a node asks for all its consumers in one query.
type freeLeases struct {
	mu     sync.Mutex
	readAt time.Time
	free   map[Consumer]bool
}

// TryToLead acquires the consumer's lease if it is free, and returns the checkpoint. The first call also inserts the row of a consumer that
// never ran, and sets registered.
func (l *Consumers) TryToLead(ctx context.Context, c Consumer, registered *bool) (position int64, leads bool, err error) {
	if l.yielder.Waits(l.duration) {
		return 0, false, nil
	}
	if !*registered {
		_, err := l.pool.Exec(ctx, `insert into log.consumers (name, version) values ($1, $2) on conflict do nothing`, c.Name, c.Version)
		if err != nil {
			return 0, false, fmt.Errorf("register consumer %s: %w", c.Name, err)
		}
		*registered = true
	} else if free, err := l.isFree(ctx, c); err != nil || !free {
		return 0, false, err
	}
	return l.acquire(ctx, c)
}

// isFree reports whether nobody else held the lease a moment ago: an eighth of the duration at most.
func (l *Consumers) isFree(ctx context.Context, id Consumer) (bool, error) {
	f := &l.free
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.readAt) < l.duration/8 {
		return f.free[id], nil
	}
	rows, err := l.pool.Query(ctx, `
		select name, version from log.consumers where holder is null or holder = $1 or lease_until < clock_timestamp()`, l.node)
	if err != nil {
		return false, fmt.Errorf("read free leases: %w", err)
	}
	f.readAt, f.free = time.Now(), map[Consumer]bool{}
	var c Consumer
	_, err = pgx.ForEachRow(rows, []any{&c.Name, &c.Version}, func() error {
		f.free[c] = true
		return nil
	})
	return f.free[id], err
}

// acquire acquires the consumer's lease if it is free, expired or held by this node, and returns the checkpoint. leads
// is false when another node holds the lease or the row is locked: its holder may be frozen, so nobody waits for it. Only the
// database's clock measures a lease, and it occupies no connection.
func (l *Consumers) acquire(ctx context.Context, c Consumer) (position int64, leads bool, err error) {
	err = l.pool.QueryRow(ctx, `
		with free as (
			select ctid from log.consumers
			where name = $1 and version = $2 and (holder is null or holder = $3 or lease_until < clock_timestamp())
			for update skip locked
		)
		update log.consumers c set holder = $3, lease_until = clock_timestamp() + $4::interval from free where c.ctid = free.ctid
		returning c.position`, c.Name, c.Version, l.node, l.duration).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("lease of %s: %w", c.Name, err)
	}
	return position, true, nil
}

// renew is the RenewFunc of the consumers that this node leads. A row that is locked, mostly by the commit of the consumer's own
// batch, is renewed the next time.
func (l *Consumers) renew(ctx context.Context, duration time.Duration, held []Consumer) (renewed []Consumer, err error) {
	names, versions := make([]string, len(held)), make([]int, len(held))
	for i, c := range held {
		names[i], versions[i] = c.Name, c.Version
	}
	sent := time.Now()
	rows, err := l.pool.Query(ctx, `
		with held as (
			select c.ctid from log.consumers c join unnest($1::text[], $2::integer[]) as h (name, version) on (c.name, c.version) = (h.name, h.version)
			where c.holder = $3 for update of c skip locked
		)
		update log.consumers c set lease_until = clock_timestamp() + $4::interval from held where c.ctid = held.ctid
		returning c.name, c.version`, names, versions, l.node, duration)
	if err != nil {
		return nil, fmt.Errorf("renew leases: %w", err)
	}
	renewed, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Consumer])
	if took := time.Since(sent); err == nil && l.yielder.Observe(took, duration) {
		l.log.Warn("the way to the database is slow; other nodes may take over this node's consumers", "renewal", took)
	}
	return renewed, err
}

// Release releases the lease, so that another node can acquire it at once.
func (l *Consumers) Release(ctx context.Context, c Consumer) {
	ctx, cancel := context.WithTimeout(ctx, l.duration)
	defer cancel()
	_, err := l.pool.Exec(ctx, `
		update log.consumers set holder = null, lease_until = null
		where name = $1 and version = $2 and holder = $3`, c.Name, c.Version, l.node)
	if err != nil {
		l.log.Warn("lease could not be released; it expires by itself", "consumer", c.Name, "error", err)
	}
}
