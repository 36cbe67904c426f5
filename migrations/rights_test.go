// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sol-assistenza/sol/eventstore/storetest"
	"github.com/sol-assistenza/sol/migrations"
)

var update = flag.Bool("update", false, "write the golden file of the rights")

// TestRightsOfTheLoginsAreListed compares the rights of the roles of nodes with a golden file: a right that a migration adds shows in its
// difference. go test ./migrations -run TestRightsOfTheLoginsAreListed -update writes it.
func TestRightsOfTheLoginsAreListed(t *testing.T) {
	conn := storetest.Connect(t, storetest.New(t).URL)
	rows, _ := conn.Query(t.Context(), migrations.RightsQuery)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lines, "\n") + "\n"
	const golden = "rights.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(want)) {
		listed[strings.TrimSpace(line)] = true
	}
	for _, line := range lines {
		if !listed[line] {
			t.Errorf("%s: the golden file does not list it", line)
		}
		delete(listed, line)
	}
	for line := range listed {
		t.Errorf("%s: the golden file lists it, and the role has no such right", line)
	}
}

// TestRolesOwnNothing checks that no role of a node owns an object, has an attribute or is a member of another role, and that nobody but the
// owner of the database is a member of them.
func TestRolesOwnNothing(t *testing.T) {
	conn := storetest.Connect(t, storetest.New(t).URL)
	rows, _ := conn.Query(t.Context(), `
		select rolname || ' is privileged' from pg_roles
			where rolname ~ '^sol_' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
		union all
		select rolname || case when rolcanlogin then ' can log in' else ' cannot log in' end from pg_roles
			where rolname ~ '^sol_' and rolcanlogin <> (rolname not in ('sol_definer', 'sol_request'))
		union all
		select rolname || ' owns ' || classid::regclass || ' ' || objid from pg_shdepend join pg_roles r on r.oid = refobjid
			where deptype = 'o' and rolname ~ '^sol_' and rolname not in ('sol_definer', 'sol_request')
		union all
		select 'sol_definer owns ' || classid::regclass || ' ' || objid from pg_shdepend
			where deptype = 'o' and refobjid = 'sol_definer'::regrole and classid <> 'pg_proc'::regclass
		union all
		select 'sol_request owns ' || classid::regclass || ' ' || objid from pg_shdepend
			where deptype = 'o' and refobjid = 'sol_request'::regrole and not exists (
				select from pg_class where classid = 'pg_class'::regclass and oid = objid and relkind = 'v' and relnamespace = 'shown'::regnamespace)
		union all
		select member::regrole || ' is a member of ' || roleid::regrole from pg_auth_members
			where member::regrole::text ~ '^sol_' or roleid::regrole::text ~ '^sol_' and member not in (select datdba from pg_database where datname = current_database())
		union all
		select p.oid::regprocedure || ' of sol_definer has no search_path of its own' from pg_proc p
			where prosecdef and proowner = 'sol_definer'::regrole and not coalesce(proconfig::text ~ 'search_path=', false)`)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range found {
		t.Error(line)
	}
}

// TestOwnerReadsEveryRow checks that a policy shows the owner of the database each row of each table on which row-level security is forced, so that
// pg_dump --enable-row-security by the owner leaves out none. Rows of schema read are not dumped.
func TestOwnerReadsEveryRow(t *testing.T) {
	conn := storetest.Connect(t, storetest.New(t).URL)
	rows, _ := conn.Query(t.Context(), `
		select c.oid::regclass::text from pg_class c
		where relnamespace <> 'read'::regnamespace and relrowsecurity and (relforcerowsecurity or not pg_has_role(current_user, relowner, 'usage'))
			and (not exists (select from pg_policy where polrelid = c.oid and polpermissive and polcmd in ('r', '*') and pg_get_expr(polqual, polrelid) = 'true'
					and exists (select from unnest(polroles) as r (role) where role = 0 or pg_has_role(current_user, role, 'usage')))
				or exists (select from pg_policy where polrelid = c.oid and not polpermissive and polcmd in ('r', '*')))
		order by 1`)
	hidden, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(hidden) > 0 {
		t.Errorf("got tables of which a dump may leave out rows: %q, %v; want none", hidden, err)
	}
}
