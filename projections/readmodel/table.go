// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Table writes rows of type R to a table of schema read, all rows of a batch at once: Upsert for live events, CopyIn for a rebuild.
type Table[R any] struct {
	Name       string // without schema and version, for example "tickets"
	Key        string // columns of the primary key, separated by commas
	OnConflict string // the action of the upsert for a row that exists, for example "nothing"
	Columns    []Column[R]
}

// Column is a column of a Table.
type Column[R any] struct {
	name    string
	sqlType string // Postgres type, by the name that pgx knows, for example "_text" for text[]
	value   func(R) any
}

// NewColumn returns a column with a Postgres type: uuid, text, _text, int4, int8, timestamptz or jsonb. value returns the column's value
// of a row, as a Go type that pgx encodes to the Postgres type.
func NewColumn[R any](name, sqlType string, value func(R) any) Column[R] {
	return Column[R]{name: name, sqlType: sqlType, value: value}
}

// Upsert writes the rows in one statement, in the order of their keys, so that two nodes that write the same rows wait for each other and
// cannot deadlock. No two rows may have the same key. The values are sent as one text array for each column,
// because unnest would flatten an array of arrays; Postgres casts them to the column's type.
func (t Table[R]) Upsert(ctx context.Context, tx pgx.Tx, names TableNames, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	name := names.Name(t.Name)
	types := tx.Conn().TypeMap()
	values := make([]any, len(t.Columns))
	columns, params, casts := make([]string, len(t.Columns)), make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		known, ok := types.TypeForName(c.sqlType)
		if !ok {
			return fmt.Errorf("write %s: column %s has the unknown type %s", name, c.name, c.sqlType)
		}
		column := make([]pgtype.Text, len(rows))
		for j, r := range rows {
			// Encode returns nil for null; with a nil buffer it would return nil for an empty text too.
			text, err := types.Encode(known.OID, pgtype.TextFormatCode, c.value(r), []byte{})
			if err != nil {
				return fmt.Errorf("write %s: column %s: %w", name, c.name, err)
			}
			column[j] = pgtype.Text{String: string(text), Valid: text != nil}
		}
		values[i], columns[i] = column, c.name
		params[i], casts[i] = fmt.Sprintf("$%d::text[]", i+1), fmt.Sprintf("u.c%d::%s", i, c.sqlType)
	}
	aliases := make([]string, len(t.Columns))
	for i := range aliases {
		aliases[i] = fmt.Sprintf("c%d", i)
	}
	var order []string
	for _, key := range strings.Split(t.Key, ", ") {
		order = append(order, casts[slices.Index(columns, key)])
	}
	sql := fmt.Sprintf(`insert into read.%s as t (%s) select %s from unnest(%s) u(%s) order by %s on conflict (%s) do %s`,
		name, strings.Join(columns, ", "), strings.Join(casts, ", "), strings.Join(params, ", "),
		strings.Join(aliases, ", "), strings.Join(order, ", "), t.Key, t.OnConflict)
	if _, err := tx.Exec(ctx, sql, values...); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// updateAllColumns returns the action of an upsert that takes every column from the new row.
func (t Table[R]) updateAllColumns() string {
	set := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		set[i] = c.name + " = excluded." + c.name
	}
	return "update set " + strings.Join(set, ", ")
}

// WithReplace returns the table with an upsert that replaces the whole row.
func WithReplace[R any](t Table[R]) Table[R] {
	t.OnConflict = t.updateAllColumns()
	return t
}

// CopyIn adds the rows to the table by COPY. The table must not hold their keys yet.
func (t Table[R]) CopyIn(ctx context.Context, tx pgx.Tx, names TableNames, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	name := names.Name(t.Name)
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.name
	}
	values := make([]any, len(t.Columns))
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"read", name}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		for j, c := range t.Columns {
			values[j] = c.value(rows[i])
		}
		return values, nil
	}))
	if err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	return nil
}

// UUID returns an id as the value of a uuid column. An id that is no UUID becomes null, which the tables refuse.
func UUID[S ~string](id S) pgtype.UUID {
	var u pgtype.UUID
	if err := u.Scan(string(id)); err != nil {
		return pgtype.UUID{}
	}
	return u
}

// TextArray returns codes as the value of a _text column. It is never null.
func TextArray[S ~string](codes []S) []string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = string(c)
	}
	return list
}
