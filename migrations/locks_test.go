// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// TestMigrationDoesNotQueueReaders migrates a table while a transaction that has read it stays open. The migration needs the table alone
// and cannot have it. Readers that come later must not wait until that transaction ends; the migration ends after it.
func TestMigrationDoesNotQueueReaders(t *testing.T) {
	url := storetest.Empty(t)
	before := fstest.MapFS{"00001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (id integer);\n")}}
	if err := migrations.UpFiles(t.Context(), url, before); err != nil {
		t.Fatal(err)
	}
	slow, reader := storetest.Connect(t, url), storetest.Connect(t, url)
	tx, err := slow.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from a`); err != nil {
		t.Fatal(err)
	}
	after := fstest.MapFS{
		"00001_a.sql": before["00001_a.sql"],
		"00002_b.sql": {Data: []byte("-- +goose Up\nalter table a add column b integer;\n")},
	}
	migrated := make(chan error, 1)
	go func() { migrated <- migrations.UpFiles(t.Context(), url, after) }()
	for range 2 { // the migration waits for its lock, and then again
		storetest.Eventually(t, "the migration waits for its lock", func() bool { return waitsForLock(t, reader) })
		reading, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		_, err := reader.Exec(reading, `select from a`) // waits behind the migration, and not behind the transaction
		cancel()
		if err != nil {
			t.Fatalf("a reader during the migration: %v", err)
		}
	}
	select {
	case err := <-migrated:
		t.Fatalf("got an end of the migration (%v) while the table is in use, want it to try again", err)
	default:
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-migrated; err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Exec(t.Context(), `select b from a`); err != nil {
		t.Fatal(err)
	}
}

// waitsForLock reports whether a session of the database waits for a lock on a table.
func waitsForLock(t *testing.T, conn *pgx.Conn) (waits bool) {
	t.Helper()
	err := conn.QueryRow(t.Context(), `
		select exists (select from pg_locks where locktype = 'relation' and not granted
			and database = (select oid from pg_database where datname = current_database()))`).Scan(&waits)
	if err != nil {
		t.Fatal(err)
	}
	return waits
}
