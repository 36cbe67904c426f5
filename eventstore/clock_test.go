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

// tolerance is the maximum difference between the readings of two synchronized clocks. It is large, because a slow round trip to the
// database makes the synchronization inexact.
const tolerance = 5 * time.Second

// closeTo reports whether two readings can come from synchronized clocks.
func closeTo(a, b time.Time) bool { return a.Sub(b).Abs() < tolerance }

// TestNodesUseDatabaseClock checks that a node with a wrong clock uses the database's time, so that a hold ends at the same moment on
// all nodes.
func TestNodesUseDatabaseClock(t *testing.T) {
	db := storetest.New(t)
	var deviation atomic.Int64 // of the node's clock
	deviation.Store(int64(-30 * time.Minute))
	wall := func() time.Time { return time.Now().Add(time.Duration(deviation.Load())) }
	node := db.OpenNode(t, func(c *eventstore.Config) { c.SetLocalClock(wall, 10*time.Millisecond) })
	begun := db.Store.Now()
	r := mustAppend(t, node, newAppend(newID(), 0, "x"))
	now, ended := node.Now(), db.Store.Now()
	for what, at := range map[string]time.Time{"recorded at": r.At, "now": now} {
		if at.Before(begun.Add(-tolerance)) || at.After(ended.Add(tolerance)) {
			t.Errorf("clock half an hour slow: got %s %v, want a time from %v to %v", what, at, begun, ended)
		}
	}
	deviation.Store(int64(30 * time.Minute)) // the clock is set while the node runs
	storetest.Eventually(t, "the node corrects a clock that is half an hour fast", func() bool { return closeTo(node.Now(), db.Store.Now()) })
}

func TestConfiguredClockIsNotCorrected(t *testing.T) {
	then := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return then } })
	if now := db.Store.Now(); !now.Equal(then) {
		t.Errorf("got %v, want %v", now, then)
	}
}

// TestSlowNodeWakesFastNode checks that a node with a slow clock, which did not see what another node published before, wakes that node.
func TestSlowNodeWakesFastNode(t *testing.T) {
	db := storetest.New(t)
	withSkew := func(skew time.Duration) func(*eventstore.Config) {
		return func(c *eventstore.Config) {
			c.SetLocalClock(func() time.Time { return time.Now().Add(skew) }, time.Minute)
		}
	}
	fast := db.OpenNode(t, withSkew(5*time.Minute))
	fast.Publish("topic")
	slow := db.OpenNode(t, withSkew(-5*time.Minute))
	changed := fast.Subscribe("topic")
	storetest.Eventually(t, "the fast node is woken", func() bool {
		slow.Publish("topic") // the fast node may not listen yet
		select {
		case <-changed:
			return true
		default:
			return false
		}
	})
}
