// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// probeValues are, by type, a value that every row has and one that no row has.
var probeValues = map[string][2]string{
	"text": {"M", "zzz"}, "uuid": {"01930000-0000-7000-8000-000000000001", "ffffffff-ffff-7fff-bfff-ffffffffffff"},
	"integer": {"1", "2147483647"}, "bigint": {"1", "9223372036854775807"}, "date": {"2026-11-30", "infinity"},
	"timestamp with time zone": {"2026-11-30 00:00Z", "2026-11-30 23:59Z"}, // of one month: partitions of others are left out when the plan is made
	"boolean":                  {"true", ""}, "text[]": {"{M}", ""}, "uuid[]": {"{}", ""}, "bytea": {"", ""}, "jsonb": {`{"form": "a", "said": []}`, ""}, "tsvector": {"", ""},
}

// probes are queries of a view (1) with a condition (2).
var probes = []string{
	`select 1 from %[1]s t where %[2]s`,
	`select 1 from (values (1)) v left join %[1]s t on %[2]s`,
	`select 1 from (values (1)) v full join (select from %[1]s t where %[2]s) u on true`,
	`select 1 where exists (select from %[1]s t where %[2]s)`,
	`select 1 where not exists (select from %[1]s t where %[2]s)`,
	`select (select count(*) from %[1]s t where %[2]s) from (values (1)) v`,
	`select 1 from %[1]s t join shown.tickets_v4 on true where %[2]s`,
	`select 1 from (values (1)) v, lateral (select 1 from %[1]s t where %[2]s union all select 1 from %[1]s t where %[2]s) u`,
	`with t as not materialized (select * from %[1]s) select 1 from t where %[2]s`,
}

// planners are settings by which the planner takes sequential scans, index scans, bitmap scans or parallel ones.
var planners = []string{
	``,
	`set local enable_seqscan = off`,
	`set local enable_seqscan = off; set local enable_indexscan = off`,
	`set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0`,
}

// TestWithoutAReaderNoRowIsTouched asks every view that sol_viewer may read for values that its rows have and for values that they do not have,
// without a reader and with one that is not signed. The answers are the same, and no plan executes a scan. (Postgres computes leakproof conditions
// of a statement before a policy, and the subqueries of a policy when they are needed first: for the first row that is left.)
func TestWithoutAReaderNoRowIsTouched(t *testing.T) {
	db := storetest.New(t)
	columns := insertProbeRows(t, storetest.Connect(t, db.URL), probeValues)
	conn := storetest.ConnectAs(t, db.URL, "sol_viewer")
	// send sends statements in one transaction with a reader and returns the rows of each.
	send := func(reader, statements string) ([]*pgconn.Result, error) {
		results, err := conn.PgConn().Exec(t.Context(), fmt.Sprintf(`begin; set local app.reader = '%s'; %s`, reader, statements)).ReadAll()
		if _, end := conn.Exec(t.Context(), `rollback`); end != nil {
			t.Fatal(end)
		}
		return results, err
	}
	for _, c := range columns {
		values := probeValues[c.Type]
		if values[1] == "" || !c.Shown {
			continue
		}
		for operator, probes := range map[string][]string{">=": probes, "=": probes[:1]} {
			ask := func(probe, value string) string {
				return fmt.Sprintf(probe, c.View, fmt.Sprintf(`t.%s %s any ('{%s}'::%s[])`, c.Name, operator, value, c.Type))
			}
			_, there := send("x", ask(probes[0], values[0]))
			_, absent := send("x", ask(probes[0], values[1]))
			if there == nil || absent == nil || there.Error() != absent.Error() {
				t.Errorf("with a reader that is not signed, %s: got %v, and %v for a value that no row has; want one refusal", ask(probes[0], values[0]), there, absent)
			}
			for _, planner := range planners {
				statements := planner
				for _, probe := range probes {
					statements += "; " + ask(probe, values[0]) + "; " + ask(probe, values[1]) + "; explain (analyze, costs off, timing off) " + ask(probe, values[0])
				}
				results, err := send("", statements)
				if err != nil {
					t.Fatal(err)
				}
				results = results[len(results)-3*len(probes):]
				for n, probe := range probes {
					there, absent, plan := results[3*n], results[3*n+1], results[3*n+2]
					if len(there.Rows) != len(absent.Rows) {
						t.Errorf("%s: %s: got %d rows, and %d for a value that no row has", planner, ask(probe, values[0]), len(there.Rows), len(absent.Rows))
					}
					for _, line := range plan.Rows {
						if node := string(line[0]); tableScan.MatchString(node) && !strings.Contains(node, "never executed") {
							t.Errorf("%s: %s: executed %s", planner, ask(probe, values[0]), strings.TrimSpace(node))
						}
					}
				}
			}
		}
	}
}

// tableScan matches the line of a plan that scans a table or an index.
var tableScan = regexp.MustCompile(`(Seq|Index|Index Only|Heap|Tid|Tid Range|Sample) Scan `)

type probeColumn struct {
	View, Table, Name, Type string
	Shown                   bool // the view has it
}

// insertProbeRows inserts a row, with values by type, into the table of every view that sol_viewer may read, and returns the columns of these tables.
// Checks and foreign keys of these tables, and row-level security for their owner, are gone afterwards.
func insertProbeRows(t *testing.T, owner *pgx.Conn, byType map[string][2]string) []probeColumn {
	t.Helper()
	rows, _ := owner.Query(t.Context(), `
		select distinct on (v.oid, attnum) v.oid::regclass::text as view, d.refobjid::regclass::text as table, quote_ident(a.attname) as name, format_type(a.atttypid, null) as type,
			exists (select from pg_attribute where attrelid = v.oid and attname = a.attname) as shown
		from pg_class v join pg_rewrite r on ev_class = v.oid join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
				and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
			join pg_attribute a on attrelid = d.refobjid and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
		where v.relnamespace = 'shown'::regnamespace
		order by v.oid, attnum`)
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByName[probeColumn])
	if err != nil {
		t.Fatal(err)
	}
	names, values := map[string][]string{}, map[string][]string{}
	for _, c := range columns {
		names[c.Table], values[c.Table] = append(names[c.Table], c.Name), append(values[c.Table], `'`+byType[c.Type][0]+`'`)
	}
	if len(names) < 10 {
		t.Errorf("got %d views that requests may read, want the lists at least", len(names))
	}
	_, err = owner.Exec(t.Context(), `do $$ declare bound record; begin
		for bound in select conrelid::regclass as name, conname from pg_constraint
			where contype in ('c', 'f') and conislocal and coninhcount = 0 and connamespace::regnamespace::text in ('read', 'notice', 'access', 'keys', 'security')
		loop execute format('alter table %s drop constraint %I', bound.name, bound.conname); end loop; end $$`)
	if err != nil {
		t.Fatal(err)
	}
	for table := range names {
		_, err := owner.Exec(t.Context(), fmt.Sprintf(`alter table %[1]s no force row level security; insert into %[1]s (%[2]s) values (%[3]s) on conflict do nothing; analyze %[1]s`,
			table, strings.Join(names[table], ", "), strings.Join(values[table], ", ")), pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	return columns
}

// probeArguments are, by type, arguments of a function.
var probeArguments = map[string]string{
	"uuid": "01930000-0000-7000-8000-000000000001", "uuid[]": "{01930000-0000-7000-8000-000000000001}", "text": "M", "text[]": "{M}", "integer": "1", "integer[]": "{1}",
	"bigint": "1", "boolean": "true", "timestamp with time zone": "2026-11-30 00:00Z", "interval": "1 minute", "bytea": "", "jsonb": `{"terms": [{"any": {"key": "parola"}}]}`,
}

// TestWithoutAReaderNoFunctionReads calls every function that sol_viewer may execute with the rights of its owner. Without a reader it scans no
// table, which the statistics of a transaction would tell its connection; with one that is not signed, it fails in each case.
func TestWithoutAReaderNoFunctionReads(t *testing.T) {
	conn := storetest.ConnectAs(t, storetest.New(t).URL, "sol_viewer")
	rows, _ := conn.Query(t.Context(), `
		select oid::regproc::text, array(select format_type(a, null) from unnest(proargtypes) with ordinality u (a, n) order by n) from pg_proc
		where prosecdef and has_schema_privilege(pronamespace, 'usage') and has_function_privilege(oid, 'execute') and oid <> 'access.reader'::regproc`)
	functions, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
		Name  string
		Types []string
	}])
	if err != nil {
		t.Fatal(err)
	}
	if len(functions) < 15 {
		t.Errorf("got %d functions, want those by which requests read", len(functions))
	}
	const scans = `select coalesce(sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)), 0) from pg_stat_xact_user_tables`
	for _, f := range functions {
		var arguments []string
		for _, name := range f.Types {
			value, ok := probeArguments[name]
			if !ok {
				t.Fatalf("%s: no argument of type %s", f.Name, name)
			}
			arguments = append(arguments, fmt.Sprintf(`'%s'::%s`, value, name))
		}
		call := fmt.Sprintf(`select * from %s(%s)`, f.Name, strings.Join(arguments, ", "))
		for _, mode := range []string{"auto", "force_generic_plan"} {
			results, err := conn.PgConn().Exec(t.Context(), `begin; set local plan_cache_mode = `+mode+`; `+scans+`; `+call+`; `+scans+`; rollback`).ReadAll()
			if err != nil {
				t.Errorf("%s: %v", call, err)
				_, _ = conn.Exec(t.Context(), `rollback`)
				continue
			}
			if before, after := string(results[2].Rows[0][0]), string(results[4].Rows[0][0]); before != after {
				t.Errorf("%s without a reader, %s: got %s scans of tables before and %s after, want none", call, mode, before, after)
			}
		}
		_, err := conn.PgConn().Exec(t.Context(), `begin; set local app.reader = 'x'; `+call).ReadAll()
		if _, end := conn.Exec(t.Context(), `rollback`); end != nil {
			t.Fatal(end)
		}
		if err == nil || !strings.Contains(err.Error(), "not signed") {
			t.Errorf("%s with a reader that is not signed: got %v, want a refusal", call, err)
		}
	}
}

// TestReaderWithoutEntitySeesNothing reads every view with a signed reader of each role that has neither entity nor account nor tags, in a database
// whose rows have empty texts, and notifications of an entity for each audience.
func TestReaderWithoutEntitySeesNothing(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	empty := maps.Clone(probeValues)
	empty["text"], empty["text[]"] = [2]string{""}, [2]string{`{""}`}
	views := make(map[string]bool)
	for _, c := range insertProbeRows(t, owner, empty) {
		views[c.View] = true
	}
	for _, audience := range []string{"operator", "operators", "supervisors", "citizen"} {
		if _, err := owner.Exec(t.Context(), `update notice.notices set audience = $1, entity = '010301', by = 'y'`, audience); err != nil {
			t.Fatal(err)
		}
		for _, role := range []string{"", "operatore_asr", "supervisore_asr", "operatore_regionale", "supervisore_regionale", "auditor", "responsabile_protezione_dati", "amministratore",
			"cittadino", "integrazione", "sistema", "anonimo"} {
			err := db.Store.Pools().Request.InTx(t.Context(), eventstore.Reader{Role: role}, "test", pgx.TxOptions{}, func(tx pgx.Tx) error {
				for view := range views {
					var seen int
					if err := tx.QueryRow(t.Context(), `select count(*) from `+view).Scan(&seen); err != nil {
						return fmt.Errorf("%s: %w", view, err)
					}
					if seen > 0 {
						t.Errorf("audience %s: role %q without an entity sees a row of %s", audience, role, view)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sampled are the columns with texts of which the planner may take samples: their values are ids, codes, numbers of tickets and keyed hashes.
var sampled = []string{
	"assignee", "audience", "author", "by", "channel", "citizen", "controller", "account of access.logins", "address of access.logins", "provider of access.logins", "reason of access.logins",
	"detail of access.reads", "detail of read.deeds_v1", "entities", "entity", "hashes", "holder", "kind", "number", "operator", "other",
	"outcome", "person", "problem", "queue", "readers", "role", "service", "status", "subject", "terms", "traces", "type", "what",
}

// TestPlannerTakesNoSampleOfTexts lists the columns with texts of the tables that views show, partitions included. Whoever may ask for the plan of a
// statement learns from its estimates the values that the planner has samples of, without any reader.
func TestPlannerTakesNoSampleOfTexts(t *testing.T) {
	conn := storetest.Connect(t, storetest.New(t).URL)
	rows, _ := conn.Query(t.Context(), `
		select distinct attrelid::regclass::text, attname from pg_rewrite r
			join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
			join lateral (select relid from pg_partition_tree(d.refobjid) union select d.refobjid) part on true
			join pg_attribute on attrelid = part.relid and attnum > 0 and not attisdropped
		where r.ev_class in (select oid from pg_class where relnamespace = 'shown'::regnamespace)
			and format_type(atttypid, null) in ('text', 'text[]', 'jsonb', 'tsvector') and attstattarget is distinct from 0`)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < len(sampled) {
		t.Errorf("got %d columns, want those of the lists at least", len(found))
	}
	for _, c := range found {
		if !slices.Contains(sampled, c.Column) && !slices.Contains(sampled, c.Column+" of "+c.Table) {
			t.Errorf("the planner takes samples of %s.%s: set its statistics to 0, or list it here when it holds ids or codes", c.Table, c.Column)
		}
	}
}
