// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool

import (
	"context"
	"fmt"
	"net/url"
)

// The login roles of a node. They own nothing and are members of nothing, so a statement has the rights of its role and no way to more.
const (
	RequestRole = "sol_viewer" // reads for people, under row-level security
	AppendRole  = "sol_append" // appends to the log and holds the keys
	WorkerRole  = "sol_worker" // read models, sagas, sessions, outbox
)

// LoginRoles returns the login roles of a node.
func LoginRoles() []string { return []string{RequestRole, AppendRole, WorkerRole} }

// Logins holds the URL of each login role, by the name of the role. A role that is missing logs in with Config.URL, as the owner of the
// tables, and takes on the role by "set role"; that limits mistakes of the program, and "reset role" ends it.
type Logins map[string]string

// TrustedLogins returns the URLs of the login roles at the address of another URL, on a server that asks them for no password.
func TrustedLogins(address string) Logins {
	u, err := url.Parse(address)
	if err != nil {
		return nil // opening the address itself fails with this error
	}
	parameters := u.Query() // they would override the user
	parameters.Del("user")
	parameters.Del("password")
	u.RawQuery = parameters.Encode()
	all := Logins{}
	for _, role := range LoginRoles() {
		u.User = url.User(role)
		all[role] = u.String()
	}
	return all
}

// Missing returns the login roles that have no URL.
func (l Logins) Missing() (roles []string) {
	for _, role := range LoginRoles() {
		if l[role] == "" {
			roles = append(roles, role)
		}
	}
	return roles
}

// IsPooled reports whether a pooler stands before the server: it gives its clients process ids of its own.
func IsPooled(ctx context.Context, url string) (bool, error) {
	conn, err := connectPlainly(ctx, url)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(ctx) }()
	own, err := serverProcess(ctx, conn)
	return own != conn.PgConn().PID(), err
}

// CheckLogin returns an error if a URL logs in as another user than the role, or if row-level security or the owner's rights do not stop the role.
func CheckLogin(ctx context.Context, url, role string) error {
	conn, err := connectPlainly(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	results, err := conn.PgConn().Exec(ctx, `select session_user, rolsuper or rolbypassrls or pg_has_role(session_user, datdba, 'member')
		from pg_roles, pg_database where rolname = session_user and datname = current_database()`).ReadAll()
	if err != nil {
		return err
	}
	switch row := results[0].Rows[0]; {
	case string(row[0]) != role:
		return fmt.Errorf("it logs in as %s, want %s", row[0], role)
	case string(row[1]) != "f":
		return fmt.Errorf("%s is a superuser, has BYPASSRLS, or is a member of the owner of the database; want none of it", role)
	}
	return nil
}
