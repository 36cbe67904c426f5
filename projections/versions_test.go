// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// TestTwoVersionsExistSideBySide builds a second version of every read model, which differs in its number alone, beside the first. Both
// take the same events and must hold the same rows.
func TestTwoVersionsExistSideBySide(t *testing.T) {
	h := projectionstest.New(t, All()...)
	for _, random := range tickettest.DrawExamples(20, 20) {
		h.PlayTicket(random, func(int) {})
	}
	h.Project()
	first := h.Dump()

	var second []readmodel.Model
	for _, m := range All() {
		m.Version = 2
		second = append(second, m)
	}
	createVersion2(t, h, second)
	runner := readmodel.NewRunner(h.Store, second...)
	for _, m := range second {
		if err := runner.Rebuild(t.Context(), m.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
	h.Models = slices.Concat(All(), second)
	h.Project()
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Project()

	h.Models = second
	version2 := h.Dump()
	for i := range version2 {
		version2[i] = strings.Replace(version2[i], "_v2 ", "_v1 ", 1)
	}
	h.Models = All()
	if version1 := h.Dump(); !slices.Equal(version1, version2) || len(version1) <= len(first) {
		t.Errorf("got %d rows in version 2, want the %d of version 1, which had %d before", len(version2), len(version1), len(first))
	}
}

// createVersion2 does what the migration of a new version does: it creates the tables, functions and setup procedures.
func createVersion2(t *testing.T, h *projectionstest.Fixture, models []readmodel.Model) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), h.Store.Pools().Consumer, func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `
			select replace(pg_get_functiondef(p.oid), '_v1', '_v2') from pg_proc p
			where pronamespace = 'read'::regnamespace and proname like '%\_v1%' order by p.oid`)
		if err != nil {
			return err
		}
		sql, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, m := range models {
			for _, table := range m.Tables {
				sql = append(sql, `create table `+m.Table(table)+` (like `+strings.Replace(m.Table(table), "_v2", "_v1", 1)+
					` including defaults including generated including storage)`)
			}
			sql = append(sql, `call read.dress_`+m.Name+`_v2('')`)
		}
		for _, statement := range sql {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTablesAreNamedInOnePlace checks that only files named model.go contain names with a version: tables get their names from the model's
// version, and the SQL functions of a version are named beside its model.
func TestTablesAreNamedInOnePlace(t *testing.T) {
	versioned := regexp.MustCompile(`read\.\w+_v[0-9]`)
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasSuffix(path, "/model.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if found := versioned.Find(text); found != nil {
			t.Errorf("%s contains %s, want no name with a version", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStoredTableNames holds the names of the tables. A running system with a changed name would not find its rows.
func TestStoredTableNames(t *testing.T) {
	var names []string
	for _, m := range All() {
		for _, table := range m.Tables {
			names = append(names, m.Table(table))
		}
	}
	want := []string{"read.tickets_v1", "read.queue_counts_v1", "read.timeline_v1", "read.standings_v1", "read.deeds_v1", "read.figures_v1"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
