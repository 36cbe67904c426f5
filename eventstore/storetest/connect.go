// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
)

// Connect returns a connection to the database with this URL, outside all pools, until the test ends. With the URL of a DB it has the rights
// of the database's owner, and sees what the roles of the pools may not see, for example in pg_stat_activity.
func Connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // its server may be dead
	return conn
}

// ConnectAs returns a connection as Connect does, of a login role, for example sol_viewer.
func ConnectAs(t testing.TB, url, login string) *pgx.Conn {
	t.Helper()
	return Connect(t, pgpool.TrustedLogins(url)[login])
}
