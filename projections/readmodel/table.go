// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Table writes rows of type R to a table of schema read, all of a batch at once. Values travel as text, which
// Postgres casts to the column's type: so one list of columns serves the upsert and COPY.
type Table[R any] struct {
	Name       string // without schema and version, for example "tickets"
	Key        string // columns of the primary key
	OnConflict string // what an upsert does with a row that is there
	Columns    []Column[R]
}

type Column[R any] struct {
	name    string
	sqlType string // Postgres type
	value   func(R) string
}

// NewColumn returns a column with a Postgres type and the value it has of a row.
func NewColumn[R any](name, sqlType string, value func(R) string) Column[R] {
	return Column[R]{name: name, sqlType: sqlType, value: value}
}

// Upsert writes the rows in one statement. A key stands among them once.
func (t Table[R]) Upsert(ctx context.Context, tx pgx.Tx, names TableNames, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	name := names.Name(t.Name)
	values := make([]any, len(t.Columns))
	columns, params, casts := make([]string, len(t.Columns)), make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		column := make([]string, len(rows))
		for j, r := range rows {
			column[j] = c.value(r)
		}
		values[i], columns[i] = column, c.name
		params[i], casts[i] = fmt.Sprintf("$%d::text[]", i+1), fmt.Sprintf("u.c%d::%s", i, c.sqlType)
	}
	given := make([]string, len(t.Columns))
	for i := range given {
		given[i] = fmt.Sprintf("c%d", i)
	}
	sql := fmt.Sprintf(`insert into read.%s as t (%s) select %s from unnest(%s) u(%s) on conflict (%s) do %s`,
		name, strings.Join(columns, ", "), strings.Join(casts, ", "), strings.Join(params, ", "),
		strings.Join(given, ", "), t.Key, t.OnConflict)
	if _, err := tx.Exec(ctx, sql, values...); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// updateAllColumns is the clash that takes every column from the new row.
func (t Table[R]) updateAllColumns() string {
	set := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		set[i] = c.name + " = excluded." + c.name
	}
	return "update set " + strings.Join(set, ", ")
}

// WithReplace is a table whose rows are written anew as a whole.
func WithReplace[R any](t Table[R]) Table[R] {
	t.OnConflict = t.updateAllColumns()
	return t
}

var copyEscaper = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// CopyIn fills the table by COPY.
func (t Table[R]) CopyIn(ctx context.Context, tx pgx.Tx, names TableNames, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	name := names.Name(t.Name)
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.name
	}
	lines, in := io.Pipe()
	go func() { // ends with the rows, or when COPY closes its end
		var line strings.Builder
		for _, r := range rows {
			line.Reset()
			for i, c := range t.Columns {
				if i > 0 {
					line.WriteByte('\t')
				}
				_, _ = copyEscaper.WriteString(&line, c.value(r)) // a Builder does not fail
			}
			line.WriteByte('\n')
			if _, err := io.WriteString(in, line.String()); err != nil {
				return
			}
		}
		_ = in.Close() // never fails
	}()
	defer lines.Close()
	sql := fmt.Sprintf(`copy read.%s (%s) from stdin`, name, strings.Join(columns, ", "))
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, lines, sql); err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	return nil
}

func FormatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// TextArray is a Postgres array of codes, which hold no character that would need quoting.
func TextArray[S ~string](codes []S) string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = `"` + string(c) + `"`
	}
	return "{" + strings.Join(list, ",") + "}"
}
