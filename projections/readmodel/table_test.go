// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package readmodel

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/sol-assistenza/sol/eventstore/storetest"
)

func TestMain(m *testing.M) { storetest.Run(m) }

type sampleRow struct {
	ID    string
	Text  string
	Codes []string
	N     int
	At    time.Time
	Until pgtype.Timestamptz
	JSON  string
}

var samplesTable = WithReplace(Table[sampleRow]{Name: "samples", Key: "id", Columns: []Column[sampleRow]{
	NewColumn("id", "uuid", func(r sampleRow) any { return UUID(r.ID) }),
	NewColumn("label", "text", func(r sampleRow) any { return r.Text }),
	NewColumn("codes", "_text", func(r sampleRow) any { return TextArray(r.Codes) }),
	NewColumn("n", "int8", func(r sampleRow) any { return r.N }),
	NewColumn("at", "timestamptz", func(r sampleRow) any { return r.At }),
	NewColumn("until", "timestamptz", func(r sampleRow) any { return r.Until }),
	NewColumn("folded", "jsonb", func(r sampleRow) any { return r.JSON }),
}})

// TestUpsertAndCopyInStoreTheSameValues writes rows both ways, among them every character that a text format of COPY or of arrays escapes.
func TestUpsertAndCopyInStoreTheSameValues(t *testing.T) {
	db := storetest.New(t)
	pool := db.Store.Pools().Consumer
	names := TableNames{version: 1}
	if _, err := storetest.Connect(t, db.URL).Exec(t.Context(), `create table read.samples_v1 (
		id uuid primary key, label text not null, codes text[] not null, n bigint not null, at timestamptz not null, until timestamptz not null,
		folded jsonb not null);
		grant all on read.samples_v1 to sol_worker`); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 29, 1, 59, 59, 999_999_000, time.UTC)
	rows := []sampleRow{
		{
			ID: "01930000-0000-7000-8000-000000000001", Text: "a\tb\nc\\.\r\"'{},\\N",
			Codes: []string{"010301", `a"b`, `c\d`, "{,}", "null", ""}, N: -1,
			At: at, Until: pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}, JSON: `{"a": "\t\"\\", "b": [1, null]}`,
		},
		{
			ID: "01930000-0000-7000-8000-000000000002", N: 1 << 40, At: time.Time{}, Until: pgtype.Timestamptz{Time: at, Valid: true}, JSON: `{}`,
		},
	}
	read := func(write func(context.Context, pgx.Tx, TableNames, []sampleRow) error) (stored []string) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `delete from read.samples_v1`); err != nil {
				return err
			}
			if err := write(t.Context(), tx, names, rows); err != nil {
				return err
			}
			found, err := tx.Query(t.Context(), `select to_jsonb(t)::text from read.samples_v1 t order by id`)
			if err != nil {
				return err
			}
			stored, err = pgx.CollectRows(found, pgx.RowTo[string])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	copied, upserted := read(samplesTable.CopyIn), read(samplesTable.Upsert)
	if !reflect.DeepEqual(copied, upserted) || len(copied) != len(rows) {
		t.Errorf("CopyIn stored %s, Upsert %s", copied, upserted)
	}
	var text string
	var codes []string
	var until pgtype.Timestamptz
	first := pool.QueryRow(t.Context(), `select label, codes, until from read.samples_v1 order by id limit 1`)
	if err := first.Scan(&text, &codes, &until); err != nil {
		t.Fatal(err)
	}
	if text != rows[0].Text || !reflect.DeepEqual(codes, rows[0].Codes) || until != rows[0].Until {
		t.Errorf("stored %q, %q, %v, want %q, %q, %v", text, codes, until, rows[0].Text, rows[0].Codes, rows[0].Until)
	}

	rows = []sampleRow{{ID: "no UUID", Codes: nil, At: at, Until: rows[0].Until, JSON: `{}`}}
	for name, write := range map[string]func(context.Context, pgx.Tx, TableNames, []sampleRow) error{
		"CopyIn": samplesTable.CopyIn, "Upsert": samplesTable.Upsert,
	} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return write(t.Context(), tx, names, rows) })
		if err == nil {
			t.Errorf("%s stores a row whose id is no UUID", name)
		}
	}
}
