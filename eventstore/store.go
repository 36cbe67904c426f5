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
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sol-assistenza/sol/eventstore/dbclock"
	"github.com/sol-assistenza/sol/eventstore/epoch"
	"github.com/sol-assistenza/sol/eventstore/keyring"
	"github.com/sol-assistenza/sol/eventstore/lease"
	"github.com/sol-assistenza/sol/eventstore/metrics"
	"github.com/sol-assistenza/sol/eventstore/notify"
	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/refusal"
)

// Config is the configuration of a Store. URL and MasterKey are required; in the other fields the zero value means the
// default that the field's comment names.
type Config struct {
	URL       string                // of the login roles that have none in Logins
	Logins    pgpool.Logins         // URLs of the login roles; nil: all roles use URL
	MasterKey []byte                // 32 bytes; wraps the data keys and the keys of the hashes
	Clock     func() time.Time      // nil: the database's clock, the same for all nodes; set it for seeding and tests only
	Log       *slog.Logger          // nil: nothing is logged
	Metrics   prometheus.Registerer // nil: none
	Tracer    pgx.QueryTracer       // nil: none; traces every query

	EarlierMasterKeys [][]byte // 32 bytes each; accepted for keys that they wrapped, until keyring.Rotate has wrapped them anew
	// ReadMasterKeys reads the master keys again, the newest first, while the node runs; nil: they do not change.
	ReadMasterKeys func() ([][]byte, error)
	Durability     pgpool.Durability // NotChecked: what the server's settings must promise

	MaxBatch      int           // 512: maximum number of appends in one commit
	MaxBatchBytes int           // 4 MiB: maximum payload of one commit; a larger append is committed alone
	AppendTimeout time.Duration // 4 s: timeout of an append
	LockTimeout   time.Duration // 5 s: lock timeout on the server: how long a batch waits for the commit of another node
	KeyInterval   time.Duration // 5 s: interval of reading the keys of the log, which other nodes may renew
	PollInterval  time.Duration // 1 s: interval of reading the head, in addition to NOTIFY messages
	LeaseDuration time.Duration // 3 s: time after which other nodes take over the consumers of a silent node

	RequestURL string               // of the same database, for the request pool; may lead to PgBouncer in transaction mode. Empty: that of its role
	Pools      []func(*pgpool.Spec) // change the pools of the node, in this order; nil: pgpool.Specs

	LocalClock func() time.Time // nil: time.Now; the clock of the node, which may be wrong. Tests set it

	clockSyncInterval time.Duration // 1 min: interval of reading the database's clock
	streamPageSize    int           // 2000: number of events in a page of ReadByStream
}

// validate checks the configuration and sets the defaults.
func (c *Config) validate() error {
	if c.URL == "" && len(c.Logins.Missing()) > 0 {
		return errors.New("no database URL")
	}
	for _, key := range c.masterKeys() {
		if len(key) != keyring.MasterKeySize {
			return fmt.Errorf("the master key has %d bytes, want %d", len(key), keyring.MasterKeySize)
		}
	}
	if c.LocalClock == nil {
		c.LocalClock = time.Now
	}
	c.clockSyncInterval = cmp.Or(c.clockSyncInterval, time.Minute)
	c.streamPageSize = cmp.Or(c.streamPageSize, 2000)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Durability = cmp.Or(c.Durability, pgpool.NotChecked)
	c.MaxBatch = cmp.Or(c.MaxBatch, 512)
	c.MaxBatchBytes = cmp.Or(c.MaxBatchBytes, 4<<20)
	c.AppendTimeout = cmp.Or(c.AppendTimeout, 4*time.Second)
	c.LockTimeout = cmp.Or(c.LockTimeout, 5*time.Second)
	c.KeyInterval = cmp.Or(c.KeyInterval, 5*time.Second)
	c.PollInterval = cmp.Or(c.PollInterval, time.Second)
	c.LeaseDuration = cmp.Or(c.LeaseDuration, lease.Duration)
	if min(c.MaxBatch, c.MaxBatchBytes) < 1 ||
		min(c.AppendTimeout, c.LockTimeout, c.KeyInterval, c.PollInterval, c.LeaseDuration) < time.Millisecond {
		return errors.New("sizes and durations must be positive")
	}
	return nil
}

// masterKeys returns the node's master keys, the newest first.
func (c *Config) masterKeys() [][]byte { return append([][]byte{c.MasterKey}, c.EarlierMasterKeys...) }

// Store gives a node access to the log. Its methods may be called from any goroutine.
type Store struct {
	Refused     refusal.Last // the reason for which the server refused the last batch of appends
	cfg         Config
	nodeID      uuid.UUID // identifies this node in leases
	keyring     *keyring.Keyring
	pools       *pgpool.Pools
	committer   *groupCommitter
	pendingKeys keyring.PendingKeys
	clock       *dbclock.Clock
	logTime     logTime
	epochs      epoch.History
	guard       epoch.Guard // of the connections for appends
	notifier    *notify.Notifier
	leases      *lease.Consumers
	metrics     *metrics.Metrics

	cancel     context.CancelFunc
	goroutines sync.WaitGroup // every goroutine of the store
	closeOnce  sync.Once
}

// Open connects to a migrated database. It refuses a master key other than that of the log.
func Open(ctx context.Context, cfg Config) (_ *Store, err error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s := &Store{cfg: cfg, nodeID: uuid.New(), clock: dbclock.New(cfg.LocalClock)}
	if err := s.openPools(ctx); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s.leases = lease.NewConsumers(s.pools.Lease, s.nodeID, cfg.LeaseDuration, cfg.Log)
	defer func() {
		if err != nil {
			s.pools.Close()
		}
	}()
	if err := s.pools.CheckDurability(ctx); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s.keyring, err = keyring.Open(ctx, keyring.Config{
		Pool: s.pools.Append, Node: s.nodeID, Masters: cfg.masterKeys(), ReadMasters: cfg.ReadMasterKeys,
	})
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if cfg.Clock == nil {
		if err := s.clock.Sync(ctx, s.pools.Read); err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
	}
	if s.epochs, err = epoch.Read(ctx, s.pools.Read); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	head, _, err := s.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	s.guard.Opened(head.Epoch)
	s.notifier = notify.New(notify.Config{Pool: s.pools.Read, Connect: s.pools.Connect, Log: cfg.Log, PollInterval: cfg.PollInterval, Now: s.clock.Now, ReadHead: s.readHead})
	s.notifier.SetHead(head.N)
	if s.metrics, err = metrics.New(cfg.Metrics, s.KnownHead, s.pools); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}

	runCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.committer = newGroupCommitter(s)
	s.goroutines.Go(func() { s.notifier.Run(runCtx) })
	s.goroutines.Go(func() { s.keyring.KeepFresh(runCtx, s.cfg.KeyInterval, s.cfg.Log) })
	if cfg.Clock == nil {
		s.goroutines.Go(func() { s.clock.KeepSynced(runCtx, s.pools.Read, s.cfg.clockSyncInterval, s.cfg.Log) })
	}
	return s, nil
}

// Close finishes the queued appends, ends the goroutines of the store and closes its connections. Consumers must have ended
// before, by their own contexts.
func (s *Store) Close() {
	s.closeOnce.Do(func() {
		s.committer.close()
		s.cancel()
		s.goroutines.Wait()
		s.metrics.Close()
		s.pools.Close()
	})
}

// Now returns the time that decisions use: the database's time, as recorded_at, or that of Config.Clock. UTC, whole microseconds.
func (s *Store) Now() time.Time {
	now := s.clock.Now
	if s.cfg.Clock != nil {
		now = s.cfg.Clock
	}
	return now().UTC().Truncate(time.Microsecond)
}

// NextNumber returns the next number of the log's sequence, for people to use. Numbers that are not used leave gaps.
func (s *Store) NextNumber(ctx context.Context) (n int64, err error) {
	ctx, cancel := s.withAppendTimeout(ctx)
	defer cancel()
	if err := s.pools.Append.QueryRow(ctx, `select nextval('log.numbers')`).Scan(&n); err != nil {
		return 0, fmt.Errorf("next number: %w", err)
	}
	return n, nil
}

// Keyring returns the keys of the log.
func (s *Store) Keyring() *keyring.Keyring { return s.keyring }

// KeyedHash returns the HMAC-SHA-256 of the value in hex, with the version of the purpose's key that is in use. Equal values have equal hashes within
// a log; without the key nobody can find a value by trying values.
func (s *Store) KeyedHash(purpose, value string) string {
	return hex.EncodeToString(s.keyring.Hash(purpose, []byte(value)))
}

// KeyedHashes returns the keyed hashes of the value with every version of the purpose's key, first that of the version in use. What an earlier version
// signed, for example a link in a mail, is valid until that version is destroyed.
func (s *Store) KeyedHashes(purpose, value string) []string {
	var all []string
	for _, h := range s.keyring.Hashes(purpose, []byte(value)) {
		all = append(all, hex.EncodeToString(h.Sum))
	}
	return all
}
