// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// StallAppends locks the row of a stream in the database with this URL, which is its owner's: an append to the stream gets its time, and is
// not committed before release is called. Until then no other append or tick is committed either.
func StallAppends(t testing.TB, url, stream string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), `select from log.streams where id = $1 for update`, stream)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = conn.Close(context.WithoutCancel(t.Context())) } // rolls back
}

// WaitUntilBlocked returns when at least n backends of the database with this URL wait for a lock.
func WaitUntilBlocked(t testing.TB, url string, n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	Eventually(t, "backends wait for a lock", func() bool {
		var waiting int
		err := conn.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		return waiting >= n
	})
}
