// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package migrations

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// RightsError means that login roles of nodes may create objects: in a schema, where a function of theirs may be called in place of another
// one, or temporary ones, which wait on a connection for the next request. No migration gives such a right, but somebody can, and a dump that
// is restored into a new database leaves out what was revoked on the database before.
type RightsError struct{ Rights []string }

func (e *RightsError) Error() string {
	return "logins of the service may create objects in the database: " + strings.Join(e.Rights, "; ")
}

// createRight is a right of a login role to create objects.
type createRight struct{ Role, Right, Object string }

func (r createRight) String() string { return r.Role + ": " + r.Right + " on " + r.Object }

// createRights lists the rights of login roles to create objects, on the database and on the schemas of its owner. A role that has all rights of
// the owner is left out: the URL of such a login is refused (pgpool.CheckLogin).
const createRights = `
	with owner as (
		select datdba from pg_database where datname = current_database()
	), logins as (
		select r.oid, rolname from pg_roles r, owner where rolcanlogin and not pg_has_role(r.oid, datdba, 'member')
			and rolname in ('sol_viewer', 'sol_append', 'sol_worker', 'sol_maintenance')
	)
	select rolname::text, upper(privilege), 'database ' || quote_ident(current_database()) from logins, unnest(array['create', 'temporary']) as p (privilege)
		where has_database_privilege(oid, current_database(), privilege)
	union all
	select rolname::text, 'CREATE', 'schema ' || quote_ident(nspname) from logins l, pg_namespace n, owner
		where nspowner in (datdba, to_regrole('pg_database_owner')) and has_schema_privilege(l.oid, n.oid, 'create')
	order by 1, 3, 2`

// CheckRights returns a *RightsError if a login role may create objects in the database at url. It changes nothing.
func CheckRights(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("check the rights: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	found, err := readCreateRights(ctx, conn)
	if err == nil && len(found) > 0 {
		err = newRightsError(found)
	}
	return err
}

// HoldRights takes from the login roles, and from all roles, the rights by which a login role may create objects in the database at url, and
// returns those of the login roles. It connects as the owner. Error: *RightsError if a right stays.
func HoldRights(ctx context.Context, url string) (taken []string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("hold the rights: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// The lock comes first, so that of two nodes that start together the second finds nothing.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('sol: hold the rights'))`); err != nil {
			return err
		}
		found, err := readCreateRights(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range found {
			if _, err := tx.Exec(ctx, fmt.Sprintf(`revoke %s on %s from public, %s`, r.Right, r.Object, r.Role)); err != nil {
				return fmt.Errorf("revoke %s: %w", r, err)
			}
			taken = append(taken, r.String())
		}
		left, err := readCreateRights(ctx, tx)
		if err == nil && len(left) > 0 {
			err = newRightsError(left)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hold the rights: %w", err)
	}
	return taken, nil
}

func newRightsError(found []createRight) *RightsError {
	e := &RightsError{}
	for _, r := range found {
		e.Rights = append(e.Rights, r.String())
	}
	return e
}

func readCreateRights(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) ([]createRight, error) {
	rows, err := db.Query(ctx, createRights)
	if err != nil {
		return nil, fmt.Errorf("read rights: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[createRight])
}
