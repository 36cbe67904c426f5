// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package embedpg

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
)

// Pair is a primary server and its synchronous standby, for tests of failures: its servers can be killed, paused and promoted, and
// nothing restarts them. A pair may not be used by several goroutines at the same time. Linux only.
type Pair struct {
	cfg     Config
	primary *PairServer
	standby *PairServer // nil after Promote, until Rejoin
	former  *PairServer // the primary before Promote, until Rejoin
	count   int         // number of servers ever made; names their directories
}

// standbyName is the name under which a standby connects to its primary.
const standbyName = "standby"

// StartPair creates a primary with role and database sol, and a standby of it, each in a directory under Config.Dir. It returns when
// commits wait for the standby. Config.Unsafe makes the creation fast and lets the servers die with this process; Config.Settings can
// make the commits durable all the same.
func StartPair(ctx context.Context, cfg Config) (_ *Pair, err error) {
	p := &Pair{cfg: cfg}
	p.cfg.Settings = map[string]string{
		"wal_keep_size":               "256MB", // what a standby that was lost for a while needs
		"wal_retrieve_retry_interval": "1s",    // until a standby connects again to a primary that was restarted: commits wait for it
	}
	maps.Copy(p.cfg.Settings, cfg.Settings)
	defer func() {
		if err != nil {
			p.Stop()
		}
	}()
	p.primary = newPairServer(p.nextConfig())
	if err := p.primary.initialise(ctx); err != nil {
		return nil, fmt.Errorf("primary: %w", err)
	}
	if err := p.addStandby(ctx); err != nil {
		return nil, fmt.Errorf("standby: %w", err)
	}
	return p, nil
}

// Primary returns the server that accepts writes.
func (p *Pair) Primary() *PairServer { return p.primary }

// Standby returns the server that copies the primary. It is nil after Promote, until Rejoin.
func (p *Pair) Standby() *PairServer { return p.standby }

// Promote makes the standby, which must run, the primary, and returns when it accepts writes. It kills the old primary first, so that
// there are never two. Commits of the new primary wait for nobody until Rejoin; with SOL_DURABILITY=standby they are not acknowledged.
func (p *Pair) Promote(ctx context.Context) error {
	p.primary.Kill()
	if err := p.standby.execute(ctx, `select pg_promote()`); err != nil {
		return fmt.Errorf("promote: %w", err)
	}
	p.former, p.primary, p.standby = p.primary, p.standby, nil
	return nil
}

// Rejoin replaces the primary that Promote killed by a new standby, a copy of the present primary, and returns when commits wait for it.
func (p *Pair) Rejoin(ctx context.Context) error {
	if p.former == nil {
		return errors.New("rejoin: there was no promotion")
	}
	if err := errors.Join(p.former.close(), os.RemoveAll(p.former.server.dir)); err != nil {
		return fmt.Errorf("rejoin: %w", err)
	}
	p.former = nil
	if err := p.addStandby(ctx); err != nil {
		return fmt.Errorf("rejoin: %w", err)
	}
	return nil
}

// WaitForStandby waits until the standby has caught up with the primary, so that commits succeed again.
func (p *Pair) WaitForStandby(ctx context.Context) error {
	return p.primary.waitUntil(ctx, `select exists (select from pg_stat_replication where sync_state = 'sync' and state = 'streaming')`)
}

// Stop kills the servers and waits for their end. Their directories stay.
func (p *Pair) Stop() {
	for _, s := range []*PairServer{p.primary, p.standby, p.former} {
		if s != nil {
			_ = s.close() // the lock file of a directory that nobody uses any more
		}
	}
}

// addStandby starts a copy of the primary and makes the primary's commits wait for it.
func (p *Pair) addStandby(ctx context.Context) error {
	p.standby = newPairServer(p.nextConfig())
	if err := p.standby.copyFrom(ctx, p.primary); err != nil {
		return err
	}
	if err := p.primary.setSynchronousStandby(standbyName); err != nil {
		return err
	}
	return p.WaitForStandby(ctx)
}

// nextConfig returns the configuration of a further server.
func (p *Pair) nextConfig() Config {
	p.count++
	cfg := p.cfg
	cfg.Dir = filepath.Join(cfg.Dir, fmt.Sprintf("server%d", p.count))
	return cfg
}
