// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// WaitForTransactions waits until every transaction that is open in the database when it is called has ended. The test fails if one stays
// open, for example because it waits for the caller.
func (d *DB) WaitForTransactions(t testing.TB) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	const since = `select clock_timestamp()::text`
	const open = `
		select count(*) from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and xact_start <= $1::timestamptz`
	var now string
	if err := conn.QueryRow(t.Context(), since).Scan(&now); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "all transactions end", func() bool {
		var n int
		if err := conn.QueryRow(t.Context(), open, now).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n == 0
	})
}
