// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package projections

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/ticket/tickettest"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/projections/projectionstest"
	"github.com/sol-assistenza/sol/projections/readmodel"
)

// TestTwoVersionsExistSideBySide builds a next version of every read model, which differs in its number alone, beside the present one. Both
// take the same events and must hold the same rows.
func TestTwoVersionsExistSideBySide(t *testing.T) {
	h := projectionstest.New(t, All()...)
	for _, random := range tickettest.DrawExamples(20, 20) {
		h.PlayTicket(random, func(int) {})
	}
	h.Project()
	first := h.Dump()

	var next []readmodel.Model
	for _, m := range All() {
		m.Version++
		next = append(next, m)
		createVersion(t, h, m)
	}
	runner := readmodel.NewRunner(h.Store, next...)
	for _, m := range next {
		if err := runner.Rebuild(t.Context(), m.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
	h.Models = slices.Concat(All(), next)
	h.Project()
	h.Do(h.OpenTicket(tickettest.Torino), tickettest.Operator, tickettest.Escalate("non è nostra"))
	h.Project()

	h.Models = All()
	present := h.Dump()
	h.Models = next
	renamed := h.Dump()
	for i := range renamed {
		renamed[i] = withVersion.ReplaceAllStringFunc(renamed[i], func(name string) string { return presentNames()[name] })
	}
	if !slices.Equal(present, renamed) || len(present) <= len(first) {
		t.Errorf("got %d rows in the next version, want the %d of the present one, which had %d before", len(renamed), len(present), len(first))
	}
	if err := runner.DropEarlierVersions(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, present := range presentNames() {
		var dropped, kept bool
		err := h.Store.Pools().Consumer.QueryRow(t.Context(), `select to_regclass($1) is null, to_regclass($2) is not null`,
			present, name).Scan(&dropped, &kept)
		if err != nil || !dropped || !kept {
			t.Errorf("%s dropped %t, %s kept %t, %v; want both", present, dropped, name, kept, err)
		}
	}
}

// withVersion matches the name of a table with its version, at the beginning of a line of a dump.
var withVersion = regexp.MustCompile(`^read\.\w+_v[0-9]+`)

// presentNames returns the names of the tables of the present version by those of the next one.
func presentNames() map[string]string {
	names := make(map[string]string)
	for _, m := range All() {
		next := m
		next.Version++
		for _, table := range m.Tables {
			names[next.Table(table)] = m.Table(table)
		}
	}
	return names
}

// createVersion does what the migration of a new version does: it creates the tables and the setup procedures.
func createVersion(t *testing.T, h *projectionstest.Fixture, next readmodel.Model) {
	t.Helper()
	before := next
	before.Version--
	err := pgx.BeginFunc(t.Context(), storetest.Connect(t, h.DB.URL), func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), `
			select pg_get_functiondef(p.oid) from pg_proc p where pronamespace = 'read'::regnamespace
				and proname ~ ('^\w*_v' || $1 || '(_\w+)?$') and (proname like 'dress%' or proname like 'index%') order by p.oid`,
			fmt.Sprint(before.Version))
		if err != nil {
			return err
		}
		sql, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		setup := fmt.Sprintf("dress_%s_v%d", next.Name, before.Version)
		sql = slices.DeleteFunc(sql, func(s string) bool { return !strings.Contains(s, setup) })
		for i := range sql {
			sql[i] = strings.ReplaceAll(sql[i], setup, fmt.Sprintf("dress_%s_v%d", next.Name, next.Version))
			for _, table := range next.Tables {
				sql[i] = strings.ReplaceAll(sql[i], strings.TrimPrefix(before.Table(table), "read."), strings.TrimPrefix(next.Table(table), "read."))
			}
		}
		for _, table := range next.Tables {
			sql = append(sql, `create table `+next.Table(table)+` (like `+before.Table(table)+` including defaults including generated including storage)`)
		}
		sql = append(sql, fmt.Sprintf(`call read.dress_%s_v%d('')`, next.Name, next.Version))
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
	want := []string{"read.tickets_v5", "read.traces_v5", "read.queue_counts_v5", "read.timeline_v5", "read.standings_v1", "read.deeds_v1", "read.figures_v1"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}
