// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// patient makes a node wait long for locks, so that a slow machine does not end what a test stalls.
func patient(c *eventstore.Config) { c.LockTimeout, c.AppendTimeout = 2*time.Minute, 2*time.Minute }

func TestSettleWaitsForASlowCommit(t *testing.T) {
	db := storetest.New(t, patient)
	other := db.OpenNode(t, patient)
	stream := newID()
	mustAppend(t, db.Store, newAppend(stream, 0, "begun"))
	for range 5 {
		version := len(readLog(t, db.Store))
		release := storetest.StallAppends(t, db.URL, stream)
		var all sync.WaitGroup
		var slow eventstore.Result
		all.Go(func() { slow = mustAppend(t, db.Store, newAppend(stream, version, "slow")) })
		storetest.WaitUntilBlocked(t, db.URL, 1)

		moment := other.Now().Add(time.Second) // later than the time of the slow append, whatever the error of the clock
		var settled error
		var seen int
		all.Go(func() {
			settled = other.Settle(t.Context(), moment)
			seen = len(readLog(t, other))
		})
		storetest.WaitUntilBlocked(t, db.URL, 2) // the tick waits too
		release()
		all.Wait()

		if settled != nil || seen != version+1 {
			t.Errorf("settled %v: got %v and %d events, want the slow append among %d", moment, settled, seen, version+1)
		}
		if slow.At.After(moment) {
			t.Errorf("got the slow append at %v, want a time before %v: the test proves nothing", slow.At, moment)
		}
		for name, node := range map[string]*eventstore.Store{"same node": other, "other node": db.Store} {
			a := newAppend(newID(), 0, "late")
			a.NotAfter = moment.Truncate(time.Microsecond)
			if _, err := node.Append(t.Context(), a); !errors.Is(err, eventstore.ErrTooLate) {
				t.Errorf("%s: append not after %v: got %v, want ErrTooLate", name, moment, err)
			}
		}
	}
}

func TestNotAfterLimitsTheTime(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := storetest.New(t, func(c *eventstore.Config) { c.Clock = func() time.Time { return now } }).Store
	stream := newID()
	limited := func(expected int, limit time.Time) error {
		a := withCommand(newAppend(stream, expected, "x"), limit.String(), "body")
		a.NotAfter = limit
		_, err := s.Append(t.Context(), a)
		return err
	}
	if err := limited(0, now.Add(-time.Microsecond)); !errors.Is(err, eventstore.ErrTooLate) {
		t.Errorf("limit before the time: got %v, want ErrTooLate", err)
	}
	if err := limited(1, now.Add(-time.Microsecond)); !errors.Is(err, eventstore.ErrConflict) {
		t.Errorf("wrong version and limit before the time: got %v, want ErrConflict", err)
	}
	if err := limited(0, now); err != nil {
		t.Errorf("limit at the time: got %v, want none", err)
	}
	now = now.Add(time.Hour)
	if err := limited(0, now.Add(-time.Hour)); err != nil {
		t.Errorf("repetition after the limit: got %v, want the first result", err)
	}
}

// TestSettledTimeGoesOnWithoutCommits checks that readers neither wait for a log that cannot commit nor see a time that is not settled.
func TestSettledTimeGoesOnWithoutCommits(t *testing.T) {
	db := storetest.New(t, patient)
	before := db.Store.SettledTime(t.Context())
	release := lockAllocator(t, db)
	locked := db.Store.Now()
	for range 20 {
		if got := db.Store.SettledTime(t.Context()); got.Before(before) || got.After(locked.Add(tolerance)) {
			t.Fatalf("while nothing commits: got %v, want a time from %v to %v", got, before, locked)
		}
	}
	stuck := db.Store.SettledTime(t.Context())
	release()
	storetest.Eventually(t, "the settled time moves on", func() bool { return db.Store.SettledTime(t.Context()).After(stuck) })
	if got, now := db.Store.SettledTime(t.Context()), db.Store.Now(); got.After(now) {
		t.Errorf("got %v, want a time before the present %v", got, now)
	}
}

func TestTicksAreForgottenExceptTheNewest(t *testing.T) {
	db := storetest.New(t)
	conn := storetest.Connect(t, db.URL)
	count := func() (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `select count(*) from log.ticks`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	if n := count(); n != 0 {
		t.Errorf("before anybody asks: got %d ticks, want none", n)
	}
	for range 3 {
		if err := db.Store.Settle(t.Context(), db.Store.Now()); err != nil {
			t.Fatal(err)
		}
	}
	ticks := count()
	_, last, err := db.Store.Head(t.Context())
	if err != nil || ticks < 3 {
		t.Fatalf("got %d ticks, %v, want one for each time", ticks, err)
	}
	forgotten, err := db.Store.ForgetTicks(t.Context())
	if err != nil || forgotten != int64(ticks-1) || count() != 1 {
		t.Errorf("got %d forgotten, %v, %d left, want one left", forgotten, err, count())
	}
	if _, at, err := db.Store.Head(t.Context()); err != nil || !at.Equal(last) {
		t.Errorf("got the log's time %v, %v, want %v as before", at, err, last)
	}
}

// TestBarrierWaitsForACommit checks that a barrier is a commit that began after the call.
func TestBarrierWaitsForACommit(t *testing.T) {
	db := storetest.New(t, patient)
	mustAppend(t, db.Store, newAppend(newID(), 0, "x"))
	release := lockAllocator(t, db)
	passed := make(chan error, 1)
	go func() { passed <- db.Store.Barrier(t.Context()) }()
	storetest.WaitUntilBlocked(t, db.URL, 1)
	select {
	case err := <-passed:
		t.Errorf("while the allocator is locked: got %v, want no answer", err)
	default:
	}
	release()
	if err := <-passed; err != nil {
		t.Error(err)
	}
	if log := readLog(t, db.Store); len(log) != 1 {
		t.Errorf("got %d events, want a barrier to store none", len(log))
	}
	db.Store.Close()
	if err := db.Store.Barrier(t.Context()); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("closed store: got %v, want ErrClosed", err)
	}
}

// TestClockThatRanAhead sets the log's time ahead of the clock, as a clock does that is set back later.
func TestClockThatRanAhead(t *testing.T) {
	db := storetest.New(t)
	if ahead := db.Store.ClockAhead(); ahead != 0 {
		t.Errorf("at first: got %v ahead, want 0", ahead)
	}
	var last time.Time
	err := storetest.Connect(t, db.URL).QueryRow(t.Context(), `insert into log.ticks values (clock_timestamp() + interval '30 minutes') returning at`).
		Scan(&last)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r := mustAppend(t, db.Store, newAppend(newID(), 0, "x")); !r.At.Equal(last) {
			t.Errorf("got recorded at %v, want the log's time %v, which never decreases", r.At, last)
		}
	}
	if ahead := db.Store.ClockAhead(); ahead < 20*time.Minute || ahead > 31*time.Minute {
		t.Errorf("got %v ahead, want about 30 minutes", ahead)
	}
	if got, now := db.Store.SettledTime(t.Context()), db.Store.Now(); got.After(now) {
		t.Errorf("settled time: got %v, want none after the present %v", got, now)
	}
}

// TestDatabaseClockIsNotFollowedFarAhead checks that the log's time does not follow a database whose clock is hours ahead of the node's.
func TestDatabaseClockIsNotFollowedFarAhead(t *testing.T) {
	db := storetest.New(t)
	slow := func() time.Time { return time.Now().Add(-3 * time.Hour) } // as seen from here, the database is three hours ahead
	node := db.OpenNode(t, func(c *eventstore.Config) { c.SetLocalClock(slow, time.Minute) })
	r := mustAppend(t, node, newAppend(newID(), 0, "x"))
	if limit := slow().Add(time.Hour); r.At.After(limit) {
		t.Errorf("got recorded at %v, want at most one hour after the node's clock, %v", r.At, limit)
	}
	if offset := node.ClockOffset(); offset < 2*time.Hour || offset > 4*time.Hour {
		t.Errorf("got the database's clock %v ahead, want about three hours", offset)
	}
}
