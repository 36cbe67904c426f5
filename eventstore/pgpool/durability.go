// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"fmt"
)

// Durability names the failures that an acknowledged command survives. The server's settings decide it; CheckDurability compares them.
type Durability string

// The durabilities.
const (
	DurableLocally   Durability = "local"   // a crash of the server: the commit is on its disk
	DurableOnStandby Durability = "standby" // the loss of the server: a synchronous standby has the commit too
	NotChecked       Durability = "none"    // nothing is promised, for tests
)

// IsKept reports whether a commit on a server with these synchronous_standby_names survives what is promised. A promoted standby has none
// until it gets one of its own: what is committed there until then is not acknowledged.
func (d Durability) IsKept(standbys string) bool { return d != DurableOnStandby || standbys != "" }

// serverSettings are the settings of a server that decide about durability.
type serverSettings struct {
	fsync, commit, standbys string
	promoted                bool // the server was a standby before
}

// check returns an error that names the first setting that does not fit. A promoted server without a standby fits: nothing is acknowledged
// until it has one.
func (d Durability) check(s serverSettings) error {
	switch onStandby := d == DurableOnStandby; {
	case d == NotChecked:
		return nil
	case s.fsync != "on":
		return fmt.Errorf("durability %s: the server has fsync = %s: a crash would lose commits; want on", d, s.fsync)
	case s.commit == "off":
		return fmt.Errorf("durability %s: the server has synchronous_commit = off; want on", d)
	case onStandby && s.commit != "on" && s.commit != "remote_apply":
		return fmt.Errorf("durability %s: the server has synchronous_commit = %s: commits would not wait for the standby's disk; want on or remote_apply", d, s.commit)
	case !d.IsKept(s.standbys) && !s.promoted:
		return fmt.Errorf("durability %s: the server has no synchronous_standby_names: commits would wait for no standby", d)
	}
	return nil
}

// CheckDurability returns an error that names the first setting of the server that does not fit the configured durability.
func (p *Pools) CheckDurability(ctx context.Context) error {
	if p.durability == NotChecked {
		return nil
	}
	var s serverSettings
	err := p.Append.QueryRow(ctx, `
		select max(reset_val) filter (where name = $1), max(reset_val) filter (where name = $2), max(reset_val) filter (where name = $3),
			not pg_is_in_recovery() and pg_walfile_name(pg_current_wal_lsn()) > $4 -- the timeline: each promotion raises it
		from pg_settings`, "fsync", "synchronous_commit", "synchronous_standby_names", "00000002").Scan(&s.fsync, &s.commit, &s.standbys, &s.promoted)
	if err != nil {
		return fmt.Errorf("check durability: %w", err)
	}
	return p.durability.check(s)
}
