// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// openToRequests lists what sol_viewer may read without a predicate: nothing of a ticket, an account or a reader is in it.
var openToRequests = map[string]string{
	"log.allocator": "epoch of the log", "log.logs": "head of the log", "log.consumers": "positions of read models", "log.epochs": "restores of the log",
	"log.ticks": "times of the log",
}

// TestEverythingThatRequestsReadHasAPredicate lists from the catalog what sol_viewer may read or execute. A view of sol_request asks first whether
// there is a reader, and its table has forced row-level security whose policies for sol_request ask the signed reader in a subquery; a function
// with the rights of its owner asks access.reader.
func TestEverythingThatRequestsReadHasAPredicate(t *testing.T) {
	conn := storetest.Connect(t, storetest.New(t).URL)
	type object struct{ name, text string }
	list := func(sql string) []object {
		t.Helper()
		rows, _ := conn.Query(t.Context(), sql)
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o object, err error) { return o, row.Scan(&o.name, &o.text) })
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	asks := func(text string) bool {
		return strings.Contains(text, "access.reader") || strings.Contains(text, "log.may_read(")
	}
	views := list(`
		select v.oid::regclass::text, coalesce(pg_get_viewdef(v.oid), '') from pg_class v
		where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
			and has_any_column_privilege('sol_viewer', v.oid, 'select') and has_schema_privilege('sol_viewer', relnamespace, 'usage')`)
	if len(views) < 10 {
		t.Errorf("got %d views that requests may read, want the lists at least", len(views))
	}
	for _, view := range views {
		if openToRequests[view.name] == "" && !strings.Contains(view.text, "WHERE ( SELECT access.has_reader() AS has_reader)") {
			t.Errorf("%s: sol_viewer may read it, want a view that asks access.has_reader first: %s", view.name, view.text)
		}
	}
	for _, table := range list(`
		select distinct c.oid::regclass::text, case when relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity then coalesce((
			select string_agg(pg_get_expr(polqual, polrelid), ' and ') from pg_policy
			where polrelid = c.oid and 'sol_request'::regrole = any (polroles) and polcmd in ('r', '*')), '') else '' end
		from pg_rewrite join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = pg_rewrite.oid and d.refclassid = 'pg_class'::regclass
			join pg_class c on c.oid = d.refobjid
		where has_any_column_privilege('sol_viewer', ev_class, 'select') and d.refobjid <> ev_class and ev_class <> 'log.logs'::regclass -- it is in openToRequests
			and ev_class in (select oid from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)')`) {
		if !asks(table.text) && !strings.Contains(table.text, "access.audits") || !strings.Contains(table.text, "SELECT ") || strings.Contains(table.text, "current_setting") {
			t.Errorf("%s: a view shows it by %q, want forced row-level security by (select access.reader_…())", table.name, table.text)
		}
	}
	for _, f := range list(`
		select p.oid::regprocedure::text, prosrc from pg_proc p
		where prosecdef and pronamespace::regnamespace::text !~ '^(pg_|information_schema)' and has_function_privilege('sol_viewer', p.oid, 'execute')
			and has_schema_privilege('sol_viewer', pronamespace, 'usage')`) {
		if !asks(f.text) && !strings.Contains(f.text, "access.audits()") && !strings.Contains(f.text, "access.citizen_of(") && !strings.Contains(f.text, "access.findings_of()") && f.name != "access.reader()" {
			t.Errorf("%s: sol_viewer may execute it with the rights of its owner, and it does not ask for whom", f.name)
		}
	}
	for _, f := range list(`
		select p.oid::regprocedure::text, coalesce(proconfig::text, '') from pg_proc p
		where prosecdef and pronamespace::regnamespace::text !~ '^(pg_|information_schema)'`) {
		if !strings.Contains(f.text, "pg_temp") {
			t.Errorf("%s has the settings %s, want a search_path that ends with pg_temp", f.name, f.text)
		}
	}
}

// waysOut lists statements that a request's connection may try. Each must fail or return no row.
var waysOut = []string{
	`reset role; select id from log.streams`,
	`set role sol_worker; select id from log.streams`,
	`set role sol_definer; select id from log.streams`,
	`set session authorization sol_worker; select id from log.streams`,
	`select set_config('role', 'sol_definer', false); select id from log.streams`,
	`select set_config('app.role', 'auditor', false), set_config('app.entity', 'regione', false); select id from read.tickets_v4`,
	`select set_config('app.role', 'auditor', false); select id from read.tickets_v3`,
	`select set_config('app.role', 'auditor', false); select read.search_tickets_v5('{"terms": [{"any": {"key": "a"}}]}', now(), 10)`,
	`select set_config('app.role', 'auditor', false); select ticket from read.standings_v1`,
	`select set_config('app.role', 'auditor', false); select ticket from notice.opened`,
	`select set_config('app.role', 'auditor', false); select person from access.reads union all select account from access.logins`,
	`select set_config('app.reader', repeat('0', 64) || E'0\nauditor\n\n\n\ntrue', false); select id from read.tickets_v4`,
	`set row_security = off; select id from read.tickets_v4`,
	`set session_replication_role = replica; select position from log.events`,
	`select position from log.events`,
	`select sealed from log.blobs`,
	`select wrapped from keys.keys`,
	`select key from access.reader_key`,
	`select password from identity.accounts`,
	`select sealed from draft.drafts union all select null from presence.readers`,
	`copy log.events to stdout`,
	`copy (select key from access.reader_key) to program 'cat'`,
	`create temporary table words (a text)`,
	`create function public.leak(a text) returns boolean language plpgsql cost 0.0001 as $$ begin raise notice '%', a; return true; end $$`,
	`create function pg_temp.leak(a text) returns boolean language sql as $$ select true $$`,
	`create view public.everything as select * from log.events`,
	`alter table read.tickets_v4 disable row level security`,
	`alter policy viewer on read.tickets_v4 using (true)`,
	`grant sol_definer to sol_viewer`,
	`create role other in role sol_definer`,
	`alter function access.reader() owner to sol_viewer`,
	`select log.read_stream(id) from (select '%[1]s'::uuid as id) s`,
	`select log.read_blob('%[1]s', '%[1]s')`,
	`select identity.names(array['%[2]s']::uuid[])`,
	`select notice.opened_since(array['%[1]s']::uuid[], array['%[2]s'], array[1])`,
	`select pg_read_file('PG_VERSION')`,
	`select lo_import('/etc/passwd')`,
	`select most_common_vals from pg_stats where schemaname in ('read', 'log', 'identity', 'access') and most_common_vals is not null`,
	`select stavalues1 from pg_statistic`,
	`select rolpassword from pg_authid`,
	`select query from pg_stat_activity where usename <> 'sol_viewer' and query not in ('', '<insufficient privilege>')`,
	`select query_to_xml('select position from log.events', true, false, '')`,
	`select 1 where database_to_xml(true, false, '')::text ~ '%[1]s|%[2]s|010301'`,
	`select dblink_connect('dbname=postgres')`,
	`do language plpgsql $$ begin execute 'set role sol_definer'; end $$`,
	`select access.append('[]')`,
	`select read.begin_rebuild(array['tickets_v4'])`,
	`delete from access.reads`,
	`insert into access.reads (person, role, entity, ticket, what, detail, subject) values ('x', 'x', '', '%[1]s', 'ticket', '', '')`,
}

// TestRequestsFindNoWayOut tries ways out on a connection of the login of the request pool, in a database with a ticket and an account, without
// a reader and with the reader of another entity.
func TestRequestsFindNoWayOut(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	const stream, account = "01930000-0000-7000-8000-000000000001", "01930000-0000-7000-8000-00000000000a"
	a := eventstore.Append{Stream: stream, Kind: "ticket", By: eventstore.Actor{Role: "sistema"}, Readers: []string{"entity/010301"},
		Events: []eventstore.NewEvent{{Type: "ticket.test.v1", Data: []byte(`{}`), Personal: []byte(`{"a":1}`), Readers: []string{"entity/010301"}}}}
	if _, err := db.Store.Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`insert into identity.accounts (id, username, given_name, family_name, password, pin, created_at) values ('` + account + `', 'prova', 'Prova', 'Fittizia', '!', '!', now())`,
		`set role sol_worker; insert into notice.opened values ('` + stream + `', '` + account + `', 1); reset role`, // its forced policies refuse the owner
		`analyze`,
	} {
		if _, err := owner.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	var foreign string
	err := db.Store.Pools().Request.InTx(t.Context(), eventstore.Reader{Role: "operatore_asr", Entity: "010208", Account: "x", Tags: []string{"entity/010208"}}, "test", pgx.TxOptions{},
		func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), `select current_setting('app.reader')`).Scan(&foreign)
		})
	if err != nil {
		t.Fatal(err)
	}
	for _, reader := range []string{"", foreign} {
		for _, way := range waysOut {
			if strings.Contains(way, "%[") {
				way = fmt.Sprintf(way, stream, account)
			}
			conn := storetest.ConnectAs(t, db.URL, "sol_viewer")
			if _, err := conn.Exec(t.Context(), `select set_config('app.reader', $1, false)`, reader); err != nil {
				t.Fatal(err)
			}
			results, err := conn.PgConn().Exec(t.Context(), way).ReadAll()
			if err != nil {
				continue
			}
			if last := results[len(results)-1]; len(last.Rows) > 0 || !strings.HasPrefix(last.CommandTag.String(), "SELECT") {
				t.Errorf("with reader %.10q: %s: got %s, %q", reader, way, last.CommandTag, last.Rows)
			}
		}
	}
}

// TestUnsignedSettingsCountForNoLogin sets what a node of the release before sets, without a signature, on a connection of each login.
// They have no reader. The owner, as which such a node logs in, has one.
func TestUnsignedSettingsCountForNoLogin(t *testing.T) {
	db := storetest.New(t)
	owner := storetest.Connect(t, db.URL)
	const ask = `select (access.reader()).role is null from (select set_config('app.role', 'auditor', false)) s where set_config = 'auditor'`
	rows, _ := owner.Query(t.Context(), `select rolname::text from pg_roles where rolname like 'sol\_%' and rolcanlogin and rolname <> current_user order by 1`)
	logins, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(logins) < 4 {
		t.Fatalf("got logins %v and error %v, want four at least", logins, err)
	}
	for _, login := range logins {
		var none bool
		config := owner.Config()
		config.User = login
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		err = conn.QueryRow(t.Context(), ask).Scan(&none)
		if end := conn.Close(t.Context()); err != nil || end != nil || !none {
			t.Errorf("%s: no reader: %v, error %v; want true", login, none, err)
		}
	}
	var none bool
	if err := owner.QueryRow(t.Context(), ask).Scan(&none); err != nil || none {
		t.Errorf("the owner: no reader: %v, error %v; want false", none, err)
	}
}

// TestLooksAtAForeignTicketAreNotCounted reads the looks at a ticket in pieces of one record, whose last row tells where the next piece begins.
func TestLooksAtAForeignTicketAreNotCounted(t *testing.T) {
	db := storetest.New(t)
	const stream = "01930000-0000-7000-8000-000000000001"
	a := eventstore.Append{Stream: stream, Kind: "ticket", By: eventstore.Actor{Role: "sistema"}, Readers: []string{"entity/010301"},
		Events: []eventstore.NewEvent{{Type: "ticket.test.v1", Data: []byte(`{}`)}}}
	if _, err := db.Store.Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	_, err := storetest.Connect(t, db.URL).Exec(t.Context(), `select access.append('[{"kind": "ticket", "controller": "010301", "ticket": "`+stream+`"}]')`)
	if err != nil {
		t.Fatal(err)
	}
	for entity, want := range map[string]int{"010301": 2, "010208": 0} {
		var rows int
		err := db.Store.Pools().Request.InTx(t.Context(), eventstore.Reader{Role: "auditor", Entity: entity, Tags: []string{"entity/" + entity}}, "test", pgx.TxOptions{},
			func(tx pgx.Tx) error {
				return tx.QueryRow(t.Context(), `select count(*) from access.looks(null, $1, '-infinity', 'infinity', '-infinity', 0, 1)`, stream).Scan(&rows)
			})
		if err != nil || rows != want {
			t.Errorf("auditor of %s: got %d rows and error %v, want %d", entity, rows, err, want)
		}
	}
}
