// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest_test

import (
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

// TestReplicated takes the pair through each of its failures: commits wait while the standby is lost or paused, a primary that was killed
// and restarted has its data, and so has a standby that was promoted.
func TestReplicated(t *testing.T) {
	db := storetest.Replicated(t)
	count := func() (n int) {
		t.Helper()
		conn := storetest.Connect(t, db.URL())
		if err := conn.QueryRow(t.Context(), `select count(*) from written`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	write := func() <-chan error { // a commit that may wait
		conn := storetest.Connect(t, db.URL())
		done := make(chan error, 1)
		go func() {
			_, err := conn.Exec(t.Context(), `insert into written default values`)
			done <- err
		}()
		return done
	}
	waits := func(commit <-chan error) { // the row is written and its commit waits for the standby
		t.Helper()
		conn := storetest.Connect(t, db.URL())
		storetest.Eventually(t, "the commit waits for the standby", func() (waiting bool) {
			select {
			case err := <-commit:
				t.Fatalf("got an end of the commit (%v), want it to wait", err)
			default:
			}
			err := conn.QueryRow(t.Context(), `select exists (select from pg_stat_activity where wait_event = 'SyncRep')`).Scan(&waiting)
			if err != nil {
				t.Fatal(err)
			}
			return waiting
		})
	}
	succeeds := func(commit <-chan error) {
		t.Helper()
		if err := <-commit; err != nil {
			t.Fatal(err)
		}
	}

	if _, err := storetest.Connect(t, db.URL()).Exec(t.Context(), `create table written (n integer generated always as identity)`); err != nil {
		t.Fatal(err)
	}
	succeeds(write())

	db.Standby().Pause()
	paused := write()
	waits(paused)
	db.Standby().Resume()
	succeeds(paused)

	db.Standby().Kill()
	lost := write()
	waits(lost)
	must(t, db.Standby().Start(t.Context()))
	succeeds(lost)

	db.Primary().Pause()
	db.Primary().Kill()
	must(t, db.Primary().Start(t.Context()))
	must(t, db.WaitForStandby(t.Context()))
	succeeds(write())
	if n := count(); n != 4 {
		t.Fatalf("after a crash: got %d rows, want 4", n)
	}

	before := db.URL()
	db.Failover(t)
	if db.URL() == before {
		t.Fatal("got the URL of the old primary after the promotion, want another one")
	}
	succeeds(write())
	if n := count(); n != 5 {
		t.Fatalf("after a promotion: got %d rows, want 5", n)
	}
	must(t, db.Rejoin(t.Context()))
	db.Standby().Kill()
	unacknowledged := write()
	waits(unacknowledged)
	db.Primary().Kill()
	if err := <-unacknowledged; err == nil {
		t.Error("got an acknowledged commit without a standby, want none")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
