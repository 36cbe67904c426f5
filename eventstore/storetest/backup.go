// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package storetest

import (
	"context"
	neturl "net/url"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Backup copies the database with this URL, which is its owner's, as it is now, and ends the connections to it for that. restore ends them
// again and puts the copy in the place of the database, as the restore of a backup does; it may be called once. A copy that is not restored
// is dropped when the test ends. change, unless it is nil, is called with the URL of the copy.
func Backup(t testing.TB, url string, change func(url string)) (restore func()) {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	name := config.Database
	copied := name + "_backup"
	config.Database = "postgres"
	execute := func(ctx context.Context, statements ...string) {
		t.Helper()
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(ctx))
		for _, sql := range statements {
			if _, err := conn.Exec(ctx, sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
	}
	endConnections := []string{
		`alter database ` + name + ` allow_connections false`,
		`select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '` + name + `'`,
	}
	execute(t.Context(), append(endConnections,
		`create database `+copied+` template `+name+` strategy file_copy`, `alter database `+name+` allow_connections true`)...)
	if change != nil {
		u, err := neturl.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + copied
		change(u.String())
	}
	restored := false
	t.Cleanup(func() {
		if !restored {
			execute(context.WithoutCancel(t.Context()), `drop database `+copied+` with (force)`)
		}
	})
	return func() {
		t.Helper()
		execute(t.Context(), append(endConnections, `drop database `+name, `alter database `+copied+` rename to `+name)...)
		restored = true
	}
}
