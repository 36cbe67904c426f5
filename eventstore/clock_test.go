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

// inexact is by how much two readings of clocks that agree may differ: each node measures the way to the database.
const inexact = 5 * time.Second

// closeTo tells whether two readings could be of clocks that agree.
func closeTo(a, b time.Time) bool { return a.Sub(b).Abs() < inexact }

// A hold that one node ends and another undoes is over at the same moment for both.
func TestNodesUseTheDatabaseClock(t *testing.T) {
	db := storetest.New(t)
	var wrong atomic.Int64
	wrong.Store(int64(-time.Hour))
	wall := func() time.Time { return time.Now().Add(time.Duration(wrong.Load())) }
	node := db.OpenNode(t, func(c *eventstore.Config) { c.SetLocalClock(wall, 10*time.Millisecond) })
	begun := db.Store.Now()
	r := mustAppend(t, node, newAppend(newID(), 0, "x"))
	now, ended := node.Now(), db.Store.Now() // however long that took
	for what, at := range map[string]time.Time{"recorded at": r.At, "now": now} {
		if at.Before(begun.Add(-inexact)) || at.After(ended.Add(inexact)) {
			t.Errorf("an hour behind: %s %v, elsewhere from %v to %v", what, at, begun, ended)
		}
	}
	wrong.Store(int64(time.Hour)) // somebody sets it while the node runs
	storetest.Eventually(t, "an hour ahead: the node corrects its clock", func() bool { return closeTo(node.Now(), db.Store.Now()) })
}

func TestConfiguredClockIsNotCorrected(t *testing.T) {
	then := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return then } })
	if now := db.Store.Now(); !now.Equal(then) {
		t.Errorf("now %v, want %v", now, then)
	}
}
