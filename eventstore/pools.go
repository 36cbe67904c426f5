// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// appendConns is the number of connections for appends. One batch is in flight per node; the other connections serve key
// look-ups, blobs and numbers.
const appendConns = 4

// appendSettings restrict the plan of the append statement to index look-ups and hash joins, also for tables that were never
// analysed: a generic plan that was made on an empty log must still be right on a full one.
var appendSettings = map[string]string{
	"plan_cache_mode":  "force_generic_plan",
	"enable_seqscan":   "off",
	"enable_nestloop":  "off",
	"enable_mergejoin": "off",
	"jit":              "off",
	// A node that vanishes without closing its connection must not keep the lock on the allocator row.
	"tcp_keepalives_idle":     "5",
	"tcp_keepalives_interval": "2",
	"tcp_keepalives_count":    "3",
}

// openPools opens the three pools. The sessions of the append pool have timeouts, so that a stalled one releases its locks.
func (s *Store) openPools(ctx context.Context) (err error) {
	settings := maps.Clone(appendSettings)
	lock := s.cfg.LockTimeout
	settings["lock_timeout"] = milliseconds(lock)
	settings["statement_timeout"] = milliseconds(2 * lock)
	settings["idle_in_transaction_session_timeout"] = milliseconds(lock)
	if s.appendPool, err = s.openPool(ctx, "sol_append", appendConns, settings); err != nil {
		return err
	}
	if s.workerPool, err = s.openPool(ctx, "sol_worker", s.cfg.WorkerConns, nil); err != nil {
		return err
	}
	s.requestPool, err = s.openPool(ctx, "sol_request", s.cfg.RequestConns, nil)
	return err
}

// closePools closes the pools that are open.
func (s *Store) closePools() {
	for _, p := range []*pgxpool.Pool{s.appendPool, s.workerPool, s.requestPool} {
		if p != nil {
			p.Close()
		}
	}
}

// openPool opens a pool whose sessions act as the role, so that statements have only the rights of the role. This limits
// mistakes, not attackers: `set role none` returns to the login role, which owns the tables.
func (s *Store) openPool(ctx context.Context, role string, conns int32, settings map[string]string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(s.cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	cfg.MaxConns, cfg.ConnConfig.Tracer = conns, s.cfg.Tracer
	maps.Copy(cfg.ConnConfig.RuntimeParams, settings)
	cfg.ConnConfig.RuntimeParams["role"] = role
	cfg.ConnConfig.RuntimeParams["application_name"] = "sol " + role
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("pool for %s: %w", role, err)
	}
	return pool, nil
}

// milliseconds returns a duration in milliseconds, as settings of Postgres need it.
func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
