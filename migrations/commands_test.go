// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// TestStoredCommandsAreKept applies the migration of the commands to a log with commands, while a transaction that has read them stays open,
// and checks that they are found, for 90 days or for ever, and then forgotten.
func TestStoredCommandsAreKept(t *testing.T) {
	url := storetest.Empty(t)
	before := fstest.MapFS{}
	names, err := fs.Glob(migrations.Files(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name >= "00019" {
			break
		}
		text, err := fs.ReadFile(migrations.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: text}
	}
	if err := migrations.UpFiles(t.Context(), url, before); err != nil {
		t.Fatal(err)
	}
	conn := storetest.Connect(t, url)
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`insert into log.commands (id, stream, version, position, at, permanent) values
		('00000000-0000-0000-0000-000000000001', gen_random_uuid(), 1, 1, '2026-01-01', true),
		('00000000-0000-0000-0000-000000000002', gen_random_uuid(), 1, 2, '2026-01-01', false),
		('00000000-0000-0000-0000-000000000003', gen_random_uuid(), 1, 3, '2026-01-03', false)`)
	reading, err := storetest.Connect(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Rollback(t.Context()) }()
	if _, err := reading.Exec(t.Context(), `select from log.commands`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), url); err != nil { // the transaction does not keep it waiting
		t.Fatal(err)
	}
	if err := reading.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}

	exec(`set role sol_worker`)
	exec(`delete from log.commands where not permanent and at < '2025-12-31'`) // by a node of the release before: it may, also in the new tables
	exec(`reset role`)
	forget := func(today string, want int, left ...string) {
		t.Helper()
		exec(`insert into log.ticks values ('` + today + `')`)
		exec(`set role sol_worker`)
		var forgotten int
		if err := conn.QueryRow(t.Context(), `select log.forget_commands()`).Scan(&forgotten); err != nil || forgotten != want {
			t.Errorf("on %s: got %d forgotten commands, %v, want %d", today, forgotten, err, want)
		}
		exec(`reset role`)
		rows, _ := conn.Query(t.Context(), `select right(id::text, 1) from log.commands order by 1`)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || !slices.Equal(ids, left) {
			t.Errorf("on %s: got commands %v, %v, want %v", today, ids, err, left)
		}
	}
	forget("2026-01-04", 0, "1", "2", "3")
	forget("2026-04-02", 1, "1", "3") // the 91st day
	forget("2026-04-04", 1, "1")
}
