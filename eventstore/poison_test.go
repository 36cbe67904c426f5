// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// lockAllocator locks the allocator row until release is called. Meanwhile appends queue for one batch.
func lockAllocator(t *testing.T, db *storetest.DB) (release func()) {
	t.Helper()
	tx, err := storetest.Connect(t, db.URL).BeginTx(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from log.allocator for update`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Commit(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestInvalidAppendFailsAlone(t *testing.T) {
	db := storetest.New(t)
	mustAppend(t, db.Store, newAppend(newID(), 0, "warm"))
	badType, noData := newAppend(newID(), 0, "x"), newAppend(newID(), 0, "x")
	badType.Events[0].Type = "nul\x00byte"
	noData.Events[0].Data = nil
	badActor := newAppend(newID(), 0, "x")
	badActor.By.Entity = "\xff\xfe"
	conflict := newAppend(newID(), 3, "x")

	release := lockAllocator(t, db)
	var all sync.WaitGroup
	all.Go(func() { mustAppend(t, db.Store, newAppend(newID(), 0, "first in flight")) })
	storetest.WaitUntilBlocked(t, db.URL, 1) // further appends queue for the next batch
	for _, bad := range []eventstore.Append{badType, noData, badActor, conflict} {
		all.Go(func() {
			_, err := db.Store.Append(t.Context(), bad)
			if err == nil || errors.Is(err, eventstore.ErrUnavailable) {
				t.Errorf("invalid append: got %v, want an error other than ErrUnavailable", err)
			}
			if errors.Is(err, eventstore.ErrConflict) != (bad.ExpectedVersion == 3) {
				t.Errorf("expected version %d: got %v, want ErrConflict for version 3 only", bad.ExpectedVersion, err)
			}
		})
		for range 8 {
			all.Go(func() { mustAppend(t, db.Store, newAppend(newID(), 0, "good")) })
		}
	}
	release()
	all.Wait()
	if n := len(readLog(t, db.Store)); n != 34 {
		t.Errorf("got %d events, want 34: one before, one in flight, 32 queued with the invalid appends", n)
	}
}

func TestCancelledAppendFailsAlone(t *testing.T) {
	db := storetest.New(t)
	mustAppend(t, db.Store, newAppend(newID(), 0, "warm"))
	release := lockAllocator(t, db)
	var all sync.WaitGroup
	inFlight, cancelInFlight := context.WithCancel(t.Context())
	all.Go(func() {
		if _, err := db.Store.Append(inFlight, newAppend(newID(), 0, "in flight")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled in flight: got %v, want Canceled", err)
		}
	})
	storetest.WaitUntilBlocked(t, db.URL, 1)
	queued, cancelQueued := context.WithCancel(t.Context())
	all.Go(func() {
		if _, err := db.Store.Append(queued, newAppend(newID(), 0, "queued")); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while queued: got %v, want Canceled", err)
		}
	})
	for range 8 {
		all.Go(func() { mustAppend(t, db.Store, newAppend(newID(), 0, "good")) })
	}
	cancelInFlight()
	cancelQueued()
	release()
	all.Wait()
	for _, r := range readLog(t, db.Store) {
		if string(r.Data) == `"queued"` {
			t.Error("an append cancelled before it was sent is in the log")
		}
	}
}

func TestAppendTimesOut(t *testing.T) {
	db := storetest.New(t)
	node := db.OpenNode(t, func(c *eventstore.Config) {
		c.AppendTimeout, c.LockTimeout = 300*time.Millisecond, 100*time.Millisecond
	})
	// On a busy machine the timeout may be too short for any append, so this function retries, like clients.
	appendWithRetry := func(request eventstore.Append) (r eventstore.Result) {
		t.Helper()
		err := eventstore.ErrUnavailable
		for errors.Is(err, eventstore.ErrUnavailable) {
			r, err = node.Append(t.Context(), request)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	appendWithRetry(withCommand(newAppend(newID(), 0, "warm"), "warm", "body"))
	release := lockAllocator(t, db)
	request := withCommand(newAppend(newID(), 0, "late"), "late", "body")
	if _, err := node.Append(t.Context(), request); !errors.Is(err, eventstore.ErrUnavailable) {
		t.Errorf("while the allocator row is locked: got %v, want ErrUnavailable", err)
	}
	release()
	if r := appendWithRetry(request); r.Version != 1 || r.Position.N != 2 {
		t.Errorf("repeated afterwards: got %+v, want version 1 at position 2", r)
	}
}

func TestClosedStoreRefusesAppends(t *testing.T) {
	s := storetest.New(t).Store
	s.Close()
	if _, err := s.Append(t.Context(), newAppend(newID(), 0, "x")); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("append to a closed store: got %v, want ErrClosed", err)
	}
}
