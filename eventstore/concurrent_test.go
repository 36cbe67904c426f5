// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// writerGroup runs concurrent writers on two nodes. Each writer appends to its own stream; some also append to a shared stream. Every
// command is sent twice, the second time to the other node.
type writerGroup struct {
	nodes          [2]*eventstore.Store
	writers        int
	rounds         int
	serverRestarts bool // the server is killed during the run: reads may fail
	shared         string
	acked          sync.Map     // command key -> eventstore.Result
	appends        atomic.Int64 // number of acknowledged appends, without repetitions
}

func (c *writerGroup) writesToShared(writer, round int) bool { return writer%4 == 0 && round%5 == 4 }

func (c *writerGroup) run(t *testing.T) {
	mustAppend(t, c.nodes[0], newAppend(c.shared, 0, "opened"))
	var all sync.WaitGroup
	for w := range c.writers {
		all.Go(func() {
			own, version := newID(), 0
			for round := range c.rounds {
				key := fmt.Sprintf("%d-%d", w, round)
				node, other := c.nodes[(w+round)%2], c.nodes[(w+round+1)%2]
				a := newAppend(own, version, key, key+"b")
				if c.writesToShared(w, round) {
					a = newAppend(c.shared, 1, key)
				} else {
					version += 2
				}
				first, ok := c.appendWithRetry(t, node, withCommand(a, key, key))
				if !ok {
					return
				}
				again, err := other.Append(t.Context(), withCommand(a, key, key))
				if err != nil || !again.Repeated || again.Position != first.Position || again.Version != first.Version {
					t.Errorf("%s: got %+v, %v, want the first result %+v", key, again, err, first)
				}
				c.acked.Store(key, first)
				c.appends.Add(1)
			}
		})
	}
	all.Wait()
}

// appendWithRetry appends, and retries at the current version after a conflict, like a dispatcher. Only the shared stream may have
// conflicts.
func (c *writerGroup) appendWithRetry(t *testing.T, s *eventstore.Store, a eventstore.Append) (eventstore.Result, bool) {
	for {
		r, err := s.Append(t.Context(), a)
		if err == nil {
			return r, true
		}
		if !errors.Is(err, eventstore.ErrConflict) || a.Stream != c.shared {
			t.Errorf("append: %v", err)
			return r, false
		}
		records, err := s.ReadStream(t.Context(), c.shared)
		if err == nil {
			a.ExpectedVersion = len(records)
		} else if !c.serverRestarts {
			t.Error(err)
			return r, false
		}
	}
}

// check compares the log with the acknowledged appends: no event is missing, and none is stored twice.
func (c *writerGroup) check(t *testing.T) {
	t.Helper()
	log := readLog(t, c.nodes[0])
	recordsByText := make(map[string][]eventstore.Record)
	versions := make(map[string]int)
	last := time.Time{}
	for i, r := range log {
		if r.Position != int64(i)+1 || r.At.Before(last) {
			t.Fatalf("event %d: got position %d, recorded at %v, want position %d, not before %v", i+1, r.Position, r.At, i+1, last)
		}
		if versions[r.Stream]++; r.Version != versions[r.Stream] {
			t.Fatalf("stream %s: got version %d, want %d", r.Stream, r.Version, versions[r.Stream])
		}
		last = r.At
		text := string(r.Data[1 : len(r.Data)-1])
		recordsByText[text] = append(recordsByText[text], r)
	}
	c.acked.Range(func(key, value any) bool {
		found, result := recordsByText[key.(string)], value.(eventstore.Result)
		if len(found) != 1 {
			t.Errorf("%s: got %d events in the log, want 1", key, len(found))
		} else if found[0].Position > result.Position.N || !found[0].At.Equal(result.At) {
			t.Errorf("%s: got stored event %+v, want the acknowledged %+v", key, found[0], result)
		}
		return true
	})
	if got, want := c.appends.Load(), int64(c.writers*c.rounds); got != want {
		t.Errorf("got %d acknowledged appends, want %d", got, want)
	}
	events := 1 // the first event of the shared stream
	for round := range c.rounds {
		for w := range c.writers {
			events += 2
			if c.writesToShared(w, round) {
				events--
			}
		}
	}
	if len(log) != events {
		t.Errorf("got %d events in the log, want %d", len(log), events)
	}
}

// tailLog reads new events on a node, until end is set and reached.
func tailLog(ctx context.Context, t *testing.T, s *eventstore.Store, end *atomic.Int64, seen *[]eventstore.Record) {
	for after := int64(0); ; after = int64(len(*seen)) {
		if stop := end.Load(); stop > 0 && after >= stop {
			return
		}
		if err := s.WaitForHead(ctx, after); err != nil {
			t.Errorf("reader: %v", err)
			return
		}
		records, err := s.Read(ctx, after, 97) // refuses any gap
		if err != nil {
			t.Errorf("reader: %v", err)
			return
		}
		*seen = append(*seen, records...)
	}
}

func TestConcurrentWritersOnTwoNodes(t *testing.T) {
	db := storetest.New(t)
	c := &writerGroup{nodes: [2]*eventstore.Store{db.Store, db.OpenNode(t)}, writers: 48, rounds: 30, shared: newID()}
	reader := db.OpenNode(t) // gets new positions by NOTIFY messages and polling only

	var readers sync.WaitGroup
	var end atomic.Int64
	var seen []eventstore.Record
	readers.Go(func() { tailLog(t.Context(), t, reader, &end, &seen) })

	// Every snapshot contains the positions from 1 to its highest without a gap.
	checking, stop := context.WithCancel(t.Context())
	conn := storetest.Connect(t, db.URL)
	readers.Go(func() {
		for at := int64(0); db.Store.WaitForHead(checking, at) == nil; {
			at = checkNoGaps(t, conn)
		}
	})
	c.run(t)
	stop()
	c.check(t)
	log := readLog(t, c.nodes[1])
	end.Store(int64(len(log)))
	mustAppend(t, db.Store, newAppend(newID(), 0, "wakes the reader if it has read everything already"))
	readers.Wait()
	for i, r := range log {
		if seen[i].Position != r.Position || seen[i].Hash != r.Hash {
			t.Fatalf("reader at position %d: got %+v, want %+v", i+1, seen[i], r)
		}
	}
}

// TestAppendsSurviveKilledBackends checks that an append is acknowledged only when its outcome is known: a killed backend may have
// committed or not.
func TestAppendsSurviveKilledBackends(t *testing.T) {
	db := storetest.New(t)
	c := &writerGroup{nodes: [2]*eventstore.Store{db.Store, db.OpenNode(t)}, writers: 24, rounds: 50, shared: newID()}
	conn := storetest.Connect(t, db.URL)
	killed := 0
	load, stop := context.WithCancel(t.Context())
	var killing sync.WaitGroup
	killing.Go(func() {
		const calm = 40 // number of events between two kills, so that appends can succeed
		for after := int64(0); db.Store.WaitForHead(load, after) == nil; {
			var head int64
			var n int
			err := conn.QueryRow(t.Context(), `
				select (select head from log.logs), count(pg_terminate_backend(pid)) from pg_stat_activity
				where datname = current_database() and state = 'active' and query like '%allocator%'
					and pid <> pg_backend_pid()`).Scan(&head, &n)
			if err != nil {
				t.Errorf("kill: %v", err)
				return
			}
			if after = head; n > 0 {
				killed, after = killed+n, head+calm
			}
		}
	})
	c.run(t)
	stop()
	killing.Wait()
	if killed == 0 {
		t.Error("no backend was killed during an append: the test proves nothing")
	}
	t.Logf("%d backends killed", killed)
	c.check(t)
}

// checkNoGaps checks that a snapshot contains all positions from 1 to the head, and returns the head.
func checkNoGaps(t *testing.T, conn *pgx.Conn) (head int64) {
	var count, highest int64
	err := conn.QueryRow(t.Context(), `
		select count(*), coalesce(max(position), 0), (select head from log.logs) from log.events`).Scan(&count, &highest, &head)
	if err != nil || count != highest || highest != head {
		t.Errorf("snapshot: got %d events up to position %d at head %d, %v, want no gap", count, highest, head, err)
	}
	return head
}
