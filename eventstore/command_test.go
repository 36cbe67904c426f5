// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

const day = 24 * time.Hour

// commandFixture is a log with a simulated clock, a node of this release and one that appends as the release before migration 00013.
type commandFixture struct {
	t     *testing.T
	db    *storetest.DB
	clock *storetest.Clock
	old   *eventstore.Store
}

func newCommandFixture(t *testing.T) *commandFixture {
	f := &commandFixture{t: t, clock: storetest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	withClock := func(c *eventstore.Config) { c.Clock = f.clock.Now }
	f.db = storetest.New(t, withClock)
	f.old = f.db.OpenNode(t, withClock)
	return f
}

// forget calls ForgetCommands and checks the number of commands that it forgets.
func (f *commandFixture) forget(want int64) {
	f.t.Helper()
	if n, err := f.db.Store.ForgetCommands(f.t.Context()); err != nil || n != want {
		f.t.Errorf("on %s: got %d forgotten commands, %v, want %d", f.clock.Now().Format(time.DateOnly), n, err, want)
	}
}

// checkFound checks that a command is found, or not, by a look-up, and if it is, by appends of both releases.
func (f *commandFixture) checkFound(a eventstore.Append, want bool) {
	f.t.Helper()
	date := f.clock.Now().Format(time.DateOnly)
	if _, found, err := f.db.Store.FindCommand(f.t.Context(), a.Command, a.RequestBody); err != nil || found != want {
		f.t.Errorf("on %s, %s: got found %v, %v, want %v", date, a.Command.Key, found, err, want)
		return
	}
	if !want {
		return
	}
	if _, _, err := f.db.Store.FindCommand(f.t.Context(), a.Command, []byte("other")); !errors.Is(err, eventstore.ErrKeyReused) {
		f.t.Errorf("on %s, %s with another body: got %v, want ErrKeyReused", date, a.Command.Key, err)
	}
	for release, do := range map[string]func(context.Context, eventstore.Append) (eventstore.Result, error){
		"this": f.db.Store.Append, "old": f.old.AppendAsBefore00013,
	} {
		if r, err := do(f.t.Context(), a); err != nil || !r.Repeated || r.Stream != a.Stream {
			f.t.Errorf("on %s, %s, %s release: got %+v, %v, want the first result", date, a.Command.Key, release, r, err)
		}
	}
}

// size returns the size of a table in bytes, by its object id, which it keeps when its name changes.
func (f *commandFixture) size(table uint32) (bytes int64) {
	f.t.Helper()
	if err := storetest.Connect(f.t, f.db.URL).QueryRow(f.t.Context(), `select pg_relation_size($1::oid)`, table).Scan(&bytes); err != nil {
		f.t.Fatal(err)
	}
	return bytes
}

// TestClientsCommandsAreForgotten checks that clients' commands are found for at least 90 days, also by a node of the release before, and
// forgotten when the newest command of their table is older; and that nothing remains of that table's content.
func TestClientsCommandsAreForgotten(t *testing.T) {
	f := newCommandFixture(t)
	command := func(key string) eventstore.Append { return withCommand(newAppend(newID(), 0, key), key, "body") }
	saga, first, late, atOld := command("saga"), command("first"), command("late"), command("at the old node")
	saga.Command.Permanent = true
	f.forget(0) // an empty log
	mustAppend(t, f.db.Store, saga)
	mustAppend(t, f.db.Store, first)
	if _, err := f.old.AppendAsBefore00013(t.Context(), atOld); err != nil {
		t.Fatal(err)
	}
	f.forget(0) // from here on new commands go to the other table
	f.clock.Advance(89 * day)
	mustAppend(t, f.db.Store, late)
	f.forget(0)
	for _, a := range []eventstore.Append{saga, first, late, atOld} {
		f.checkFound(a, true)
	}

	f.clock.Advance(2 * day)
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "moves the time of the log"))
	var filled uint32
	if err := storetest.Connect(t, f.db.URL).QueryRow(t.Context(), `select 'log.earlier_commands'::regclass::oid`).Scan(&filled); err != nil {
		t.Fatal(err)
	}
	if f.size(filled) == 0 {
		t.Error("before it is emptied: got a table of 0 bytes, want some")
	}
	f.forget(2) // on day 91
	f.forget(0)
	if bytes := f.size(filled); bytes != 0 {
		t.Errorf("emptied table: got %d bytes, want 0", bytes)
	}
	f.checkFound(first, false)
	f.checkFound(atOld, false)
	f.checkFound(late, true)
	f.checkFound(saga, true)
	again := first
	again.ExpectedVersion = 1
	if r := mustAppend(t, f.db.Store, again); r.Repeated || r.Version != 2 {
		t.Errorf("forgotten command: got %+v, want a new result", r)
	}

	f.clock.Advance(89 * day) // day 180: the newest command in the table of late is 89 days old
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "moves the time of the log"))
	f.forget(0)
	f.checkFound(late, true)
	f.clock.Advance(2 * day)
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "moves the time of the log"))
	f.forget(2) // late, and the append of day 91
	f.checkFound(late, false)
	f.checkFound(saga, true)
}

// TestOneNodeExchangesTables checks that a node does nothing while another one exchanges the tables of the commands, and gives up while a
// transaction reads them, so that appends go on.
func TestOneNodeExchangesTables(t *testing.T) {
	f := newCommandFixture(t)
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "forgotten at the end"))
	f.forget(0)
	f.clock.Advance(91 * day)
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "moves the time of the log"))
	other := storetest.Connect(t, f.db.URL)
	hold := func(statement string) (release func()) {
		tx, err := other.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		return func() { _ = tx.Rollback(t.Context()) }
	}

	release := hold(`select log.forget_commands()`)
	f.forget(0)
	release()

	release = hold(`select from log.earlier_commands`)
	var busy *pgconn.PgError
	if n, err := f.db.Store.ForgetCommands(t.Context()); !errors.As(err, &busy) || busy.Code != "55P03" { // lock_not_available
		t.Errorf("while a transaction reads: got %d, %v, want a lock timeout", n, err)
	}
	mustAppend(t, f.db.Store, newAppend(newID(), 0, "goes on"))
	release()
	f.forget(1)
}

// TestCommandsCountOnceWhileTablesAreExchanged gives each command on two of three nodes at once, one of which is of the release before.
// Meanwhile two nodes exchange the tables of the commands again and again. Time stands still while a command is given.
func TestCommandsCountOnceWhileTablesAreExchanged(t *testing.T) {
	const writers, exchanges = 6, 5
	f := newCommandFixture(t)
	node := f.db.OpenNode(t, func(c *eventstore.Config) { c.Clock = f.clock.Now })
	appends := []func(context.Context, eventstore.Append) (eventstore.Result, error){f.db.Store.Append, node.Append, f.old.AppendAsBefore00013}
	var clockHand sync.RWMutex // held for reading while a command is given
	var given, exchanged atomic.Int64
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			stream := newID()
			for round := 0; exchanged.Load() < exchanges; round++ {
				a := withCommand(newAppend(stream, round, "said"), fmt.Sprintf("%d-%d", w, round), "body")
				clockHand.RLock()
				ok := giveTwice(t, a, appends[(w+round)%3], appends[(w+round+1)%3])
				clockHand.RUnlock()
				if !ok {
					exchanged.Store(exchanges)
					return
				}
				given.Add(1)
			}
		})
	}
	for _, s := range []*eventstore.Store{f.db.Store, node} {
		all.Go(func() {
			for exchanged.Load() < exchanges {
				clockHand.Lock()
				f.clock.Advance(31 * day)
				clockHand.Unlock()
				n, err := s.ForgetCommands(t.Context())
				var busy *pgconn.PgError
				if err != nil && (!errors.As(err, &busy) || busy.Code != "55P03") { // lock_not_available: tried again
					t.Error(err)
					exchanged.Store(exchanges)
				}
				if n > 0 {
					exchanged.Add(1)
				}
			}
		})
	}
	all.Wait()
	if log := readLog(t, f.db.Store); int64(len(log)) != given.Load() {
		t.Errorf("got %d events, want %d, one for each command", len(log), given.Load())
	}
}

// giveTwice gives a command in two ways at once, and reports whether one of them stored it and the other got its result.
func giveTwice(t *testing.T, a eventstore.Append, ways ...func(context.Context, eventstore.Append) (eventstore.Result, error)) bool {
	var results [2]eventstore.Result
	var errs [2]error
	var both sync.WaitGroup
	for i, do := range ways {
		both.Go(func() { results[i], errs[i] = do(t.Context(), a) })
	}
	both.Wait()
	if errors.Join(errs[:]...) != nil || results[0].Repeated == results[1].Repeated || results[0].Position != results[1].Position {
		t.Errorf("%s: got %+v, %v, want the same result twice, once repeated", a.Command.Key, results, errs)
		return false
	}
	return true
}

// TestAppendFindsCommandsByIndex checks that the append statement looks up commands by the indexes of all their tables.
func TestAppendFindsCommandsByIndex(t *testing.T) {
	db := storetest.New(t)
	a := withCommand(newAppend(newID(), 0, "said"), "key", "body")
	plan, err := db.Store.ExplainAppend(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, lookup := range []string{
		"Index Scan using commands_pkey on commands", "Index Scan using client_commands_1 on recent_commands",
		"Index Scan using client_commands_2 on earlier_commands",
	} {
		if strings.Count(plan, lookup) != 1 {
			t.Errorf("got the plan\n%s\nwant one «%s»", plan, lookup)
		}
	}
}
