// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

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
	"github.com/prometheus/client_golang/prometheus"
)

// Config says where the log is and how a node works with it. URL and MasterKey are required; the zero value of
// everything else is replaced by the default named beside it.
type Config struct {
	URL       string
	MasterKey []byte                // 32 bytes: wraps the data keys, keys the hashes
	Clock     func() time.Time      // nil: the database's clock, for all nodes the same (set for seeding and tests)
	Log       *slog.Logger          // nil: nothing is logged
	Metrics   prometheus.Registerer // nil: none
	Tracer    pgx.QueryTracer       // nil: none; is told of every query

	Batch       int           // 512: most appends in one commit
	BatchBytes  int           // 4 MiB: most payload in one commit; a larger append goes alone
	Patience    time.Duration // 10 s: how long an append waits for a database that does not answer
	LockTimeout time.Duration // 5 s: server's bound on waiting for another node's commit
	Poll        time.Duration // 1 s: how often the head is looked at, beside being told
	Lease       time.Duration // 4 s: a silent node's consumers are taken over after this long
	States      int           // 4096: folded states a dispatcher keeps
	WorkerConns int32         // 12: connections for consumers and reading the log
	DoorConns   int32         // 8: connections for reading read models

	wall     func() time.Time // time.Now, but for tests
	setClock time.Duration    // 1 min: how often the database's clock is looked at
}

func (c *Config) validate() error {
	if c.URL == "" {
		return errors.New("no database URL")
	}
	if len(c.MasterKey) != masterKeySize {
		return fmt.Errorf("the master key has %d bytes, want %d", len(c.MasterKey), masterKeySize)
	}
	if c.wall == nil {
		c.wall = time.Now
	}
	orDefault(&c.setClock, time.Minute)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&c.Batch, 512)
	orDefault(&c.BatchBytes, 4<<20)
	orDefault(&c.Patience, 10*time.Second)
	orDefault(&c.LockTimeout, 5*time.Second)
	orDefault(&c.Poll, time.Second)
	orDefault(&c.Lease, 4*time.Second)
	orDefault(&c.States, 4096)
	orDefault(&c.WorkerConns, 12)
	orDefault(&c.DoorConns, 8)
	if min(c.Batch, c.BatchBytes, c.States, int(c.WorkerConns), int(c.DoorConns)) < 1 ||
		min(c.Patience, c.LockTimeout, c.Poll, c.Lease) < time.Millisecond {
		return errors.New("sizes and durations must be positive")
	}
	return nil
}

func orDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Store is one node's way to the log. Its methods may be called from any goroutine.
type Store struct {
	cfg     Config
	node    uuid.UUID // names this node in leases
	keyring *keyring
	appends *pgxpool.Pool
	worker  *pgxpool.Pool
	request *pgxpool.Pool
	group   *group
	blobs   heldKeys
	clock   clock
	marks   marks
	notify  *notifier
	metrics *metrics

	cancel context.CancelFunc
	owned  sync.WaitGroup // every goroutine of the store
	closed sync.Once
}

// Open connects to a migrated database. It refuses a master key other than the one the log was begun with.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s := &Store{cfg: cfg, node: uuid.New(), clock: clock{wall: cfg.wall}}
	defer func() {
		if err != nil {
			s.closePools()
		}
	}()
	if err := s.openPools(ctx); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if s.keyring, err = openKeyring(ctx, s.appends, cfg.MasterKey); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if cfg.Clock == nil {
		if err := s.setClock(ctx); err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
	}
	if s.metrics, err = newMetrics(s, cfg.Metrics); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	head, _, err := s.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s.marks.advance(headMark, head.N)

	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.notify = newNotifier(s)
	s.group = newGroup(s)
	s.owned.Go(func() { s.notify.run(life) })
	s.owned.Go(func() { s.listen(life) })
	s.owned.Go(func() { s.poll(life) })
	if cfg.Clock == nil {
		s.owned.Go(func() { s.keepTime(life) })
	}
	return s, nil
}

// Close answers the appends that are waiting, ends what the store runs and closes its connections. Consumers are
// ended by their own context, and before this.
func (s *Store) Close() {
	s.closed.Do(func() {
		s.group.close()
		s.cancel()
		s.owned.Wait()
		s.metrics.close()
		s.closePools()
	})
}

// Worker is the pool of role sol_worker: what consumers and rebuilds write through.
func (s *Store) Worker() *pgxpool.Pool { return s.worker }

// RequestPool is the pool of role sol_request: what doors read through, under row-level security.
func (s *Store) RequestPool() *pgxpool.Pool { return s.request }

// Now is the time that decisions are made at: the database's, as recorded_at is, or Config.Clock's. UTC, microseconds.
func (s *Store) Now() time.Time {
	now := s.clock.now
	if s.cfg.Clock != nil {
		now = s.cfg.Clock
	}
	return now().UTC().Truncate(time.Microsecond)
}

// settled is how long it takes at most, in all likelihood, until what was stamped is committed, and how much two clocks may
// be apart that were compared.
const settled = 100 * time.Millisecond

// Past is the latest moment that can be shown as it will always have been: whatever was stamped before it can be read by
// now. Who reads «now» shows this moment, or the last event if that is later.
func (s *Store) Past() time.Time {
	if s.cfg.Clock != nil {
		return s.Now() // stamps what is appended too
	}
	return s.Now().Add(-settled)
}

// NextNumber draws the next number for people to read out. Numbers drawn and not used leave gaps.
func (s *Store) NextNumber(ctx context.Context) (n int64, err error) {
	if err := s.appends.QueryRow(ctx, `select nextval('log.numbers')`).Scan(&n); err != nil {
		return 0, fmt.Errorf("next number: %w", err)
	}
	return n, nil
}
