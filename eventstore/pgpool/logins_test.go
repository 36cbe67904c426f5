// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package pgpool_test

import (
	"testing"

	"github.com/sol-assistenza/sol/eventstore/pgpool"
	"github.com/sol-assistenza/sol/eventstore/storetest"
)

// TestPoolsLogInAsTheirRoles checks that the connections of every pool log in as the role of the pool, so that "reset role" and "set role"
// lead to no other.
func TestPoolsLogInAsTheirRoles(t *testing.T) {
	pools := storetest.New(t).Store.Pools()
	for _, s := range pgpool.Specs() {
		if s.Name == pgpool.Listen {
			continue
		}
		conn, err := pools.PoolNamed(s.Name).Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
		for _, statement := range []string{`select`, `reset role`, `set role none`, `reset all`} {
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			var session, current string
			if err := conn.QueryRow(t.Context(), `select session_user, current_user`).Scan(&session, &current); err != nil {
				t.Fatal(err)
			}
			if session != s.Role || current != s.Role {
				t.Errorf("pool %s after %s: got user %s acting as %s, want %s", s.Name, statement, session, current, s.Role)
			}
		}
		var owner string
		if err := conn.QueryRow(t.Context(), `select pg_get_userbyid(datdba) from pg_database where datname = current_database()`).Scan(&owner); err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{owner, "postgres", "sol_definer", "sol_maintenance", "pg_read_all_data"} {
			if _, err := conn.Exec(t.Context(), `set role `+other); err == nil {
				t.Errorf("pool %s: set role %s succeeds, want an error", s.Name, other)
			}
			if _, err := conn.Exec(t.Context(), `set session authorization `+other); err == nil {
				t.Errorf("pool %s: set session authorization %s succeeds, want an error", s.Name, other)
			}
		}
	}
}
