// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package runtime_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/domain/catalog"
	"github.com/sol-assistenza/sol/domain/person"
	"github.com/sol-assistenza/sol/domain/ticket"
	"github.com/sol-assistenza/sol/domain/ticket/rules"
	"github.com/sol-assistenza/sol/sagas"
	"github.com/sol-assistenza/sol/sagas/runtime"
	"github.com/sol-assistenza/sol/sagas/sagastest"
)

// allRows returns the number of rows and a checksum of each table.
func (w *fixture) allRows() (all []string) {
	w.Helper()
	rows, err := w.store.Pools().Consumer.Query(w.ctx, `
		select format('select %L || count(*) || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), $$none$$) from %I.%I t',
			c.oid::regclass, n.nspname, c.relname)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname in ('log', 'saga', 'read', 'mail', 'notice') and has_table_privilege(c.oid, 'select') order by 1`)
	w.must(err)
	queries, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.must(err)
	for _, q := range queries {
		var output string
		w.must(w.store.Pools().Consumer.QueryRow(w.ctx, q).Scan(&output))
		all = append(all, output)
	}
	return all
}

// Simulates auto-close after three days instead of seven: one ticket would have closed earlier, the other before its citizen replied. The
// simulation changes no row.
func TestSimulationComparesWithRecordedEvents(t *testing.T) {
	w := newFixture(t, "2026-11-02 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	first, second := w.open(), w.open()
	w.resolve(first)
	w.resolve(second)
	w.clock.Set(sagastest.Rome(t, "2026-11-08 10:00")) // a Sunday, more than three days and less than seven later
	w.dispatch(second, person.Actor{ID: string(second), Role: person.Citizen}, ticket.Reply{ID: newID(), Text: "Non funziona"})
	w.catchUp(r)
	w.clock.Set(sagastest.Rome(t, "2026-11-10 09:00"))
	w.poll(r)
	w.clock.Set(sagastest.Rome(t, "2026-12-01 09:00"))
	before := w.allRows()
	progress := 0
	simulate := func(days int) runtime.Simulation {
		c, err := catalog.Default().WithSettings(func(a *catalog.AutoCloseRule, _ *catalog.HandoverRule,
			_ *catalog.WaitingRule) {
			a.AfterDays = days
		})
		w.must(err)
		s, err := runtime.Simulate(w.ctx, w.store, sagas.AutoClose(c), rules.Engine{Catalog: c}, time.Time{}, w.clock.Now(),
			func(n int) { progress = n })
		w.must(err)
		return s
	}
	s := simulate(3)
	if s.Simulated != 2 || s.Actual != 1 || s.Tickets != 2 || progress != 2 || s.ByDay["2026-11-06"] != 2 {
		t.Errorf("3 days: got %+v", s)
	}
	if len(s.EarlyCommands) != 1 || s.EarlyCommands[0].Ticket != second || s.EarlyCommands[0].NextEvent != "ticket.citizen-replied.v1" ||
		!s.EarlyCommands[0].At.Equal(sagastest.Rome(t, "2026-11-06 09:00")) {
		t.Errorf("3 days: got early commands %+v, want one", s.EarlyCommands)
	}
	// With 14 days the ticket that closed would have closed later.
	if s := simulate(14); s.Simulated != 1 || s.Actual != 1 || s.ByDay["2026-11-17"] != 1 || len(s.EarlyCommands) != 0 {
		t.Errorf("14 days: got %+v", s)
	}
	if s := simulate(7); s.Simulated != 1 || len(s.EarlyCommands) != 0 {
		t.Errorf("7 days: got %+v", s)
	}
	if after := w.allRows(); !slices.Equal(before, after) {
		t.Errorf("got rows\n%q, want\n%q", after, before)
	}
}

// A poll that finds nothing due reads the same number of blocks with 10,000 pending timers as with 100, for the due timers and for the
// time of the next.
func TestPollCostDoesNotDependOnPendingTimers(t *testing.T) {
	w := newFixture(t, "2026-11-02 10:00")
	r := w.runner(sagas.AutoClose(catalog.Default()))
	w.begin(r)
	w.catchUp(r) // it is live
	reads := func(query string, args ...any) float64 {
		var plan string
		args = append([]any{"auto-close", 1, w.clock.Now()}, args...)
		w.must(w.store.Pools().Consumer.QueryRow(w.ctx, "explain (analyze, buffers, format json) "+query, args...).Scan(&plan))
		var all []struct {
			Plan map[string]any `json:"Plan"`
		}
		w.must(json.NewDecoder(strings.NewReader(plan)).Decode(&all))
		return all[0].Plan["Shared Hit Blocks"].(float64) + all[0].Plan["Shared Read Blocks"].(float64)
	}
	claim := []any{32, uuid.New(), time.Second, time.Now()}
	w.must(r.FillTimers(w.ctx, 0, 100))
	takes, looks := reads(runtime.TakeDueQuery, claim...), reads(runtime.NextDueQuery)
	w.must(r.FillTimers(w.ctx, 100, 10_000))
	if n := w.poll(r); n > 0 {
		t.Fatalf("got %d finished timers, want 0", n)
	}
	for name, c := range map[string][2]float64{"due timers": {takes, reads(runtime.TakeDueQuery, claim...)},
		"next timer": {looks, reads(runtime.NextDueQuery)}} {
		if c[1] > c[0]+4 { // the index is a level or two higher
			t.Errorf("%s: got %v blocks for 10,000 timers, want at most 4 more than %v for 100", name, c[1], c[0])
		}
	}
}
