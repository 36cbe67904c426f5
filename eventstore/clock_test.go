// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// within tells whether two readings of clocks that agree could be these.
func within(a, b time.Time) bool { return a.Sub(b).Abs() < 5*time.Second }

// A hold that one node ends and another undoes is over at the same moment for both.
func TestNodesGoByTheDatabasesClock(t *testing.T) {
	db := storetest.New(t)
	var wrong atomic.Int64
	wrong.Store(int64(-time.Hour))
	wall := func() time.Time { return time.Now().Add(time.Duration(wrong.Load())) }
	node := db.Node(t, func(c *eventstore.Config) { c.Wall(wall, 10*time.Millisecond) })
	if r := mustAppend(t, node, said(newID(), 0, "x")); !within(node.Now(), r.At) {
		t.Errorf("an hour behind: now %v, recorded at %v", node.Now(), r.At)
	}
	wrong.Store(int64(time.Hour)) // somebody sets it while the node runs
	for deadline := time.Now().Add(30 * time.Second); !within(node.Now(), db.Store.Now()); {
		if time.Now().After(deadline) {
			t.Fatalf("an hour ahead: now %v, elsewhere %v", node.Now(), db.Store.Now())
		}
	}
}

func TestAClockThatIsGivenIsNotCorrected(t *testing.T) {
	then := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return then } })
	if now := db.Store.Now(); !now.Equal(then) {
		t.Errorf("now %v, want %v", now, then)
	}
}
