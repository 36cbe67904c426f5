// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
)

// VersionError means that the schema of a database has another version than this program needs. A version is the number of the last
// migration up to which none is missing; 0 is a database without a schema.
type VersionError struct{ Has, Wants int64 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the database's schema is version %d, this program works with version %d", e.Has, e.Wants)
}

// Check returns a *VersionError if the schema of the database at url is not the one that this program needs. It changes nothing.
func Check(ctx context.Context, url string) error {
	wanted, err := versions()
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	applied, err := readApplied(ctx, url)
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	e := &VersionError{Wants: wanted[len(wanted)-1]}
	if len(applied) > 0 && applied[len(applied)-1] > e.Wants {
		e.Has = applied[len(applied)-1]
		return e
	}
	for _, version := range wanted {
		if _, found := slices.BinarySearch(applied, version); !found {
			return e
		}
		e.Has = version
	}
	return nil
}

// versions returns the versions of all migrations, in ascending order.
func versions() (all []int64, err error) {
	entries, err := files.ReadDir(".") // in the order of their names
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		version, err := goose.NumericComponent(e.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, version)
	}
	return all, nil
}

// readApplied returns the versions that the database has, in ascending order. A query through goose would create the table of versions.
func readApplied(ctx context.Context, url string) ([]int64, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var applied []int64
	rows, err := conn.Query(ctx, `select version_id from goose_db_version where is_applied order by 1`)
	if err == nil {
		applied, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == "42P01" { // undefined_table: no migration was applied
		return nil, nil
	}
	return applied, err
}
