// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/notify"
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

	MaxBatch      int           // 512: most appends in one commit
	MaxBatchBytes int           // 4 MiB: most payload in one commit; a larger append goes alone
	AppendTimeout time.Duration // 10 s: how long an append waits for a database that does not answer
	LockTimeout   time.Duration // 5 s: server's bound on waiting for another node's commit
	PollInterval  time.Duration // 1 s: how often the head is looked at, beside being told
	LeaseDuration time.Duration // 4 s: a silent node's consumers are taken over after this long
	CachedStates  int           // 4096: folded states a dispatcher keeps
	WorkerConns   int32         // 12: connections for consumers and reading the log
	RequestConns  int32         // 8: connections for reading read models

	localClock        func() time.Time // time.Now, but for tests
	clockSyncInterval time.Duration    // 1 min: how often the database's clock is looked at
}

func (c *Config) validate() error {
	if c.URL == "" {
		return errors.New("no database URL")
	}
	if len(c.MasterKey) != keyring.MasterKeySize {
		return fmt.Errorf("the master key has %d bytes, want %d", len(c.MasterKey), keyring.MasterKeySize)
	}
	if c.localClock == nil {
		c.localClock = time.Now
	}
	c.clockSyncInterval = cmp.Or(c.clockSyncInterval, time.Minute)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.MaxBatch = cmp.Or(c.MaxBatch, 512)
	c.MaxBatchBytes = cmp.Or(c.MaxBatchBytes, 4<<20)
	c.AppendTimeout = cmp.Or(c.AppendTimeout, 10*time.Second)
	c.LockTimeout = cmp.Or(c.LockTimeout, 5*time.Second)
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.LeaseDuration = cmp.Or(c.LeaseDuration, 4*time.Second)
	c.CachedStates = cmp.Or(c.CachedStates, 4096)
	c.WorkerConns = cmp.Or(c.WorkerConns, 12)
	c.RequestConns = cmp.Or(c.RequestConns, 8)
	if min(c.MaxBatch, c.MaxBatchBytes, c.CachedStates, int(c.WorkerConns), int(c.RequestConns)) < 1 ||
		min(c.AppendTimeout, c.LockTimeout, c.PollInterval, c.LeaseDuration) < time.Millisecond {
		return errors.New("sizes and durations must be positive")
	}
	return nil
}

// Store is one node's way to the log. Its methods may be called from any goroutine.
type Store struct {
	cfg         Config
	nodeID      uuid.UUID // names this node in leases
	keyring     *keyring.Keyring
	appendPool  *pgxpool.Pool
	workerPool  *pgxpool.Pool
	requestPool *pgxpool.Pool
	committer   *groupCommitter
	pendingKeys keyring.PendingKeys
	clock       clock
	notifier    *notify.Notifier
	metrics     *metrics

	cancel     context.CancelFunc
	goroutines sync.WaitGroup // every goroutine of the store
	closeOnce  sync.Once
}

// Open connects to a migrated database. It refuses a master key other than the one the log was begun with.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s := &Store{cfg: cfg, nodeID: uuid.New(), clock: clock{local: cfg.localClock}}
	defer func() {
		if err != nil {
			s.closePools()
		}
	}()
	if err := s.openPools(ctx); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if s.keyring, err = keyring.Open(ctx, s.appendPool, cfg.MasterKey); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if cfg.Clock == nil {
		if err := s.syncClock(ctx); err != nil {
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
	s.notifier = notify.New(notify.Config{Pool: s.workerPool, Log: cfg.Log, PollInterval: cfg.PollInterval, ReadHead: s.readHead})
	s.notifier.SetHead(head.N)

	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.committer = newGroupCommitter(s)
	s.goroutines.Go(func() { s.notifier.Run(life) })
	if cfg.Clock == nil {
		s.goroutines.Go(func() { s.keepClockSynced(life) })
	}
	return s, nil
}

// Close answers the appends that are waiting, ends what the store runs and closes its connections. Consumers are
// ended by their own context, and before this.
func (s *Store) Close() {
	s.closeOnce.Do(func() {
		s.committer.close()
		s.cancel()
		s.goroutines.Wait()
		s.metrics.close()
		s.closePools()
	})
}

// WorkerPool is the pool of role sol_worker: what consumers and rebuilds write through.
func (s *Store) WorkerPool() *pgxpool.Pool { return s.workerPool }

// RequestPool is the pool of role sol_request: what doors read through, under row-level security.
func (s *Store) RequestPool() *pgxpool.Pool { return s.requestPool }

// Now is the time that decisions are made at: the database's, as recorded_at is, or Config.Clock's. UTC, microseconds.
func (s *Store) Now() time.Time {
	now := s.clock.now
	if s.cfg.Clock != nil {
		now = s.cfg.Clock
	}
	return now().UTC().Truncate(time.Microsecond)
}

// settleDelay is how long it takes at most, in all likelihood, until what was stamped is committed, and how much two clocks may
// be apart that were compared.
const settleDelay = 100 * time.Millisecond

// SettledTime is the latest moment that can be shown as it will always have been: whatever was stamped before it can be read by
// now. Who reads «now» shows this moment, or the last event if that is later.
func (s *Store) SettledTime() time.Time {
	if s.cfg.Clock != nil {
		return s.Now() // stamps what is appended too
	}
	return s.Now().Add(-settleDelay)
}

// NextNumber draws the next number for people to read out. Numbers drawn and not used leave gaps.
func (s *Store) NextNumber(ctx context.Context) (n int64, err error) {
	if err := s.appendPool.QueryRow(ctx, `select nextval('log.numbers')`).Scan(&n); err != nil {
		return 0, fmt.Errorf("next number: %w", err)
	}
	return n, nil
}

// KeyedHash is HMAC-SHA-256 of the value under a key derived from the master key for that purpose, in hex. Equal
// values give equal hashes within a log, and without the key nobody can try values out.
func (s *Store) KeyedHash(purpose, value string) string {
	return hex.EncodeToString(s.keyring.Hash(purpose, []byte(value)))
}
