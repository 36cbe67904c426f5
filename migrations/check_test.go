// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"errors"
	"testing"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

// TestCheckReportsOtherVersions checks that an older and a newer schema, and one with a gap, are reported, and that Check creates no table.
func TestCheckReportsOtherVersions(t *testing.T) {
	url := storetest.Empty(t)
	var versionError *migrations.VersionError
	err := migrations.Check(t.Context(), url)
	if !errors.As(err, &versionError) || versionError.Has != 0 || versionError.Wants < 4 {
		t.Errorf("empty database: got %v, want a VersionError from 0 to the current version", err)
	}
	conn := storetest.Connect(t, url)
	var tables int
	err = conn.QueryRow(t.Context(), `select count(*) from pg_tables where schemaname = 'public'`).Scan(&tables)
	if err != nil || tables != 0 {
		t.Errorf("after Check: got %d tables, %v, want 0", tables, err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), url); err != nil {
		t.Errorf("migrated database: got %v, want nil", err)
	}
	if _, err := conn.Exec(t.Context(), `delete from goose_db_version where version_id = 3`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), url); !errors.As(err, &versionError) || versionError.Has != 2 {
		t.Errorf("without migration 3: got %v, want a VersionError with version 2", err)
	}
	if _, err := conn.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (99, true)`); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), url); !errors.As(err, &versionError) || versionError.Has != 99 {
		t.Errorf("newer database: got %v, want a VersionError with version 99", err)
	}
}
