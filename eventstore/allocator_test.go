// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestAppendsLeaveOneVersionOfTheAllocator appends on two nodes while a transaction keeps the snapshot with which it began. Positions
// are dense, times never decrease, and the allocator's row is the one of the start: a new version of it would stay until that
// transaction ends, and each append would scan all of them.
func TestAppendsLeaveOneVersionOfTheAllocator(t *testing.T) {
	db := storetest.New(t)
	c := &writerGroup{nodes: [2]*eventstore.Store{db.Store, db.OpenNode(t)}, writers: 8, rounds: 20, shared: newID()}
	tx, err := storetest.Connect(t, db.URL).BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), `select from log.allocator`); err != nil {
		t.Fatal(err)
	}
	conn := storetest.Connect(t, db.URL)
	place := func() (ctid string) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `select ctid::text from log.allocator`).Scan(&ctid); err != nil {
			t.Fatal(err)
		}
		return ctid
	}
	before := place()

	c.run(t)

	c.check(t)
	if after := place(); after != before {
		t.Errorf("allocator: got the row version %s, want %s as before the appends", after, before)
	}
	var head int64
	if err := tx.QueryRow(t.Context(), `select head from log.logs`).Scan(&head); err != nil || head != 0 {
		t.Errorf("in the open transaction: got head %d, %v, want 0", head, err)
	}
}

// TestAppendsBesideANodeOfTheReleaseBefore appends with the statement of the release before migration 00013 beside that of this one.
func TestAppendsBesideANodeOfTheReleaseBefore(t *testing.T) {
	db := storetest.New(t)
	old := db.OpenNode(t)
	const rounds, writers = 30, 6
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			stream := newID()
			for round := range rounds {
				a := newAppend(stream, round, "said")
				a.Events[0].Personal = []byte(`"personal"`)
				a = withCommand(a, fmt.Sprintf("%d-%d", w, round), "body")
				do, again := db.Store.Append, old.AppendAsBefore00013
				if (w+round)%2 == 0 {
					do, again = again, do
				}
				first, err := do(t.Context(), a)
				if err != nil || first.Repeated || first.Version != round+1 {
					t.Errorf("writer %d, round %d: got %+v, %v, want version %d", w, round, first, err, round+1)
					return
				}
				repeated, err := again(t.Context(), a)
				if err != nil || !repeated.Repeated || repeated.Position != first.Position {
					t.Errorf("writer %d, round %d, by the other release: got %+v, %v, want the first result %+v", w, round, repeated, err, first)
				}
			}
		})
	}
	all.Wait()
	log := readLog(t, db.Store) // refuses a gap
	if len(log) != rounds*writers {
		t.Errorf("got %d events, want %d", len(log), rounds*writers)
	}
	for i, r := range log[1:] {
		if r.At.Before(log[i].At) {
			t.Errorf("event %d: got recorded at %v, want not before %v", r.Position, r.At, log[i].At)
		}
	}
	head, at, err := db.Store.Head(t.Context())
	if err != nil || head.N != rounds*writers || !at.Equal(log[len(log)-1].At) {
		t.Errorf("got head %v at %v, %v, want the last event", head, at, err)
	}
}
