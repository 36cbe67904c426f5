// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"os"
	"testing"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/embedpg"
	"github.com/sol-assistenza/sol/migrations"
)

// ReplicatedDB is a migrated database on a primary server of the test's own with a synchronous standby. The test kills, pauses, restarts
// and promotes the servers: Primary and Standby return them.
type ReplicatedDB struct{ *embedpg.Pair }

// Replicated starts a primary and its synchronous standby, which run until the test ends, and migrates the database sol on them. The
// start takes some seconds. Commits are durable, unlike those of the server of New.
func Replicated(t testing.TB) *ReplicatedDB {
	t.Helper()
	dir, err := os.MkdirTemp("", "storetest-pair")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil { // the servers' user must pass through it
		t.Fatal(err)
	}
	pair, err := embedpg.StartPair(t.Context(), embedpg.Config{
		Dir: dir + "/pg", Unsafe: true,
		Settings: map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "off"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pair.Stop)
	db := &ReplicatedDB{pair}
	if err := migrations.Up(t.Context(), db.URL()); err != nil {
		t.Fatal(err)
	}
	return db
}

// URL returns the URL of the database on the present primary, for its owner. It stays the same when the primary restarts, and changes
// when the standby is promoted.
func (d *ReplicatedDB) URL() string { return d.Primary().URL("sol") }

// OpenNode opens a store on the present primary, like another node. It is closed when the test ends; the primary must accept
// connections by then, or have died.
func (d *ReplicatedDB) OpenNode(t testing.TB, options ...func(*eventstore.Config)) *eventstore.Store {
	t.Helper()
	db := DB{URL: d.URL()}
	return db.OpenNode(t, options...)
}

// Failover kills the primary and promotes the standby, which must run. URL returns the new primary then.
func (d *ReplicatedDB) Failover(t testing.TB) {
	t.Helper()
	if err := d.Promote(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}
