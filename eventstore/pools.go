// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"slices"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// appendSettings restrict the plan of the append statement to index look-ups and hash joins, also for tables that were never
// analysed: a generic plan that was made on an empty log must still be right on a full one.
var appendSettings = map[string]string{
	"plan_cache_mode":  "force_generic_plan",
	"enable_seqscan":   "off",
	"enable_nestloop":  "off",
	"enable_mergejoin": "off",
	"jit":              "off",
}

// openPools opens the pools of the node.
func (s *Store) openPools(ctx context.Context) (err error) {
	adjust := append(slices.Clone(s.cfg.Pools), s.adjustAppendPool)
	s.pools, err = pgpool.Open(ctx, pgpool.Config{
		URL: s.cfg.URL, Logins: s.cfg.Logins, RequestURL: s.cfg.RequestURL, Tracer: s.cfg.Tracer, Adjust: adjust, Durability: s.cfg.Durability,
	})
	return err
}

// adjustAppendPool sets what the connections for appends need besides pgpool.Specs.
func (s *Store) adjustAppendPool(spec *pgpool.Spec) {
	if spec.Name != pgpool.Append {
		return
	}
	spec.Settings, spec.Check = appendSettings, s.guard.Check
	spec.Lock, spec.Statement, spec.Idle = s.cfg.LockTimeout, 2*s.cfg.LockTimeout, s.cfg.LockTimeout
}

// Pools returns the pools of the node, for what is stored beside the log.
func (s *Store) Pools() *pgpool.Pools { return s.pools }
