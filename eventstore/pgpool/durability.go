// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore

import (
	"context"
	"fmt"
)

// Durability names the failures that an acknowledged command survives. The server's settings decide it; the store checks them when it opens.
type Durability string

// The durabilities.
const (
	DurableLocally   Durability = "local"   // a crash of the server: the commit is on its disk
	DurableOnStandby Durability = "standby" // the loss of the server: a synchronous standby has the commit too
	NotChecked       Durability = "none"    // nothing is promised, for tests
)

// checkDurability returns an error that names the first setting of the server that does not fit Config.Durability.
func (s *Store) checkDurability(ctx context.Context) error {
	if s.cfg.Durability == NotChecked {
		return nil
	}
	var fsync, commit, standbys string
	err := s.pools.Append.QueryRow(ctx, `
		select max(reset_val) filter (where name = $1), max(reset_val) filter (where name = $2), max(reset_val) filter (where name = $3)
		from pg_settings`, "fsync", "synchronous_commit", "synchronous_standby_names").Scan(&fsync, &commit, &standbys)
	switch onStandby := s.cfg.Durability == DurableOnStandby; {
	case err != nil:
		return fmt.Errorf("check durability: %w", err)
	case fsync != "on":
		return fmt.Errorf("durability %s: the server has fsync = %s: a crash would lose commits; want on", s.cfg.Durability, fsync)
	case commit == "off":
		return fmt.Errorf("durability %s: the server has synchronous_commit = off; want on", s.cfg.Durability)
	case onStandby && commit != "on" && commit != "remote_apply":
		return fmt.Errorf("durability %s: the server has synchronous_commit = %s: commits would not wait for the standby's disk; want on or remote_apply", s.cfg.Durability, commit)
	case onStandby && standbys == "":
		return fmt.Errorf("durability %s: the server has no synchronous_standby_names: commits would wait for no standby", s.cfg.Durability)
	}
	return nil
}
