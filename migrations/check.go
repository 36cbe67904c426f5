// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
)

// VersionError means that the schema of a database has another version than this program needs. A version is the number of the last
// migration; 0 is a database without a schema.
type VersionError struct{ Has, Wants int64 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the database's schema is version %d, this program works with version %d", e.Has, e.Wants)
}

// Check returns a *VersionError if the schema of the database at url is not the one that this program needs. It changes nothing.
func Check(ctx context.Context, url string) error {
	entries, err := files.ReadDir(".") // in the order of their names
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	e := &VersionError{}
	if e.Wants, err = goose.NumericComponent(entries[len(entries)-1].Name()); err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	defer db.Close()
	// A query through goose would create the table of versions.
	err = db.QueryRowContext(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&e.Has)
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "42P01" { // undefined_table: no migration was applied
		err = nil
	}
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	if e.Has != e.Wants {
		return e
	}
	return nil
}
