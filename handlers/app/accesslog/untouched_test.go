// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package accesslog_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/handlers/app/accesslog"
)

// rowChanges are statements about the rows of TABLE: access.records, or the partition of this month.
var rowChanges = []string{
	`update TABLE set person = 'nobody'`, `update TABLE set at = at - interval '3 years'`, `update TABLE set position = position + 1`, `delete from TABLE`, `truncate TABLE`,
	`insert into TABLE select (jsonb_populate_record(r, '{"position": 3}')).* from access.records r limit 1`,
	`insert into TABLE select (jsonb_populate_record(r, '{"position": 7, "leaf": "\\x00"}')).* from access.records r limit 1`,
	`insert into TABLE (position, at, kind, outcome, person, role, entity, controller, detail, subject, session, address, workstation, command_line, purpose, login, leaf)
		values (3, now(), 'ticket', 'shown', 'x', '', '', '', '', '', '', '', '', false, '', '', '')`,
	`merge into TABLE t using (select 1) s on true when matched then delete`, `select from TABLE for update`,
	`copy TABLE from '/etc/hostname'`, `copy TABLE from program 'true'`,
}

// otherChanges are statements about the table, its partitions, functions and rights.
var otherChanges = []string{
	`drop table TABLE cascade`, `alter table TABLE disable trigger all`, `alter table TABLE disable trigger append_only`, `alter table TABLE disable row level security`,
	`alter table TABLE no force row level security`, `alter table TABLE owner to current_user`, `alter table TABLE rename to gone`, `alter table TABLE set schema public`,
	`alter table TABLE drop column leaf`, `alter table TABLE add column x text`, `lock table TABLE in access exclusive mode`, `drop trigger append_only on TABLE`,
	`create policy mine on TABLE using (true)`, `create rule mine as on insert to TABLE do instead nothing`, `create index on TABLE (person)`, `reindex table TABLE`,
	`create trigger mine before insert on TABLE for each row execute function access.refuse_change()`, `create table mine () inherits (TABLE)`,
	`alter table access.records detach partition PARTITION`, `create table access.mine partition of access.records default`,
	`set session_replication_role = replica`, `drop schema access cascade`, `reassign owned by sol_definer to current_user`, `drop owned by sol_definer`,
	`create or replace function access.refuse_change() returns trigger language plpgsql as 'begin return new; end'`,
	`create or replace function access.leaf(r access.records) returns bytea language sql as 'select null::bytea'`,
	`alter function access.append(json) set search_path = public`, `alter function access.append(json) owner to current_user`,
	`update access.months set first_position = 9`, `delete from access.months`, `insert into access.months (month) values ('2031-01-01')`,
	`update access.allocator set singleton = true`, `delete from access.allocator`, `delete from access.typed`, `update access.typed set person = 'nobody'`,
	`select access.make_month('2031-01-01')`, `select access.append_rows('[{"kind": "ticket"}]', true)`, `select access.settle(t) from (select null::access.typed) x (t)`,
	`select access.drop_month(date_trunc('month', now() at time zone 'UTC')::date, 0, sha256(''), '')`,
	`select access.drop_month((date_trunc('month', now() at time zone 'UTC') - interval '23 months')::date, 0, sha256(''), '')`,
	`select access.drop_month(month, -1000, sha256(''), '') from access.months`, `select access.drop_month(null, null, null, null)`,
	`select access.month_leaves(date_trunc('month', now() at time zone 'UTC')::date, 0, 10)`,
}

// TestNobodyChangesTheAccessLog tries, as each login of the service, what would change the records, their order, their proof or their retention; and,
// as the owner of the database, what would change rows. All that the log consists of stays as it is.
func TestNobodyChangesTheAccessLog(t *testing.T) {
	db := storetest.New(t)
	recorder := accesslog.NewRecorder(db.Store.Pools())
	for range 2 {
		if _, err := recorder.Record(t.Context(), accesslog.Access{By: anna, Ticket: one, Kind: accesslog.Ticket}); err != nil {
			t.Fatal(err)
		}
	}
	search := accesslog.TypedSearch{Access: accesslog.Access{By: anna, Kind: accesslog.Search, Hashes: []string{"h"}}, Typed: []string{"h"}, Covers: []string{"h"}, Typing: true}
	if err := recorder.RecordSearch(t.Context(), search); err != nil {
		t.Fatal(err)
	}
	owner := storetest.Connect(t, db.URL)
	state := func() (all []string) {
		t.Helper()
		rows, _ := owner.Query(t.Context(), `
			select r::text from access.records r union all select t::text from access.typed t union all select m::text from access.months m
			union all select a::text from access.allocator a
			union all select concat_ws(' ', c.oid::regclass, relkind, relowner::regrole, relacl, relrowsecurity, relforcerowsecurity, relispartition, pg_get_expr(relpartbound, c.oid))
				from pg_class c where relnamespace = 'access'::regnamespace
			union all select concat_ws(' ', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
			union all select concat_ws(' ', polrelid::regclass, polname, pg_get_expr(polqual, polrelid)) from pg_policy where polrelid::regclass::text like 'access.%'
			union all select concat_ws(' ', oid::regprocedure, proowner::regrole, proconfig, prosrc) from pg_proc where pronamespace = 'access'::regnamespace`)
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return all
	}
	var partition string
	if err := owner.QueryRow(t.Context(), `select tableoid::regclass::text from access.records limit 1`).Scan(&partition); err != nil {
		t.Fatal(err)
	}
	before := state()
	try := func(login, way string) {
		t.Helper()
		for _, table := range []string{"access.records", partition} {
			conn := storetest.Connect(t, db.URL)
			if login != "" {
				conn = storetest.Connect(t, strings.ReplaceAll(pgpool.TrustedLogins(db.URL)["sol_worker"], "sol_worker", login))
			}
			sql := strings.NewReplacer("TABLE", table, "PARTITION", partition).Replace(way)
			results, err := conn.PgConn().Exec(t.Context(), sql).ReadAll()
			if err == nil && (login != "" || results[0].CommandTag.RowsAffected() > 0 && !results[0].CommandTag.Select()) {
				t.Errorf("%q can run %s: got %s", login, sql, results[0].CommandTag)
			}
			_ = conn.Close(t.Context())
			if !strings.Contains(way, "TABLE") {
				break
			}
		}
	}
	for _, login := range []string{"sol_viewer", "sol_append", "sol_worker", "sol_maintenance"} {
		for _, way := range slices.Concat(rowChanges, otherChanges) {
			try(login, way)
		}
	}
	for _, way := range rowChanges {
		try("", way)
	}
	after := state()
	for _, part := range before {
		if !slices.Contains(after, part) {
			t.Errorf("gone: %s", part)
		}
	}
	for _, part := range after {
		if !slices.Contains(before, part) {
			t.Errorf("new: %s", part)
		}
	}
}

// TestTheDatabaseGivesPositionTimeLoginAndLeaf: what a caller says about them does not count.
func TestTheDatabaseGivesPositionTimeLoginAndLeaf(t *testing.T) {
	db, run, recorded := worker(t)
	const claims = `"kind": "search", "position": 77, "at": "2020-01-01", "typed_at": "2020-01-01", "login": "postgres", "leaf": "\\x00"`
	for _, sql := range []string{
		`select access.append('[{"person": "a", ` + claims + `}]')`,
		`select access.append_search('{"person": "b", ` + claims + `}', '{}', '{}', false)`,
		`select access.append_search('{"person": "c", ` + claims + `}', '{x}', '{x}', true)`,
		`select access.append_typed(true)`,
	} {
		if err := run(sql); err != nil {
			t.Fatal(err)
		}
	}
	var login string
	if err := db.Store.Pools().Consumer.QueryRow(t.Context(), `select session_user`).Scan(&login); err != nil {
		t.Fatal(err)
	}
	got := recorded(`position, person, login, at > now() - interval '1 minute', coalesce(typed_at, at) > now() - interval '1 minute', leaf = access.leaf(records)`)
	if want := []string{"1 a " + login + " t t t", "2 b " + login + " t t t", "3 c " + login + " t t t"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, bad := range []string{
		`{"kind": "list", "look": 4}`, `{"kind": "list", "look": 99}`, `{"kind": "list", "shown": [null]}`, `{"kind": "list", "shown": [["` + string(one) + `"]]}`,
		`{"kind": "list", "hashes": [null]}`, `{"kind": "list", "hashes": [["a", "b"]]}`, `{"kind": ""}`, `{"kind": "list", "outcome": "unseen"}`,
	} {
		if err := run(`select access.append(json_build_array($1::text::json))`, bad); err == nil {
			t.Errorf("%s is recorded, want an error", bad)
		}
	}
}

// TestNoSettingOfACallerMovesTheBoundsOfAMonth makes months on a connection with settings that change how times are written and read.
func TestNoSettingOfACallerMovesTheBoundsOfAMonth(t *testing.T) {
	for _, settings := range []string{
		`set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'`, `set timezone = 'Pacific/Kiritimati'; set datestyle = 'Postgres, MDY'`,
		`set timezone = 'America/Asuncion'; set datestyle = 'German'`, `set timezone = '<+11>-11'; set datestyle = 'ISO, DMY'`, `set timezone_abbreviations = 'India'`,
	} {
		db := storetest.New(t)
		conn := storetest.ConnectAs(t, db.URL, "sol_worker")
		if _, err := conn.Exec(t.Context(), settings+`; select access.make_months(24)`); err != nil {
			t.Errorf("%s: %v", settings, err)
			continue
		}
		if _, err := conn.Exec(t.Context(), `select access.append('[{"kind": "list"}]'), access.append('[{"kind": "list"}]')`); err != nil {
			t.Errorf("%s: %v", settings, err)
		}
		owner := storetest.Connect(t, db.URL)
		rows, _ := owner.Query(t.Context(), `
			select c.relname, (regexp_match(bound, 'FROM \(''(.*?)''\)'))[1]::timestamptz, (regexp_match(bound, 'TO \(''(.*?)''\)'))[1]::timestamptz
			from pg_class c cross join lateral (select pg_get_expr(relpartbound, c.oid) as bound) b
			where relispartition and relkind = 'r' and relnamespace = 'access'::regnamespace`)
		var name string
		var from, to time.Time
		months := 0
		_, err := pgx.ForEachRow(rows, []any{&name, &from, &to}, func() error {
			months++
			month, err := time.Parse("records_2006_01", name)
			if err != nil || !from.Equal(month) || !to.Equal(month.AddDate(0, 1, 0)) {
				t.Errorf("%s: got %s from %s to %s, %v", settings, name, from.UTC(), to.UTC(), err)
			}
			return nil
		})
		if err != nil || months != 25 {
			t.Errorf("%s: got %d months, %v, want 25", settings, months, err)
		}
	}
}
