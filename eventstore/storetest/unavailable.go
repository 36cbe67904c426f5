// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// MakeUnavailable ends all connections to the database with this URL, which is its owner's, and refuses new ones until restore is called.
func MakeUnavailable(t testing.TB, url string) (restore func()) {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	name := config.Database
	config.Database = "postgres"
	execute := func(sql string) {
		t.Helper()
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	execute(`alter database ` + name + ` allow_connections false`)
	execute(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	return func() {
		t.Helper()
		execute(`alter database ` + name + ` allow_connections true`)
	}
}
