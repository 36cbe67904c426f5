// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// listed holds the rights that the migrations give to the roles of nodes. A test writes it.
//
//go:embed rights.golden
var listed string

// rightsQuery lists what the roles of nodes may do: with tables, views and sequences or some columns of them, with schemas, and by functions that
// have more rights than their caller. A month in the name of a table is written as 0000_00. Objects of extensions are left out.
const rightsQuery = `
	with roles as (select rolname as role from pg_roles where rolname in ('sol_viewer', 'sol_append', 'sol_worker', 'sol_maintenance'))
	select role || ' ' || regexp_replace(c.oid::regclass::text, '_\d{4}_\d{2}$', '_0000_00') || ' ' || string_agg(privilege, ' ' order by n)
	from roles, pg_class c, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) with ordinality as p (privilege, n)
	where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
		and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
		and case when privilege in ('delete', 'truncate', 'trigger') then has_table_privilege(role, c.oid, privilege) else has_any_column_privilege(role, c.oid, privilege) end
	group by role, c.oid
	union
	select role || ' sequence ' || c.oid::regclass || ' ' || string_agg(privilege, ' ' order by privilege)
	from roles, pg_class c, unnest(array['usage', 'select', 'update']) as p (privilege)
	where c.relkind = 'S' and has_sequence_privilege(role, c.oid, privilege)
	group by role, c.oid
	union
	select role || ' schema ' || nspname || ' ' || string_agg(privilege, ' ' order by privilege)
	from roles, pg_namespace, unnest(array['usage', 'create']) as p (privilege)
	where nspname !~ '^(pg_|information_schema|public$)' and has_schema_privilege(role, nspname, privilege)
		or has_schema_privilege(role, nspname, privilege) and privilege = 'create' and nspname !~ '^pg_(toast_)?temp_'
	group by role, nspname
	union
	select role || ' execute ' || p.oid::regprocedure || ' as ' || case when proowner = 'sol_definer'::regrole then 'sol_definer' else 'owner' end
	from roles, pg_proc p
	where prosecdef and pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
		and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
		and has_function_privilege(role, p.oid, 'execute') and has_schema_privilege(role, pronamespace, 'usage')
	order by 1`

// ExtraRights returns the rights of the roles of nodes, in the database at url, that no migration gives: somebody has granted them. It changes
// nothing.
func ExtraRights(ctx context.Context, url string) (extra []string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("list the rights: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	rows, _ := conn.Query(ctx, rightsQuery)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the rights: %w", err)
	}
	given := map[string]bool{}
	for line := range strings.Lines(listed) {
		for _, right := range splitRights(strings.TrimSpace(line)) {
			given[right] = true
		}
	}
	for _, line := range lines {
		for _, right := range splitRights(line) {
			if !given[right] {
				extra = append(extra, right)
			}
		}
	}
	return extra, nil
}

// privileges are the words at the end of a line of rights.
var privileges = []string{"select", "insert", "update", "delete", "truncate", "references", "trigger", "usage", "create"}

// splitRights returns the rights of a line, one for each privilege at its end. The tables that a rebuild fills have the rights of those that they
// replace.
func splitRights(line string) (rights []string) {
	words := strings.Fields(line)
	n := len(words)
	for n > 0 && slices.Contains(privileges, words[n-1]) {
		n--
	}
	object := strings.TrimSuffix(strings.Join(words[:n], " "), "_new")
	if n == len(words) {
		return []string{object}
	}
	for _, privilege := range words[n:] {
		rights = append(rights, object+" "+privilege)
	}
	return rights
}
