// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// An older and a newer schema are told apart from ours, and asking makes nothing.
func TestCheck(t *testing.T) {
	url := storetest.Empty(t)
	var versionError *migrations.VersionError
	if err := migrations.Check(t.Context(), url); !errors.As(err, &versionError) || versionError.Has != 0 || versionError.Wants < 4 {
		t.Errorf("an empty database: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var made int
	if err := conn.QueryRow(t.Context(), `select count(*) from pg_tables where schemaname = 'public'`).Scan(&made); err != nil || made != 0 {
		t.Errorf("asking made %d tables, %v", made, err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), url); err != nil {
		t.Errorf("a migrated database: %v", err)
	}
	if _, err := conn.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (99, true)`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), url); !errors.As(err, &versionError) || versionError.Has != 99 {
		t.Errorf("a newer database: %v", err)
	}
}
