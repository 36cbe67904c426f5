// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// table writes rows of type R to a table of schema read, all of a batch at once. Values travel as text, which
// Postgres casts to the column's type: so one list of columns serves the upsert and COPY.
type table[R any] struct {
	name       string // with its version, e.g. tickets_v1
	key        string // columns of the primary key
	onConflict string // what an upsert does with a row that is there
	columns    []column[R]
}

type column[R any] struct {
	name    string
	sqlType string // Postgres type
	value   func(R) string
}

// newColumn returns a column with a Postgres type and the value it has of a row.
func newColumn[R any](name, sqlType string, value func(R) string) column[R] {
	return column[R]{name: name, sqlType: sqlType, value: value}
}

// upsert writes the rows in one statement. A key stands among them once.
func (t table[R]) upsert(ctx context.Context, tx pgx.Tx, suffix string, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	values := make([]any, len(t.columns))
	names, params, casts := make([]string, len(t.columns)), make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		column := make([]string, len(rows))
		for j, r := range rows {
			column[j] = c.value(r)
		}
		values[i], names[i] = column, c.name
		params[i], casts[i] = fmt.Sprintf("$%d::text[]", i+1), fmt.Sprintf("u.c%d::%s", i, c.sqlType)
	}
	given := make([]string, len(t.columns))
	for i := range given {
		given[i] = fmt.Sprintf("c%d", i)
	}
	sql := fmt.Sprintf(`insert into read.%s as t (%s) select %s from unnest(%s) u(%s) on conflict (%s) do %s`,
		t.name+suffix, strings.Join(names, ", "), strings.Join(casts, ", "), strings.Join(params, ", "),
		strings.Join(given, ", "), t.key, t.onConflict)
	if _, err := tx.Exec(ctx, sql, values...); err != nil {
		return fmt.Errorf("write %s: %w", t.name+suffix, err)
	}
	return nil
}

// updateAllColumns is the clash that takes every column from the new row.
func (t table[R]) updateAllColumns() string {
	set := make([]string, len(t.columns))
	for i, c := range t.columns {
		set[i] = c.name + " = excluded." + c.name
	}
	return "update set " + strings.Join(set, ", ")
}

// withReplace is a table whose rows are written anew as a whole.
func withReplace[R any](t table[R]) table[R] {
	t.onConflict = t.updateAllColumns()
	return t
}

var copyEscaper = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// copyIn fills the table by COPY.
func (t table[R]) copyIn(ctx context.Context, tx pgx.Tx, suffix string, rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	lines, in := io.Pipe()
	go func() { // ends with the rows, or when COPY closes its end
		var line strings.Builder
		for _, r := range rows {
			line.Reset()
			for i, c := range t.columns {
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
	sql := fmt.Sprintf(`copy read.%s (%s) from stdin`, t.name+suffix, strings.Join(names, ", "))
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, lines, sql); err != nil {
		return fmt.Errorf("load %s: %w", t.name+suffix, err)
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// textArray is a Postgres array of codes, which hold no character that would need quoting.
func textArray[S ~string](codes []S) string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = `"` + string(c) + `"`
	}
	return "{" + strings.Join(list, ",") + "}"
}
